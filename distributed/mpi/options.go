package mpi

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

// Environment variables, for what is not in Options.
const (
	libraryVariable  = "GOKFAC_MPI_LIBRARY"
	patienceVariable = "GOKFAC_MPI_PATIENCE"
)

// DefaultPatience is how long a process may give no sign of life.
const DefaultPatience = 15 * time.Second

// Options are settings of Open. The zero value is ready.
type Options struct {
	// Library is the path of MPI's library, or its name, which the system's loader looks
	// for. Empty: that of the environment variable GOKFAC_MPI_LIBRARY, and without that
	// the usual names, those of the launcher's family first.
	Library string

	// Patience is how long another process may give no sign of life before this one ends
	// the job. A process gives one every second, whatever else it does, unless it is dead
	// or stopped. A process may wait in a call twenty times as long, and ten times the
	// longest time it has itself spent between two calls: after that somebody's calls do
	// not fit, or hang. 0: that of the environment variable GOKFAC_MPI_PATIENCE, in
	// seconds, and without that DefaultPatience.
	Patience time.Duration
}

// Validate returns an error if a setting cannot be.
func (o Options) Validate() error {
	if o.Patience < 0 {
		return fmt.Errorf("mpi: a patience of %v: want more than 0", o.Patience)
	}
	return nil
}

// filled has what the environment says in the place of zero values.
func (o Options) filled() (Options, error) {
	if err := o.Validate(); err != nil {
		return o, err
	}
	if o.Library == "" {
		o.Library = os.Getenv(libraryVariable)
	}
	if o.Patience != 0 {
		return o, nil
	}
	text := os.Getenv(patienceVariable)
	if text == "" {
		o.Patience = DefaultPatience
		return o, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0 && seconds <= math.MaxInt32) {
		return o, fmt.Errorf("mpi: %s=%s: want a number of seconds more than 0", patienceVariable, text)
	}
	o.Patience = time.Duration(seconds * float64(time.Second))
	return o, nil
}

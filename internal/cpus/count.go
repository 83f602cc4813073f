package cpus

import (
	"fmt"
	"strconv"
)

// Count is a number of workers and the reason for it.
type Count struct {
	Workers int
	Why     Reason
	Limit   float64 // processors' worth of time with Quota, processors with Affinity
}

// Reason is what a number of workers follows from.
type Reason int

// The reasons.
const (
	Everywhere Reason = iota // every processor of the machine has a worker
	Affinity                 // the process may run on some processors only
	Quota                    // control groups limit the processor time
	Variable                 // the environment variable GOMAXPROCS
	Called                   // a call of runtime.GOMAXPROCS, or the runtime's own choice
	Asked                    // a call of Use
)

// String writes the count as in "1 worker (quota of 1 processor)".
func (c Count) String() string {
	text := plural(float64(c.Workers), "worker")
	switch c.Why {
	case Affinity:
		return text + fmt.Sprintf(" (may run on %s only)", plural(c.Limit, "processor"))
	case Quota:
		return text + fmt.Sprintf(" (quota of %s)", plural(c.Limit, "processor"))
	case Variable:
		return text + " (environment variable GOMAXPROCS)"
	case Called:
		return text + " (GOMAXPROCS)"
	case Asked:
		return text + " (as asked for)"
	}
	return text
}

func plural(n float64, noun string) string {
	text := strconv.FormatFloat(n, 'g', 3, 64)
	if n >= 100 {
		text = strconv.FormatFloat(n, 'f', 0, 64)
	}
	if text == "1" {
		return "1 " + noun
	}
	return text + " " + noun + "s"
}

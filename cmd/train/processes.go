package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/distributed"
)

// processes are those that make a run together, as one of them sees them. nil is a
// process by itself, for which each method is the plain thing.
//
// Between any two steps of the command all have met the same errors: agree and alone see
// to it. An error that a process may have by itself is an ownError, which ends them all.
type processes struct {
	distributed.Group
	finish   func() error
	together bool // they are goroutines of one process
	beside   int  // how many of them have the processors that this one has
}

// ownError is one that the other processes may not have: they cannot go on together.
type ownError struct{ error }

func (e *ownError) Unwrap() error { return e.error }

// statusError is an error that has been told, or is told by another process.
type statusError struct{ status int }

func (e *statusError) Error() string { return fmt.Sprintf("ended with status %d", e.status) }

// processesError is of some of the processes, a line each.
type processesError struct {
	status int
	lines  []string
}

func (e *processesError) Error() string { return strings.Join(e.lines, "\n") }

func (p *processes) rank() int {
	if p == nil {
		return 0
	}
	return p.Rank()
}

// number is how many there are; 0: this process works by itself.
func (p *processes) number() int {
	if p == nil {
		return 0
	}
	return p.Size()
}

// command is a command line with what has as many processes carry it out.
func (p *processes) command(line string) string {
	if p == nil {
		return line
	}
	return fmt.Sprintf("mpirun -n %d %s", p.Size(), line)
}

// alone has the first process do something for all. Where it fails, so do the others,
// which have nothing to say of it.
func (p *processes) alone(f func() ([]byte, error)) ([]byte, error) {
	if p == nil {
		return f()
	}
	var failed error
	text, err := distributed.Alone(p, 0, func() ([]byte, error) {
		var text []byte
		if text, failed = f(); failed != nil {
			return []byte{byte(exitStatus(failed))}, nil
		}
		return append([]byte{exitDone}, text...), nil
	})
	switch {
	case err != nil:
		return nil, &ownError{err}
	case failed != nil:
		return nil, failed
	case len(text) > 0 && text[0] != exitDone:
		return nil, &statusError{int(text[0])}
	}
	return slices.Clone(text[1:]), nil
}

// end ends what the processes have in common.
func (p *processes) end() error {
	if p == nil {
		return nil
	}
	return p.finish()
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/job"
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

// verdict is how a process gets on.
type verdict struct {
	Status int
	Text   string // empty: it has nothing to say
}

// agree returns an error in every process if one of them has one: in the first with the
// words of all, in the others without any.
func (p *processes) agree(err error) error {
	if own := (*ownError)(nil); p == nil || errors.As(err, &own) {
		return err
	}
	v := verdict{Status: exitStatus(err)}
	if told := (*statusError)(nil); err != nil && !errors.As(err, &told) {
		v.Text = message(err)
	}
	all, groupErr := gather(p, v)
	if groupErr != nil {
		return &ownError{groupErr}
	}
	status := exitDone
	said := map[string][]int{}
	for rank, v := range all {
		if status == exitDone {
			status = v.Status
		}
		if v.Text != "" {
			said[v.Text] = append(said[v.Text], rank)
		}
	}
	switch {
	case status == exitDone:
		return nil
	case p.Rank() > 0:
		return &statusError{status}
	case err != nil && len(said) <= 1: // nobody else has anything else to say
		return err
	}
	together := &processesError{status: status}
	for rank, v := range all {
		if of := said[v.Text]; len(of) > 0 && of[0] == rank {
			together.lines = append(together.lines, named(of)+": "+v.Text)
		}
	}
	return together
}

// named are processes in a message, as in "processes 1, 3".
func named(ranks []int) string {
	if len(ranks) == 1 {
		return fmt.Sprintf("process %d", ranks[0])
	}
	return "processes " + job.Joined(ranks, ", ")
}

// same returns an error in every process unless all have the same facts, in the first with
// the first fact that differs and the processes in which it does.
func (p *processes) same(facts []job.Fact) error {
	if p == nil {
		return nil
	}
	all, err := gather(p, facts)
	if err != nil {
		return &ownError{err}
	}
	for i := range all[0] {
		others := map[string][]int{}
		var words []string
		for rank, list := range all {
			value := "missing"
			if i < len(list) && list[i].Name == all[0][i].Name {
				value = list[i].Value
			}
			if value == all[0][i].Value {
				continue
			}
			if len(others[value]) == 0 {
				words = append(words, value)
			}
			others[value] = append(others[value], rank)
		}
		for j, value := range words {
			words[j] = fmt.Sprintf("%s in %s", value, named(others[value]))
		}
		if len(words) > 0 {
			return p.agree(fmt.Errorf("the processes cannot train together: %s is %s in process 0, but %s", all[0][i].Name, all[0][i].Value, strings.Join(words, ", ")))
		}
	}
	return nil
}

// divide sets the number of workers, which processes on one machine divide among them
// unless -workers says how many each has. restore sets it to what it was.
func (c *command) divide(p *processes) (restore func(), err error) {
	n := c.spec.Workers
	if p != nil {
		places, err := gather(p, cpus.Here())
		if err != nil {
			return nil, &ownError{err}
		}
		p.beside = cpus.Beside(places, places[p.Rank()])
		if n == 0 {
			n = cpus.Share(places)
		}
		c.spec.Group = p.Group
		if p.together { // their workers are those of the process
			n = 0
		}
	}
	restore = func() {}
	if n > 0 {
		restore = cpus.Use(n)
	}
	c.spec.Workers = cpus.Workers()
	return restore, nil
}

// gather is what each process gives.
func gather[T any](p *processes, own T) ([]T, error) {
	text, err := json.Marshal(own)
	if err != nil {
		return nil, err
	}
	texts, err := p.Gather(text)
	if err != nil {
		return nil, err
	}
	all := make([]T, len(texts))
	for rank, text := range texts {
		if err := json.Unmarshal(text, &all[rank]); err != nil {
			return nil, fmt.Errorf("process %d does something else: it is another version of the command, or was given other flags", rank)
		}
	}
	return all, nil
}

// end ends what the processes have in common.
func (p *processes) end() error {
	if p == nil {
		return nil
	}
	return p.finish()
}

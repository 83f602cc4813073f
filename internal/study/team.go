package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// Processes of a group take whole runs, each the next one that nobody has when it is free.
// Every process knows all of them by number. At each exchange all processes tell what they
// have done, and all deal out the runs that are left by the same rule, so that nobody has
// to be asked. The first process keeps the results.

// exchange is the time between two exchanges.
const exchange = 200 * time.Millisecond

// told is what a process tells in an exchange.
type told struct {
	Free  bool  // it has no run in progress
	Done  *made // since the last exchange; nil: nothing
	Fault string
	Left  bool // its context has ended
}

// made is a run that a process has made.
type made struct {
	Number   int
	Run      *results.Run
	Pictures map[string][]byte // of its reconstructions; nil: none
}

// team is the group of a workshop at work.
type team struct {
	*workshop
	runs    []*job.Spec
	todo    []int // numbers of those that nobody has, in order
	finish  func(m *made) error
	outcome chan outcome // of this process's run in progress
	fault   error        // of this process
}

type outcome struct {
	made *made
	err  error
}

// together makes the runs of todo on all processes of the group. finish is called in the
// first process with each that is done.
func (w *workshop) together(ctx context.Context, runs []*job.Spec, todo []int, finish func(m *made) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &team{workshop: w, runs: runs, todo: todo, finish: finish, outcome: make(chan outcome, 1)}
	free, ending := true, false
	for {
		said := told{Free: free, Left: ctx.Err() != nil}
		if !free {
			select {
			case o := <-t.outcome:
				said.Free, said.Done = true, o.made
				t.fail(o.err)
			default:
			}
		}
		if t.fault != nil {
			said.Fault = t.fault.Error()
		}
		free = said.Free
		all, err := t.tell(said)
		if err != nil {
			cancel()
			return err
		}
		busy := false
		for rank, p := range all {
			busy = busy || !p.Free
			ending = ending || p.Left || p.Fault != ""
			if p.Done != nil && w.Group.Rank() == 0 {
				t.fail(finish(p.Done))
			}
			if p.Free && !ending && len(t.todo) > 0 {
				number := t.todo[0]
				t.todo, busy = t.todo[1:], true
				if rank == w.Group.Rank() {
					free = false
					go t.make(ctx, number)
				}
			}
		}
		switch {
		case ending && !busy:
			return t.ended(ctx, all)
		case ending:
			cancel()
		case !busy && len(t.todo) == 0:
			return t.fault
		}
		time.Sleep(exchange)
	}
}

// fail keeps the first error, which the next exchange tells.
func (t *team) fail(err error) {
	if interrupted := (*job.InterruptedError)(nil); t.fault == nil && !errors.As(err, &interrupted) {
		t.fault = err
	}
}

// tell is one exchange.
func (t *team) tell(said told) ([]told, error) {
	text, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	texts, err := t.Group.Gather(text)
	if err != nil {
		return nil, err
	}
	all := make([]told, len(texts))
	for rank, text := range texts {
		if err := json.Unmarshal(text, &all[rank]); err != nil {
			return nil, fmt.Errorf("process %d does something else: %w", rank, err)
		}
	}
	return all, nil
}

// make makes a run.
func (t *team) make(ctx context.Context, number int) {
	r, err := t.fit(ctx, t.runs[number], 0, nil)
	if err != nil {
		t.outcome <- outcome{err: err}
		return
	}
	m := &made{Number: number, Run: t.record(r)}
	m.Pictures, err = t.pictures(r)
	t.outcome <- outcome{m, err}
}

// ended is the error of runs that were left: a process's own, another's, or an
// interruption.
func (t *team) ended(ctx context.Context, all []told) error {
	if t.fault != nil {
		return t.fault
	}
	for rank, p := range all {
		if p.Fault != "" {
			return fmt.Errorf("process %d: %s", rank, p.Fault)
		}
	}
	return job.Interrupted(ctx, -1)
}

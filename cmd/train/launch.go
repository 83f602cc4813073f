package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/job"
)

// launch is how a launcher, such as mpirun, started this process; the zero value is a
// process that none has started.
type launch struct {
	launcher   bool
	rank, size int
	open       func() (g distributed.Group, end func() error, err error)
	together   bool // the processes are goroutines of one, as in tests
}

// processFlags are of several processes.
type processFlags struct{ distributed string }

// The words of -distributed.
const (
	byLauncher = "auto"
	byMPI      = "mpi"
	byNobody   = "none"
)

func distributions() []job.Entry {
	return []job.Entry{
		{Name: byLauncher, What: "MPI where a launcher such as mpirun or srun has started the process"},
		{Name: byMPI, What: "the same, and an error where none has"},
		{Name: byNobody, What: "each process trains by itself"},
	}
}

func (t *flagTable) ofProcesses(p *processFlags) {
	t.group("Several processes (mpirun -n 4 train ...; srun)")
	t.add(job.OneOf(&p.distributed, distributions()), "distributed", "auto|mpi|none", "auto: the processes that a launcher has started train one model together: "+
		"each has its share of every mini-batch, so that the same flags make the same run, to rounding, on any number of them; -compare gives whole runs to them. "+
		"mpi: an error without a launcher. none: each process by itself")
}

// works reports whether the command is work for several processes. Anything else is done
// by the first, and the others end at once.
func (c *command) works() bool {
	return !c.list && !c.version && c.completion == "" && c.serve == "" && !c.given["tune"] && !c.trainsNothing()
}

// checkProcesses refuses what the launcher does not go with.
func (c *command) checkProcesses(l launch) error {
	switch {
	case c.distributed == byMPI && !l.launcher && c.works():
		return usagef("-distributed mpi: no launcher has started this process: begin with mpirun -n 2 or srun, or leave it out")
	case c.given["tune"] && l.launcher && l.size > 1 && c.distributed != byNobody:
		return usagef("-tune works in one process, as a trial ends by what others before it have taken: leave the launcher out")
	}
	return nil
}

// join brings this process together with the others. idle says that it has nothing to do:
// the first process does it, or says what is wrong with the command line. p is nil where
// the process works by itself.
func (l launch) join(args []string) (p *processes, idle bool, err error) {
	if !l.launcher {
		return nil, false, nil
	}
	c, err := parseLine(args)
	switch {
	case err == nil && c.distributed == byNobody:
		return nil, false, nil
	case err != nil || !c.works():
		return nil, l.rank != 0, nil
	}
	g, end, err := l.open()
	if err != nil {
		return nil, false, &ownError{fmt.Errorf("%w; -distributed none has each process train by itself", err)}
	}
	return &processes{Group: g, finish: end, together: l.together}, false, nil
}

// carry carries a command line out in one of the processes, and tells what went wrong:
// the first process what all have met, any other what it has met alone.
func (l launch) carry(ctx context.Context, a *account, args []string, stdout, stderr io.Writer) error {
	p, idle, err := l.join(args)
	if err == nil && !idle {
		said, shown := stdout, stderr
		if p.rank() > 0 {
			said, shown = io.Discard, io.Discard
			a.keep(func(ctx context.Context) error { return &statusError{exitStatus(job.Interrupted(ctx, 0))} })
		}
		err = carryOut(ctx, l, p, a, args, said, shown)
	}
	own := (*ownError)(nil)
	if !errors.As(err, &own) && p != nil {
		// A launcher that sees one process fail kills the others: all has to be said before.
		if err = p.agree(err); p.Rank() == 0 {
			err = say(err, stderr)
		}
		a.allTold() // and some do while this one ends
	}
	if !errors.As(err, &own) {
		return errors.Join(err, p.end())
	}
	if p == nil {
		l.tell(ctx, own, stderr)
	} else if left := (*distributed.LeftError)(nil); !errors.As(err, &left) {
		p.Leave(errors.New(message(own))) // which says so, and ends all processes
	}
	return &statusError{exitStatus(err)}
}

// moment is how long a process waits before it says what only it may have met: an error
// that all have is the first one's to say, and ends the others.
const moment = 3 * time.Second

// tell says why this process cannot join the others.
func (l launch) tell(ctx context.Context, err error, stderr io.Writer) {
	if l.rank > 0 {
		select {
		case <-ctx.Done():
			return
		case <-time.After(moment):
		}
	}
	fmt.Fprintf(stderr, "train: process %d: %s\n", l.rank, message(err))
}

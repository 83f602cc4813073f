//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/gokfac/gokfac/distributed"
)

// Open joins the group of all processes that the launcher started: it opens MPI's library
// and initialises it. end finishes the use of MPI when all processes have called it: call it
// before the process ends, with whatever status, or the launcher takes that for a failure.
// After an error of the group, or Leave, there is nothing to close.
//
// A process can open MPI once.
func Open(o Options) (g distributed.Group, end func() error, err error) {
	o, err = o.filled()
	if err != nil {
		return nil, nil, err
	}
	by, ok := launchedBy(os.Getenv)
	if !ok {
		return nil, nil, errors.New("mpi: no launcher started this process: start it by mpirun -n 2 PROGRAM, or by srun --mpi=pmix or pmi2")
	}
	defer saveHandlers().restore()
	l, err := openLibrary(o.Library, by.family)
	if err != nil {
		return nil, nil, err
	}
	w := &world{library: l, patience: o.Patience, calls: make(chan func() error), results: make(chan error)}
	go w.home()
	all, err := w.start(by)
	if err != nil {
		close(w.calls)
		return nil, nil, err
	}
	return all, sync.OnceValue(w.stop), nil
}

// world is MPI, opened and initialised.
type world struct {
	*library
	rank     int // among all processes
	patience time.Duration
	polite   bool   // waits in a way that leaves processors to others
	beats    *beats // nil of one process

	calls   chan func() error // of home
	results chan error

	mu     sync.Mutex
	groups []*group
}

// home runs what MPI wants to have run by one and the same thread: its beginning and its
// end.
func (w *world) home() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for f := range w.calls {
		w.results <- f()
	}
}

func (w *world) atHome(f func() error) error {
	w.calls <- f
	return <-w.results
}

// threadMultiple is MPI_THREAD_MULTIPLE: any thread may call at any time. Signs of life
// are given while another goroutine waits in a call.
const threadMultiple = 3

func (w *world) start(by launcher) (*group, error) {
	l := w.library
	defer expectAll(by, w.patience)()
	err := w.atHome(func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if err := l.call(l.initialized, address(&l.number)); err != nil {
			return fmt.Errorf("mpi: %w", err)
		}
		if l.number != 0 {
			return errors.New("mpi: this process has opened MPI before: it can do so once")
		}
		if err := l.call(l.initThread, 0, 0, threadMultiple, address(&l.number)); err != nil {
			return fmt.Errorf("mpi: %s does not begin: %w", l.path, err)
		}
		if l.number != threadMultiple {
			return fmt.Errorf("mpi: %s (%s) allows threads of level %d: want MPI_THREAD_MULTIPLE (3), which it must be built for", l.version, l.path, l.number)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all, err := w.newGroup(l.world)
	if err != nil {
		return nil, err
	}
	if all.size != by.size {
		return nil, fmt.Errorf("mpi: %s started %d processes, but the library %s (%s) knows of %d: the launcher and the library must be of one MPI; set %s to the library of the launcher's, or start by the launcher of the library's",
			by.name, by.size, l.path, l.version, all.size, libraryVariable)
	}
	w.rank = all.rank
	if all.size > 1 {
		if w.polite, err = w.crowded(); err != nil {
			return nil, fmt.Errorf("mpi: %w", err)
		}
		if err := l.call(l.commDup, l.world, address(&l.handle)); err != nil {
			return nil, fmt.Errorf("mpi: %w", err)
		}
		w.beats = newBeats(w, l.handle, all.size)
		go w.beats.run()
	}
	return all, nil
}

// expectAll ends this process unless the result is called in time: MPI_Init waits for all
// processes, and no launcher but Open MPI's ends those that wait for one that has ended
// before, with whatever status. Other calls need not wait longer.
func expectAll(by launcher, patience time.Duration) (come func()) {
	wait := callPatience * patience
	clock := time.AfterFunc(wait, func() {
		endSelf(fmt.Sprintf("process %d has waited %v for the %d processes that %s started to begin: one has ended before, has stalled, or has flags by which it does not take part",
			by.rank, wait, by.size, by.name))
	})
	return func() { clock.Stop() }
}

// stop ends MPI when all processes want that.
func (w *world) stop() error {
	if slices.ContainsFunc(w.groups, func(g *group) bool { return g.broken != nil }) {
		return nil // MPI_Finalize would wait for ever: let the launcher end the others
	}
	if w.beats != nil {
		w.beats.stop()
	}
	// All have agreed to end, and give no signs of life any more. No other thread may call
	// MPI while MPI_Finalize works: after an MPI_Abort there Open MPI's mpirun does not end,
	// or crashes, in one of six runs on a busy machine. It is one of fifty without it.
	clock := time.AfterFunc(w.patience, func() {
		endSelf(fmt.Sprintf("process %d has waited %v for the end of MPI, which all processes have come to: one has died or stalled there", w.rank, w.patience))
	})
	defer clock.Stop()
	err := w.atHome(func() error {
		w.library.mu.Lock()
		defer w.library.mu.Unlock()
		return w.call(w.finalize)
	})
	for _, g := range w.groups {
		g.broken = errors.New("mpi: the group is closed")
	}
	close(w.calls)
	if err != nil {
		return fmt.Errorf("mpi: the end: %w", err)
	}
	return nil
}

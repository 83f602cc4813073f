//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"sync/atomic"
	"time"
)

// watch is what the goroutine that gives signs of life knows of the calls of a group,
// which another goroutine makes.
type watch struct {
	clock   time.Time    // its beginning
	kind    atomic.Int32 // of the call in progress, or the last
	began   atomic.Int64 // the beginning of the call in progress, in ns; 0 between calls
	longest atomic.Int64 // time between two calls
	ended   int64        // of the last call
}

// Kinds of calls.
const (
	aSum int32 = iota
	aGather
	aSplit
)

func callName(kind int32) string { return [...]string{"a sum", "a gather", "a split"}[kind] }

func (w *watch) now() int64 { return int64(time.Since(w.clock)) }

func (w *watch) begin(kind int32) {
	now := w.now()
	w.longest.Store(max(w.longest.Load(), now-w.ended))
	w.kind.Store(kind)
	w.began.Store(now)
}

func (w *watch) end() {
	w.ended = w.now()
	w.began.Store(0)
}

// overdue is how long the call in progress has taken, if that is too long.
func (w *watch) overdue(patience time.Duration) (waited time.Duration, overdue bool) {
	began := w.began.Load()
	if began == 0 {
		return 0, false
	}
	waited = time.Duration(w.now() - began)
	return waited, waited > callPatience*patience+10*time.Duration(w.longest.Load())
}

// callPatience is how much longer a call may take than a process may be silent: its
// members live, and may be at work.
const callPatience = 20

// checkCalls ends the job if a call takes too long.
func (w *world) checkCalls() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range w.groups {
		if waited, overdue := g.overdue(w.patience); overdue {
			w.endJob(fmt.Sprintf("process %d has waited %v in %s, although the processes live: one hangs, or makes other calls than this one",
				w.rank, waited.Round(100*time.Millisecond), callName(g.kind.Load())))
		}
	}
}

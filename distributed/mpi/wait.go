//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"syscall"
	"time"
)

// wait asks for the end of the request in progress again and again. Between two questions
// it gives the processor to whoever wants it: with more processes than processors that is
// the one that all wait for. MPI's own functions keep it.
func (g *group) wait(sleeps bool) error {
	var begin time.Time
	pause := firstPause
	for asked := 1; ; asked++ {
		g.args = [10]uintptr{address(&g.request), address(&g.done), g.statusNone}
		if err := g.do(g.test, 3); err != nil || g.done != 0 {
			return err
		}
		switch {
		case asked < spins:
		case asked == spins:
			begin = time.Now()
			fallthrough
		case !sleeps || asked%spins != 0 || time.Since(begin) < yielding:
			syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
		default:
			time.Sleep(pause)
			pause = min(2*pause, longestPause)
			asked = 2*spins - 1
		}
	}
}

// Of wait. docs/scale.md has measurements.
const (
	spins        = 20
	yielding     = 200 * time.Microsecond // before it sleeps, where it does
	firstPause   = 20 * time.Microsecond
	longestPause = time.Millisecond
)

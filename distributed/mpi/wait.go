//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
)

// do calls a function with the first of g.args. It does not allocate.
func (g *group) do(function uintptr, args int) error {
	r, _, _ := purego.SyscallN(function, g.args[:args]...)
	runtime.KeepAlive(g)
	if int32(r) == 0 {
		return nil
	}
	g.broken = fmt.Errorf("mpi: process %d: %s: %w", g.world.rank, callName(g.kind.Load()), g.check(r))
	return g.broken
}

// together calls a function that returns when all members have called it, or where
// processors are few the one that begins the same, and waits politely.
func (g *group) together(function, begins uintptr, args int) (err error) {
	if g.polite {
		g.args[args] = address(&g.request)
		if err = g.do(begins, args+1); err == nil {
			err = g.wait(shortPause)
		}
	} else {
		err = g.do(function, args)
	}
	g.memory = [2]unsafe.Pointer{}
	return err
}

// wait asks for the end of the request in progress again and again. Between two questions
// it gives the processor to whoever wants it, and sleeps in the end: with more processes
// than processors, somebody else's is the one that all wait for. MPI's own functions keep
// their processor. A message makes progress only while it is asked for: one that may be
// large gets short pauses.
func (g *group) wait(longest time.Duration) error {
	var begin time.Time
	pause := shortestPause
	for asked := 1; ; asked++ {
		g.args = [10]uintptr{address(&g.request), address(&g.done), g.statusNone}
		if err := g.do(g.test, 3); err != nil || g.done != 0 {
			return err
		}
		switch {
		case asked < spins:
		case asked == spins:
			begin = time.Now()
		case time.Since(begin) < yielding:
			purego.SyscallN(g.schedYield)
		default:
			// The shortest time.Sleep of a process that has nothing else to do is 1 ms.
			purego.SyscallN(g.usleep, uintptr(pause.Microseconds()))
			pause = min(2*pause, longest)
		}
	}
}

// Of wait.
const (
	spins         = 20
	yielding      = 200 * time.Microsecond
	shortestPause = 20 * time.Microsecond
	shortPause    = 50 * time.Microsecond
	longestPause  = 200 * time.Microsecond
)

// crowded says whether this machine has more processes of the job than processors, and a
// library that does not mind: a sum of one number by four processes on two processors
// takes MPICH 8 ms. Open MPI finds out itself, and yields. Where each process has a
// processor, MPI's functions that wait are the fastest, so they are called there.
// The library is locked.
func (w *world) crowded() (bool, error) {
	if err := w.call(w.commSplitType, w.library.world, w.shared, 0, w.infoNull, address(&w.handle)); err != nil {
		return false, err
	}
	if err := w.call(w.commSize, w.handle, address(&w.number)); err != nil {
		return false, err
	}
	return w.family == mpich && int(w.number) > processors(), nil
}

// processors are those of the machine. A launcher may allow this process a part of them.
func processors() int {
	n := runtime.NumCPU()
	online, err := os.ReadFile("/sys/devices/system/cpu/online") // such as 0-31,64-95
	if err != nil {
		return n
	}
	all := 0
	for _, part := range strings.Split(strings.TrimSpace(string(online)), ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		a, err := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || b < a {
			return n
		}
		all += b - a + 1
	}
	return max(n, all)
}

package cpus

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// Workers is the number of goroutines that should share a computation, at least 1
// and at most GOMAXPROCS. The files of control groups are read at the first call;
// later ones cost no more than runtime.GOMAXPROCS.
func Workers() int { return workers(runtime.GOMAXPROCS(0)) }

func workers(processors int) int {
	if n := asked.Load(); n > 0 {
		return min(int(n), processors)
	}
	if processors != atStart || processors == 1 {
		return processors
	}
	return fitted().Workers
}

var (
	asked   atomic.Int32            // by Use; 0: nothing
	atStart = runtime.GOMAXPROCS(0) // before anybody has set it
	fitted  = sync.OnceValue(func() Count { return thisMachine(atStart).count() })
)

// Use sets GOMAXPROCS and the number of workers to n, whatever the quota is.
// restore sets them to what they were.
func Use(n int) (restore func()) {
	procs, before := runtime.GOMAXPROCS(n), asked.Swap(int32(n))
	return func() {
		runtime.GOMAXPROCS(procs)
		asked.Store(before)
	}
}

// Now is the present number of workers with the reason for it.
func Now() Count {
	processors := runtime.GOMAXPROCS(0)
	n := workers(processors)
	switch {
	case asked.Load() > 0:
		return Count{Workers: n, Why: Asked}
	case processors != atStart:
		return Count{Workers: n, Why: Called}
	}
	return fitted()
}

// environment returns the number in the variable GOMAXPROCS, as the runtime reads
// it; 0: none.
func environment() int {
	n, err := strconv.ParseInt(os.Getenv("GOMAXPROCS"), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

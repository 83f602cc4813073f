package parallel

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/cpus"
)

type squares struct{ x, y []int }

func square(a *squares, i int) { a.y[i] = a.x[i] * a.x[i] }

func TestEveryPieceOnce(t *testing.T) {
	pool := NewPool[squares]()
	for _, procs := range []int{1, 2, 5} {
		previous := runtime.GOMAXPROCS(procs)
		for _, n := range []int{0, 1, 2, 3, 100} {
			a := squares{make([]int, n), make([]int, n)}
			for i := range a.x {
				a.x[i] = i
			}
			pool.Run(n, a, func(a *squares, i int) { a.y[i] += a.x[i] + 1 })
			for i, y := range a.y {
				assert.Equal(t, i+1, y)
			}
		}
		runtime.GOMAXPROCS(previous)
	}
}

func TestConcurrentCallers(t *testing.T) {
	pool := NewPool[squares]()
	var callers sync.WaitGroup
	for c := range 3 * spareFrames {
		callers.Go(func() {
			for range 50 {
				a := squares{[]int{c, c + 1, c + 2}, make([]int, 3)}
				pool.Run(3, a, square)
				assert.Equal(t, []int{c * c, (c + 1) * (c + 1), (c + 2) * (c + 2)}, a.y)
			}
		})
	}
	callers.Wait()
}

func TestPanicReachesTheCaller(t *testing.T) {
	pool := NewPool[squares]()
	bad := squares{make([]int, 9), make([]int, 9)}
	assert.PanicsWithValue(t, "piece 7", func() {
		pool.Run(9, bad, func(_ *squares, i int) {
			if i == 7 {
				panic("piece 7")
			}
		})
	})
	pool.Run(9, bad, square) // and the pool is as good as new
}

func TestAllocatesNothing(t *testing.T) {
	pool := NewPool[squares]()
	a := squares{make([]int, 8), make([]int, 8)}
	run := func() { pool.Run(8, a, square) }
	run()
	assert.Zero(t, testing.AllocsPerRun(50, run))
}

// TestStartsAllocateNothing: nor do calls that find nobody awake, as those of a program with work of its own in between.
func TestStartsAllocateNothing(t *testing.T) {
	defer cpus.Use(3)()
	pool := NewPool[squares]()
	a := squares{make([]int, 8), make([]int, 8)}
	fewest := ^uint64(0) // the runtime's own, for goroutines of a new height, are a few in all
	var before, after runtime.MemStats
	for range 200 {
		eventuallyNobody(t)
		runtime.ReadMemStats(&before)
		pool.Run(8, a, square)
		runtime.ReadMemStats(&after)
		fewest = min(fewest, after.Mallocs-before.Mallocs)
	}
	assert.Zero(t, fewest)
}

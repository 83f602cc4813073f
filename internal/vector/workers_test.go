package vector

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// setProcs sets GOMAXPROCS until the test ends.
func setProcs(tb testing.TB, n int) {
	previous := runtime.GOMAXPROCS(n)
	tb.Cleanup(func() { runtime.GOMAXPROCS(previous) })
}

// everything runs the whole package on slices of n elements and returns what
// it leaves behind.
func everything[T Float](n int) (sums [][3]float64, left []operands[T]) {
	all := newOperands[T](n, 0, 10)
	for _, tr := range trials[T]() {
		o := all.clone()
		sums = append(sums, o.apply(tr.run))
		left = append(left, o)
	}
	order := 0
	for (order+1)*(order+1) <= n {
		order++
	}
	o := newOperands[T](n, 0, 11)
	Mirror(o.part[0][:order*order], order)
	cols := max(1, n/20)
	ColumnSums(o.part[1][:cols], o.part[2][:n/cols*cols])
	return sums, append(left, o)
}

func requireEverything[T Float](t *testing.T, n int, sums [][3]float64, left []operands[T], about string) {
	t.Helper()
	again, behind := everything[T](n)
	require.Equal(t, sums, again, about)
	for i := range left {
		for s := range left[i].all {
			require.True(t, equal(left[i].all[s], behind[i].all[s]), "%s: slice %d of operation %d", about, s, i)
		}
	}
}

// TestDeterminism: neither the number of workers nor the set of instructions
// shows in a result.
func TestDeterminism(t *testing.T) {
	sums, left := everything[float32](shared)
	doubles, leftDoubles := everything[float64](shared)
	eachSet(t, func(t *testing.T) {
		for _, procs := range []int{1, 2, 5} {
			setProcs(t, procs)
			requireEverything(t, shared, sums, left, fmt.Sprint(procs, " workers"))
		}
	}, func(t *testing.T) {
		setProcs(t, 5)
		requireEverything(t, shared, doubles, leftDoubles, "5 workers")
	})
}

func TestConcurrentCallers(t *testing.T) {
	shareAll(t)
	setProcs(t, 4)
	sums, left := everything[float32](shared)
	var callers sync.WaitGroup
	for c := range 2 * spareSums {
		callers.Go(func() {
			again, behind := everything[float32](shared)
			assert.Equal(t, sums, again, "caller %d", c)
			for i := range left {
				for s := range left[i].all {
					assert.True(t, equal(left[i].all[s], behind[i].all[s]), "caller %d", c)
				}
			}
		})
	}
	callers.Wait()
}

func equal[T Float](x, y []T) bool {
	for i := range x {
		if !sameBits(x[i], y[i]) {
			return false
		}
	}
	return len(x) == len(y)
}

// TestAllocatesNothing: on one processor, where no helper is started, since the
// runtime now and then makes a goroutine anew.
func TestAllocatesNothing(t *testing.T) {
	eachSet(t, testAllocatesNothing[float32], testAllocatesNothing[float64])
}

func testAllocatesNothing[T Float](t *testing.T) {
	for _, n := range []int{3, 1000, shared} {
		o := newOperands[T](n, 0, 12)
		for _, tr := range trials[T]() {
			assert.Zero(t, testing.AllocsPerRun(10, func() { o.apply(tr.run) }), "%s of %d", tr.name, n)
		}
	}
}

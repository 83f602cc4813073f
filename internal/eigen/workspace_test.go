package eigen

import (
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

func setProcs(t *testing.T, n int) {
	previous := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(previous) })
}

// TestSameBits: the number of workers, what the workspace did before and other
// callers make no difference.
func TestSameBits(t *testing.T) {
	for _, n := range []int{60, 131, 400} {
		if testing.Short() && n > 200 {
			continue
		}
		for _, m := range []matrix{randomMatrix(n), covariance("7 samples", n, 7, one), covariance("covariance", n, n, one)} {
			setProcs(t, 1)
			var first Workspace
			q, values := decompose(t, &first, m)
			same := func(w *Workspace, how string) {
				again, list := lowerOnly(m), make([]float64, n)
				assert.True(t, w.Decompose(n, again, list) && sameBits(q, again) && sameBits(values, list), "%s, n = %d: %s", m.name, n, how)
			}
			var used Workspace
			decompose(t, &used, randomMatrix(n+30))
			decompose(t, &used, randomMatrix(n/2))
			same(&used, "a used workspace")
			for _, procs := range []int{2, 5} {
				setProcs(t, procs)
				same(&first, "more workers")
			}
			var callers sync.WaitGroup
			for range 3 {
				callers.Go(func() {
					var own Workspace
					same(&own, "many callers")
				})
			}
			callers.Wait()
		}
	}
}

func sameBits(x, y []float64) bool {
	for i := range x {
		if math.Float64bits(x[i]) != math.Float64bits(y[i]) {
			return false
		}
	}
	return len(x) == len(y)
}

// TestAllocatesNothing: on one processor, where no helper is started, since the
// runtime now and then makes a goroutine anew.
func TestAllocatesNothing(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("gonum's products allocate")
	}
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	const n = 300
	a, c := definite(n, 0.1), randomMatrix(n)
	k, s := make([]float64, n*n), make([]float64, n)
	var w Workspace
	for _, order := range []int{n, 40, 1} {
		run := func() {
			copy(k, c.data)
			require.True(t, w.Decompose(order, k, s))
			require.True(t, w.Simultaneous(order, a.data, c.data, k, s))
		}
		if order < n {
			copy(a.data, definite(order, 0.1).data)
		}
		assert.Zero(t, testing.AllocsPerRun(3, run), "n = %d", order)
	}
}

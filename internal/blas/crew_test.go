package blas

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/parallel"
)

// TestCrew: products below workerShare are for helpers that are awake, and none is started for them.
func TestCrew(t *testing.T) {
	defer cpus.Use(3)()
	const share = 1 << 16
	for _, awake := range []bool{false, true} {
		if awake {
			wake(t, 3)
		} else {
			sleep(t)
		}
		assert.Equal(t, alone, newCrew(1.9*share, 0, share), "awake %v: too small to share", awake)
		assert.Equal(t, alone, newCrew(1.9*workerShare, 0, 0), "awake %v: never shared", awake)
		assert.Equal(t, crew{number: 2}, newCrew(2*workerShare, 0, share), "awake %v: helpers are started", awake)
		assert.Equal(t, crew{number: 3}, newCrew(9*workerShare, 0, share), "awake %v: as many as there are processors for", awake)
	}
	wake(t, 3)
	most := newCrew(1.9*workerShare, 0, share)
	few := newCrew(2*share, 0, share)
	assert.True(t, most.awake && few.awake)
	assert.LessOrEqual(t, most.number, 3)
	assert.LessOrEqual(t, few.number, 2)
	sleep(t)
	assert.Equal(t, crew{number: 1, awake: true}, newCrew(1.9*workerShare, 0, share))
}

// wake returns while helpers are awake.
func wake(t *testing.T, workers int) {
	g := parallel.NewGroup(func(int) {})
	require.Eventually(t, func() bool { g.Run(workers); return parallel.Awake() > 0 }, 10*time.Second, time.Microsecond)
}

// sleep returns when no helper is awake.
func sleep(t *testing.T) {
	require.Eventually(t, func() bool { return parallel.Awake() == 0 }, 10*time.Second, time.Millisecond)
}

// TestAwakeBits: a product has the same bits whether helpers were awake or not, in all forms. Callers share the helpers,
// and the race detector watches.
func TestAwakeBits(t *testing.T) { eachTier(t, testAwakeBits[float32], testAwakeBits[float64]) }

func testAwakeBits[T Float](t *testing.T, tier *tier) {
	skipExternal(t, tier)
	defer cpus.Use(4)()
	base, free := kernelsOf[T](tier)
	kern := *base
	kern.awakeShare = 1 << 8
	rng := rand.New(rand.NewPCG(49, 50))
	for _, s := range []shape{{m: 60, n: 70, k: 1}, {m: 8, n: 50, k: 64}, {m: 50, n: 64, k: 8}, {m: 30, n: 10, k: 40}, {m: 40, n: 90, k: 10}} {
		for trans := range 4 {
			s.transA, s.transB = trans&1 != 0, trans&2 != 0
			a, b, c := operands[T](rng, s)
			multiply := func(workers crew, c matrix[T]) {
				multiplyOn(workers, &kern, free, whole, s.transA, s.transB, s.m, s.n, s.k, -1.25, a.data, a.stride, b.data, b.stride, nil, 0, c.data, c.stride)
			}
			want := c.clone()
			multiply(alone, want)
			work := float64(s.m * s.n * s.k)
			var callers sync.WaitGroup
			for range 2 {
				callers.Go(func() {
					g := parallel.NewGroup(func(int) {})
					for range 15 {
						g.Run(3) // wakes helpers
						got := c.clone()
						multiply(newCrew(work, 0, kern.awakeShare), got)
						assert.Equal(t, want.data, got.data, "%v", s)
						multiply(crew{number: 4, awake: true}, got)
						assert.Equal(t, want.data, got.data, "%v, four workers at most", s)
					}
				})
			}
			callers.Wait()
		}
	}
}

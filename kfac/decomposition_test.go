package kfac

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestNorm1(t *testing.T) {
	r, w := random(1), newWorkspace()
	for _, n := range []int{5, 1, 2, 9} {
		l := randomSlice(r, n*n)
		assert.InEpsilon(t, mat.Norm(dense(l, n), 1), norm1(w, l, n), 1e-14)
	}
}

// TestFailureLadder: an indefinite matrix needs its damping raised; one beyond
// help keeps the inverse that was.
func TestFailureLadder(t *testing.T) {
	f, w := newFactor[float64](2), newWorkspace()
	copy(f.mean, []float64{1, 0, 0, -5})
	d := newDampedInverse(f)
	d.damping = 0.01
	job := d.decomposition()
	job.run(w)
	require.True(t, job.ok)
	assert.Equal(t, 3, job.retries, "0.01, 0.1 and 1 fail, 10 does not")
	assert.InDeltaSlice(t, []float64{1.0 / 11, 0, 0, 1.0 / 5}, d.inverse, 1e-15)

	good := slices.Clone(d.inverse)
	for _, bad := range []float64{-1e12, -0.01 * 1e5, math.NaN(), math.Inf(1)} {
		f.mean[3] = bad
		job.run(w)
		assert.False(t, job.ok)
		assert.Equal(t, ladder, job.retries)
		assert.Equal(t, good, d.inverse)
	}
	f.mean[3] = -0.0099 * 1e5 // the last rung
	job.run(w)
	assert.True(t, job.ok)
	assert.Equal(t, ladder-1, job.retries)
	f.mean[3] = 1
	job.run(w)
	assert.True(t, job.ok)
	assert.Zero(t, job.retries, "an inversion is used again")
}

// TestInversionsSideBySide: many factors at once give the bits of one after the
// other, whatever the number of workers.
func TestInversionsSideBySide(t *testing.T) {
	r := random(8)
	var inverses []*dampedInverse[float64]
	for _, n := range []int{3, 120, 1, 64, 65, 7} {
		d := newDampedInverse(covariance(r, n, 2*n))
		d.damping = 0.1
		inverses = append(inverses, d)
	}
	var want [][]float64
	for _, d := range inverses {
		carryOut(t, []*Decomposition{d.decomposition()})
		want = append(want, slices.Clone(d.inverse))
		clear(d.inverse)
	}
	s := newDecomposers()
	for _, procs := range []int{1, 2, 5} {
		previous := runtime.GOMAXPROCS(procs)
		s.todo = s.todo[:0]
		for _, d := range inverses {
			s.todo = append(s.todo, d.decomposition())
		}
		s.run()
		runtime.GOMAXPROCS(previous)
		assert.True(t, slices.IsSortedFunc(s.todo, func(a, b *Decomposition) int { return b.order - a.order }), "the largest first")
		for i, d := range inverses {
			assert.Equal(t, want[i], d.inverse)
			clear(d.inverse)
		}
		for _, j := range s.todo {
			assert.True(t, j.ok)
		}
	}
}

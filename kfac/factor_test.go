package kfac

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestInputFactor: A is the second moment of homogeneous inputs, summed over an
// example's locations (KFC's Ω).
func TestInputFactor(t *testing.T) {
	const examples, in = 7, 4
	for _, locations := range []int{1, 3} {
		rows := examples * locations
		a := randomSlice(random(1), rows*in)
		want := secondMoment(homogeneous(a, rows, in))
		want.Scale(float64(locations), want)

		f := newFactor[float64](in + 1)
		f.setInputs(rowsOf(a, rows, in), 1, examples)
		f.Fold(0)
		assert.True(t, mat.EqualApprox(want, dense(f.mean, in+1), 1e-13))

		noBias := newFactor[float64](in)
		noBias.setInputs(rowsOf(a, rows, in), 1, examples)
		noBias.Fold(0)
		assert.True(t, mat.EqualApprox(want.Slice(0, in, 0, in), dense(noBias.mean, in), 1e-13))
	}
}

// TestGradientFactorScale: taps hold g/N, and G is the mean over examples, and
// over locations (KFC's Γ), of gᵀg. Duplicating the batch must change neither
// factor.
func TestGradientFactorScale(t *testing.T) {
	r := random(2)
	const n, out, in, locations = 5, 3, 4, 2
	perExample := randomSlice(r, n*locations*out)
	inputs := randomSlice(r, n*locations*in)
	want := secondMoment(mat.NewDense(n*locations, out, perExample))

	factors := func(copies int) (a, g *factor[float64]) {
		var tap, x []float64
		for range copies {
			for _, v := range perExample {
				tap = append(tap, v/float64(n*copies))
			}
			x = append(x, inputs...)
		}
		g = newFactor[float64](out)
		g.addGradients(rowsOf(tap, n*locations*copies, out), 1, n*locations*copies, n*copies, true)
		g.Fold(0)
		a = newFactor[float64](in + 1)
		a.setInputs(rowsOf(x, n*locations*copies, in), 1, n*copies)
		a.Fold(0)
		return a, g
	}
	a1, g1 := factors(1)
	a2, g2 := factors(2)
	assert.True(t, mat.EqualApprox(want, dense(g1.mean, out), 1e-14))
	assert.InDeltaSlice(t, g1.mean, g2.mean, 1e-14)
	assert.InDeltaSlice(t, a1.mean, a2.mean, 1e-14)
}

// TestPassesAddUp: G is a sum over passes, and the first of a mini-batch begins
// it anew.
func TestPassesAddUp(t *testing.T) {
	r := random(3)
	g1, g2 := randomSlice(r, 8), randomSlice(r, 8)
	f := newFactor[float64](2)
	f.addGradients(rowsOf(randomSlice(r, 8), 4, 2), 1, 4, 4, true) // forgotten by the next first pass
	f.addGradients(rowsOf(g1, 4, 2), 1, 4, 4, true)
	f.addGradients(rowsOf(g2, 4, 2), 1, 4, 4, false)
	f.Fold(0)
	g := mat.NewDense(8, 2, slices.Concat(g1, g2))
	var want mat.Dense
	want.Mul(g.T(), g)
	want.Scale(4, &want)
	assert.True(t, mat.EqualApprox(&want, dense(f.mean, 2), 1e-13))
}

// TestRunningAverage: a plain mean at first, an exponential one later.
func TestRunningAverage(t *testing.T) {
	f := newFactor[float64](1)
	const most = 0.7
	plain, want := 0.0, 0.0
	for i, b := range []float64{4, 2, 9, 1, 7} {
		f.batch[0] = b
		f.Fold(decayAt(i+1, most))
		if i < 3 { // 1 − 1/k < 0.7 till k = 3
			plain += b
			want = plain / float64(i+1)
		} else {
			want = most*want + (1-most)*b
		}
		assert.InDelta(t, want, f.mean[0], 1e-14)
	}
}

func TestDecay(t *testing.T) {
	for k, want := range map[int]float64{1: 0, 2: 0.5, 3: 1 - 1.0/3, 19: 1 - 1.0/19, 20: 0.95, 21: 0.95, 1000: 0.95} {
		assert.InDelta(t, want, decayAt(k, 0.95), 1e-15, "update %d", k)
	}
	assert.Zero(t, decayAt(5, 0), "no average at all")
}

// TestDampedLeavesTheAverageAlone: damping goes into a copy, and does not
// accumulate.
func TestDampedLeavesTheAverageAlone(t *testing.T) {
	f := newFactor[float32](3)
	randomize(random(4), f.mean, 1)
	before := slices.Clone(f.mean)
	l := make([]float64, 9)
	for range 2 {
		f.damped(l, 0.25)
		assert.True(t, mat.Equal(plus(dense(before, 3), 0.25), dense(l, 3)))
		assert.Equal(t, before, f.mean)
	}
	assert.InDelta(t, mat.Trace(dense(before, 3)), f.trace(), 1e-15)
}

func TestFactorFinite(t *testing.T) {
	for _, bad := range []float32{1e38, nan32(), inf32()} {
		f := newFactor[float32](3)
		f.setInputs(rowsOf([]float32{1, 2, 3, 1, bad, 1}, 2, 3), 1, 2)
		assert.False(t, f.finite(), "%g", bad)
		f.setInputs(rowsOf([]float32{1, 2, 3, 1, 1, 1}, 2, 3), 1, 2)
		require.True(t, f.finite())
		f.addGradients(rowsOf([]float32{1, 2, 3, 1, bad, 1}, 2, 3), 1, 2, 2, false)
		assert.False(t, f.finite(), "%g", bad)
	}
}

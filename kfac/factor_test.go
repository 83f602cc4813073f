package kfac

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func randomSlice(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// homogeneous is [a, 1], rows×(in+1).
func homogeneous(a []float64, rows, in int) *mat.Dense {
	h := mat.NewDense(rows, in+1, nil)
	for i := range rows {
		for j := range in {
			h.Set(i, j, a[i*in+j])
		}
		h.Set(i, in, 1)
	}
	return h
}

func TestInputFactorIsTheCovarianceOfHomogeneousInputs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const rows, in = 7, 4
	a := randomSlice(r, rows*in)
	h := homogeneous(a, rows, in)
	var want mat.Dense
	want.Mul(h.T(), h)
	want.Scale(1.0/rows, &want)

	f := newFactor[float64](in + 1)
	f.setInputs(a, rows, in)
	f.fold(0)
	f.symmetric()
	assert.True(t, mat.EqualApprox(&want, mat.NewDense(in+1, in+1, f.mean), 1e-14))

	noBias := newFactor[float64](in)
	noBias.setInputs(a, rows, in)
	noBias.fold(0)
	noBias.symmetric()
	assert.True(t, mat.EqualApprox(want.Slice(0, in, 0, in), mat.NewDense(in, in, noBias.mean), 1e-14))
}

// TestGradientFactorScale: taps hold g/N, and G is the mean over examples of
// gᵀg. Duplicating the batch must change neither factor.
func TestGradientFactorScale(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	const n, out, in = 5, 3, 4
	perExample := randomSlice(r, n*out)
	inputs := randomSlice(r, n*in)
	var want mat.Dense
	g := mat.NewDense(n, out, perExample)
	want.Mul(g.T(), g)
	want.Scale(1.0/n, &want)

	factors := func(copies int) (a, g *factor[float64]) {
		var tap, x []float64
		for range copies {
			for _, v := range perExample {
				tap = append(tap, v/float64(n*copies))
			}
			x = append(x, inputs...)
		}
		g = newFactor[float64](out)
		g.addGradients(tap, n*copies, n*copies, true)
		g.fold(0)
		g.symmetric()
		a = newFactor[float64](in + 1)
		a.setInputs(x, n*copies, in)
		a.fold(0)
		a.symmetric()
		return a, g
	}
	a1, g1 := factors(1)
	a2, g2 := factors(2)
	assert.True(t, mat.EqualApprox(&want, mat.NewDense(out, out, g1.mean), 1e-14))
	assert.InDeltaSlice(t, g1.mean, g2.mean, 1e-14)
	assert.InDeltaSlice(t, a1.mean, a2.mean, 1e-14)
}

func TestPassesAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	g1, g2 := randomSlice(r, 8), randomSlice(r, 8)
	f := newFactor[float64](2)
	f.addGradients(randomSlice(r, 8), 4, 4, true) // forgotten by the next first pass
	f.addGradients(g1, 4, 4, true)
	f.addGradients(g2, 4, 4, false)
	f.fold(0)
	f.symmetric()
	var want mat.Dense
	g := mat.NewDense(8, 2, append(append([]float64{}, g1...), g2...))
	want.Mul(g.T(), g)
	want.Scale(4, &want)
	assert.True(t, mat.EqualApprox(&want, mat.NewDense(2, 2, f.mean), 1e-13))
}

// TestRunningAverage: a plain mean at first, an exponential one later.
func TestRunningAverage(t *testing.T) {
	f := newFactor[float64](1)
	batches := []float64{4, 2, 9, 1, 7}
	const most = 0.7
	plain, want := 0.0, 0.0
	for i, b := range batches {
		f.batch[0] = b
		f.fold(decayAt(i+1, most))
		if i < 3 { // 1 − 1/k < 0.7 till k = 3
			plain += b
			want = plain / float64(i+1)
		} else {
			want = most*want + (1-most)*b
		}
		assert.InDelta(t, want, f.mean[0], 1e-14)
	}
	assert.Equal(t, 0.95, decayAt(1000, 0.95))
	assert.Zero(t, decayAt(1, 0.95), "nothing of the zeros it starts from")
}

func TestFoldIsSymmetric(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	f := newFactor[float32](9)
	g := make([]float32, 9*20)
	for i := range g {
		g[i] = float32(r.NormFloat64())
	}
	for k := range 4 {
		f.addGradients(g, 20, 20, true)
		f.fold(decayAt(k+1, 0.9))
		f.symmetric()
		for i := range 9 {
			for j := range 9 {
				require.Equal(t, f.mean[i*9+j], f.mean[j*9+i])
			}
		}
	}
}

func TestBalance(t *testing.T) {
	assert.InDelta(t, math.Sqrt((6.0/3)/(8.0/2)), balance(6, 3, 8, 2), 1e-15)
	assert.Equal(t, 1.0, balance(0, 3, 8, 2))
	assert.Equal(t, 1.0, balance(6, 3, 0, 2))
	assert.Equal(t, 1.0, balance(math.NaN(), 3, 1, 2))
	assert.Equal(t, maxBalance, balance(1, 1, 1e-30, 1))
	assert.Equal(t, 1/maxBalance, balance(1e-30, 1, 1, 1))
}

func TestLevenbergMarquardtRule(t *testing.T) {
	const w = 0.8
	for _, c := range []struct{ rho, want float64 }{
		{0.2, 1 / w}, {0.25, 1}, {0.5, 1}, {0.75, 1}, {0.8, w}, {math.NaN(), 1 / w}, {-1, 1 / w},
		{math.Inf(1), w}, {math.Inf(-1), 1 / w},
	} {
		assert.Equal(t, c.want, adapt(1, c.rho, w), "rho %g", c.rho)
	}
	assert.InDelta(t, math.Pow(0.95, 5), omega(5), 1e-15)
}

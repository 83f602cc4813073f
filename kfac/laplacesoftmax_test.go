package kfac_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/kfac"
)

// TestProbitOfTwoClasses: MacKay's σ(Δ/√(1 + π/8·Var Δ)), which is within 0.02 of the integral
// of the logistic function, as are draws within six standard errors of it.
func TestProbitOfTwoClasses(t *testing.T) {
	const draws = 20000
	rng := rand.New(rand.NewPCG(1, 2))
	p := make([]float64, 2)
	for _, c := range []struct{ a, b, va, vb, ab float64 }{{2, 0.5, 1, 2, 0.3}, {-1, 3, 4, 1, -0.8}, {0.2, 0.1, 30, 9, 5}, {5, 0, 0, 0, 0}} {
		mean, cov := []float64{c.a, c.b}, mat.NewSymDense(2, []float64{c.va, c.ab, c.ab, c.vb})
		delta, variance := c.a-c.b, c.va+c.vb-2*c.ab
		require.NoError(t, kfac.ProbitSoftmax(p, mean, cov))
		assert.InDelta(t, 1/(1+math.Exp(-delta/math.Sqrt(1+math.Pi/8*variance))), p[0], 1e-14)
		integral, norm := 0.0, 0.0
		for i := range 20001 { // ±10 standard deviations in steps of a thousandth
			z := float64(i-10000) / 1000
			w := math.Exp(-z * z / 2)
			integral += w / (1 + math.Exp(-delta-math.Sqrt(variance)*z))
			norm += w
		}
		integral /= norm
		assert.InDelta(t, integral, p[0], 0.02)
		require.NoError(t, kfac.SampledSoftmax(p, mean, cov, draws, rng))
		assert.InDelta(t, integral, p[0], 6*0.5/math.Sqrt(draws))
		assert.InDelta(t, 1, p[0]+p[1], 1e-12)
	}
}

// TestSoftmaxOfOutputs: without variance both are softmax, and a shift of all outputs, fixed
// or random, changes nothing.
func TestSoftmaxOfOutputs(t *testing.T) {
	const k = 4
	mean := []float64{1, -2, 800, 799.5}
	p, q := make([]float64, k), make([]float64, k)
	require.NoError(t, kfac.ProbitSoftmax(p, mean, mat.NewSymDense(k, nil)))
	require.NoError(t, kfac.SampledSoftmax(q, mean, mat.NewSymDense(k, nil), 3, rand.New(rand.NewPCG(1, 1))))
	for i, want := range softmax([]float64{-799, -802, 0, -0.5}) {
		assert.InDelta(t, want, p[i], 1e-12)
		assert.InDelta(t, want, q[i], 1e-12)
	}
	root := mat.NewDense(k, k, normal(1, k, k).Float64s())
	cov, shifted := mat.NewSymDense(k, nil), mat.NewSymDense(k, nil)
	cov.SymOuterK(1, root)
	for i := range k {
		for j := range i + 1 {
			shifted.SetSym(i, j, cov.At(i, j)+50)
		}
	}
	mean = []float64{1, -2, 3, 0}
	require.NoError(t, kfac.ProbitSoftmax(p, mean, cov))
	require.NoError(t, kfac.ProbitSoftmax(q, []float64{8, 5, 10, 7}, shifted))
	for i := range p {
		assert.InDelta(t, p[i], q[i], 1e-12)
	}
	v := 0.0
	for i := range k {
		contrast := []float64{-1. / 3, -1. / 3, -1. / 3, -1. / 3}
		contrast[i] = 1
		v += mat.Inner(vec(contrast), cov, vec(contrast)) / k
	}
	for i, want := range softmax([]float64{1 / math.Sqrt(1+math.Pi/8*v), -2 / math.Sqrt(1+math.Pi/8*v), 3 / math.Sqrt(1+math.Pi/8*v), 0}) {
		assert.InDelta(t, want, p[i], 1e-12)
	}
	cov.SetSym(2, 2, 1e4) // the greatest mean stays the most probable
	require.NoError(t, kfac.ProbitSoftmax(p, mean, cov))
	assert.True(t, p[2] > p[0] && p[0] > p[3] && p[3] > p[1])

	for _, bad := range []struct {
		dst, mean []float64
		cov       *mat.SymDense
		want      string
	}{
		{p, mean, nil, "of that order"},
		{p[:2], mean, cov, "2 probabilities of 4 outputs"},
		{nil, nil, cov, "0 outputs"},
		{p, []float64{1, math.NaN(), 0, 0}, cov, "output 1 has mean NaN"},
		{p[:2], mean[:2], mat.NewSymDense(2, []float64{1, math.NaN(), 0, 1}), "outputs 0 and 1 have the covariance NaN"},
	} {
		assert.ErrorContains(t, kfac.ProbitSoftmax(bad.dst, bad.mean, bad.cov), bad.want)
		assert.ErrorContains(t, kfac.SampledSoftmax(bad.dst, bad.mean, bad.cov, 1, nil), bad.want)
	}
	assert.ErrorContains(t, kfac.SampledSoftmax(p, mean, cov, 0, nil), "0 draws")
}

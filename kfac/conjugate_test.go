package kfac

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// TestAdaptiveStepsAreConjugateGradients: on a quadratic function, without
// damping and with F̂ for the preconditioner, the steps are those of
// preconditioned conjugate gradients, which end at the minimum. Without a noise
// scale the first step, too, goes the whole way. Later ones find that the bowl
// is the same in each step.
func TestAdaptiveStepsAreConjugateGradients(t *testing.T) {
	diagonal := []float64{1, 2, 5, 3, 10}
	n := len(diagonal)
	b := randomBowl(2, diagonal)
	o := newOptimizer(t, Config{Mode: Adaptive, Damping: 1e-30, MinDamping: 1e-30, GammaUpdateSteps: -1, DampingUpdateSteps: 1, NoiseScale: None})

	x, g := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	g.MulVec(b.h, mat.NewVecDense(n, b.least)) // −∇h at zero
	var d *mat.VecDense
	rz := 0.0
	for k := range n {
		z := mat.NewVecDense(n, nil)
		for i, p := range diagonal {
			z.SetVec(i, g.AtVec(i)/p)
		}
		beta := mat.Dot(g, z) / rz
		rz = mat.Dot(g, z)
		if d == nil {
			d = z
		} else {
			d.AddScaledVec(z, beta, d)
		}
		var hd mat.VecDense
		hd.MulVec(b.h, d)
		alpha := rz / mat.Dot(d, &hd)
		x.AddScaledVec(x, alpha, d)
		g.AddScaledVec(g, -alpha, &hd)

		before := b.value(nil)
		_, err := o.Step(b)
		require.NoError(t, err)
		closeTo(t, x.RawVector().Data, b.theta(), 1e-10, "step %d", k+1)
		s := o.Stats()
		assert.InDelta(t, 1, s.Ratio, 1e-9, "the model is the function itself")
		assert.InDelta(t, b.value(nil)-before, s.Predicted, 1e-9*math.Abs(s.Predicted))
		assert.Equal(t, k == 0, s.Mu == 0)
	}
	closeTo(t, b.least, b.theta(), 1e-9)
}

// TestAdaptiveRate: a factor on the step scales what is predicted of it.
func TestAdaptiveRate(t *testing.T) {
	b := randomBowl(3, []float64{1, 2, 3})
	o := newOptimizer(t, Config{Mode: Adaptive, LearningRate: 0.3, Damping: 1e-30, MinDamping: 1e-30, DampingUpdateSteps: 1})
	for range 4 {
		before := b.value(nil)
		_, err := o.Step(b)
		require.NoError(t, err)
		assert.InEpsilon(t, b.value(nil)-before, o.Stats().Predicted, 1e-9)
	}
}

// TestRefusedModels: no step is taken to where the model is not bounded or not
// known, and parameters are as they were.
func TestRefusedModels(t *testing.T) {
	failure := errors.New("no products")
	for name, spoil := range map[string]func(*bowl){
		"unknown": func(b *bowl) { b.products = math.NaN() },
		"concave": func(b *bowl) { b.products = -1 },
		"error":   func(b *bowl) { b.err = failure },
	} {
		b := randomBowl(4, []float64{1, 2, 3})
		spoil(b)
		o := newOptimizer(t, Config{Mode: Adaptive, Damping: 1e-9, MinDamping: 1e-9})
		_, err := o.Step(b)
		if b.err != nil {
			assert.ErrorIs(t, err, failure)
		} else {
			assert.ErrorAs(t, err, new(*graph.NonFiniteError), name)
		}
		assert.Equal(t, []float64{0, 0, 0}, b.theta(), name)
	}
}

// TestUndone: a step to where h is not a number is taken back, and the damping
// rises.
func TestUndone(t *testing.T) {
	for _, h := range []float64{math.NaN(), math.Inf(1)} {
		b := randomBowl(5, []float64{1, 2, 3})
		o := newOptimizer(t, Config{Mode: Adaptive, Damping: 0.5, DampingUpdateSteps: 2})
		_, err := o.Step(b)
		require.NoError(t, err)
		before := append([]float64{}, b.theta()...)
		b.loss = func(float64) float64 { return h }
		_, err = o.Step(b)
		require.NoError(t, err)
		assert.True(t, o.Stats().Undone)
		assert.Zero(t, o.Stats().UpdateNorm)
		assert.Equal(t, before, b.theta())
		assert.Zero(t, lastOf(o).Norm())
		assert.InDelta(t, 0.5/omega(2), o.lambda, 1e-15)
		b.loss = nil
		_, err = o.Step(b)
		require.NoError(t, err)
		assert.False(t, o.Stats().Undone)
		assert.Zero(t, o.Stats().Mu)
		assert.NotEqual(t, before, b.theta())
	}
}

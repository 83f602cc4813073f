package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

// saturated is a classifier that is certain of every example, and wrong about
// one: the Fisher matrix is next to zero along its large gradient.
func saturated() (n net, theta []float64, b batch) {
	n = newNet("softmax", 3, dense(3))
	theta = n.theta(1)
	theta[2*3+0] += 3 // the third feature tells class 0 from class 1
	theta[2*3+1] -= 3
	b = n.data(2, 12)
	for i, x := range b.xs {
		class := i % 2
		x[2] = 6 - 12*float64(class)
		b.ys[i] = []float64{float64(class)}
	}
	b.ys[0] = []float64{1}
	return n, theta, b
}

// TestBelievableStep: the whole step would throw the loss up; the one that is
// taken is that part of it at which the model promises a fall of 2h.
func TestBelievableStep(t *testing.T) {
	n, theta, b := saturated()
	for _, structure := range kfac.Structures() {
		cfg := searching(structure)
		cfg.Damping = 1e-6
		m, o := n.model(t, theta), newOptimizer(t, cfg)
		h, err := o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		s := o.Stats()
		require.Less(t, s.ClipFactor, 0.5, structure)
		assert.InEpsilon(t, -2*h, s.Predicted, 1e-6, structure)
		assert.Equal(t, 1.0, o.LearningRate(), "of this step alone")

		taken := flat(m.Params(), values)
		bounded, err := n.batch(t, m, b).Loss()
		require.NoError(t, err)
		whole := append([]float64{}, theta...)
		axpy(whole, 1/s.ClipFactor, taken)
		axpy(whole, -1/s.ClipFactor, theta)
		restore(m.Params(), whole)
		thrown, err := n.batch(t, m, b).Loss()
		require.NoError(t, err)
		assert.Greater(t, thrown, 1e4*h, structure)
		assert.Greater(t, thrown, 1e3*bounded, structure)
	}
}

// TestBelievableAgainstReference: also with a rate and a decay of the weights,
// which are shortened with the step.
func TestBelievableAgainstReference(t *testing.T) {
	n, theta, b := saturated()
	for _, structure := range kfac.Structures() {
		for _, rate := range []float64{1, 0.8, 1.5} {
			cfg := searching(structure)
			cfg.Damping, cfg.LearningRate, cfg.WeightDecay = 1e-4, rate, 0.01
			m, o := n.model(t, theta), newOptimizer(t, cfg)
			s := newShadow(n, o.Config(), theta)
			clipped := 0
			for k := range 4 {
				_, err := o.Step(n.batch(t, m, b))
				require.NoError(t, err)
				s.step(b)
				sameStats(t, s.expected, o.Stats(), k)
				near(t, s.theta, flat(m.Params(), values), 1e-7, structure, " step ", k)
				if o.Stats().ClipFactor < 1 {
					clipped++
				}
			}
			assert.Positive(t, clipped, "%s, rate %g", structure, rate)
		}
	}
}

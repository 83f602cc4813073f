package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// TestConjugateGradients: on a quadratic, with a preconditioner that does not
// change, the best combination of the proposal and the last update in each
// step is preconditioned conjugate gradients.
func TestConjugateGradients(t *testing.T) {
	const lambda = 1e-13 // of the model of h and not of h itself
	n := newNet("gaussian", 4, dense(2))
	theta, b := n.theta(1), n.data(2, 12)
	h := n.fisher(n.exact(theta, b)) // the Hessian
	cfg := kfac.Config{
		Mode: kfac.Adaptive, Structure: kfac.Diagonal, Estimator: graph.Exact, Damping: lambda, DampingUpdateSteps: -1, GammaUpdateSteps: -1,
		FactorUpdateSteps: 1, InverseUpdateSteps: 1, NoiseScale: kfac.None,
	}
	m := n.model(t, theta)
	o := newOptimizer(t, cfg)
	_, residual := n.objective(theta, b)
	x := append([]float64{}, theta...)
	var p, previous []float64
	rho := 0.0
	for k := range 4 {
		z := make([]float64, n.size)
		for i, r := range residual {
			z[i] = -r / (h.At(i, i) + lambda)
		}
		fresh := -dot(residual, z)
		if k > 0 {
			axpy(z, fresh/rho, p)
		}
		p, rho = z, fresh
		alpha := rho / product(h, p, p)
		axpy(x, alpha, p)
		for i := range residual {
			var hp float64
			for j := range p {
				hp += h.At(i, j) * p[j]
			}
			residual[i] += alpha * hp
		}
		before, _ := n.objective(flat(m.Params(), values), b)
		_, err := o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		near(t, x, flat(m.Params(), values), 1e-9, "iteration ", k)
		after, _ := n.objective(x, b)
		assert.InDelta(t, after-before, o.Stats().Predicted, 1e-9)
		require.NotEqual(t, previous, x)
		previous = append([]float64{}, x...)
	}
}

// TestPredictedIsHalfTheSlope: at its minimum over the two directions, where the
// whole way goes, the model is ½∇hᵀδ.
func TestPredictedIsHalfTheSlope(t *testing.T) {
	for name, n := range tinyNets() {
		n.l2 = 0.05
		m := n.model(t, n.theta(1))
		o := newOptimizer(t, kfac.Config{Mode: kfac.Adaptive, Damping: 0.5, NoiseScale: kfac.None})
		for k := range 6 {
			_, err := o.Step(n.batch(t, m, n.data(uint64(k), 5)))
			require.NoError(t, err)
			s := o.Stats()
			assert.InEpsilon(t, -s.Cosine*s.GradNorm*s.UpdateNorm/2, s.Predicted, 1e-9, "%s, step %d", name, k)
			assert.Equal(t, k == 0, s.Mu == 0, "momentum from the second step on")
		}
	}
}

// TestGammaMoves: a γ far too great for an F̂ that is the Fisher itself falls;
// one far too small for an F̂ that knows nothing of these data rises.
func TestGammaMoves(t *testing.T) {
	n := newNet("gaussian", 4, dense(3))
	cfg := kfac.Config{
		Mode: kfac.Adaptive, NoiseScale: kfac.None, Estimator: graph.Exact, Damping: 0.3, MinDamping: 0.3, DampingUpdateSteps: -1,
		GammaUpdateSteps: 2, FactorUpdateSteps: 1000, InverseUpdateSteps: 1000,
	}
	gammas := func(ceiling float64, batchAt func(k int) batch) (first, last float64) {
		m := n.model(t, n.theta(1))
		cfg.MaxDamping = ceiling
		o := newOptimizer(t, cfg)
		for k := range 20 {
			_, err := o.Step(n.batch(t, m, batchAt(k)))
			require.NoError(t, err)
			if k == 0 {
				first = o.Stats().Gamma
			}
		}
		return first, o.Stats().Gamma
	}
	// scaled are fresh data, with some features more important than others.
	scaled := func(k int, scales ...float64) batch {
		b := n.data(uint64(k), 200)
		for _, x := range b.xs {
			for i, s := range scales {
				x[i] *= s
			}
		}
		return b
	}
	// A ⊗ I is the Fisher, and the best step is that of πγ = λ. γ starts at its ceiling.
	first, last := gammas(0.3, func(k int) batch { return scaled(k, 5, 3, 1, 0.5) })
	assert.InEpsilon(t, math.Sqrt(0.3), first, 1e-12)
	assert.Less(t, last, 0.7*first)

	// Factors are measured in the first three steps; the features that hardly vary there are those that matter then.
	outgrown := func(k int) batch {
		if k < 3 {
			return scaled(k, 1e-3, 1e-3, 1, 1)
		}
		return scaled(k, 1, 1, 1e-3, 1e-3)
	}
	first, last = gammas(30, outgrown)
	assert.Greater(t, last, 1.3*first)
	first, last = gammas(0.3, outgrown)
	assert.Equal(t, first, last, "at its ceiling")
}

// TestDampingMoves: λ falls to its floor where the model predicts well, and
// rises to its ceiling where steps are far too long; never beyond.
func TestDampingMoves(t *testing.T) {
	n := newNet("gaussian", 6, dense(3))
	b := n.data(1, 30)
	for _, mode := range kfac.Modes() {
		run := func(rate float64) (least, greatest, last float64) {
			cfg := plain(1, 0.5)
			cfg.Mode, cfg.DampingUpdateSteps, cfg.MinDamping, cfg.MaxDamping = mode, 1, 0.5, 3
			theta := n.theta(1)
			m := n.model(t, theta)
			o := newOptimizer(t, cfg)
			o.SetLearningRate(rate) // 20 is more than adaptive mode is made with
			least = math.Inf(1)
			for range 40 {
				restore(m.Params(), theta)
				_, err := o.Step(n.batch(t, m, b))
				require.NoError(t, err)
				last = o.Stats().Damping
				least, greatest = min(least, last), max(greatest, last)
			}
			return least, greatest, last
		}
		least, _, last := run(0.5)
		assert.Equal(t, 0.5, least, mode)
		assert.Equal(t, 0.5, last, mode)
		_, greatest, last := run(20) // uphill even by the model
		assert.Equal(t, 3.0, greatest, mode)
		assert.Equal(t, 3.0, last, mode)
	}
}

package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// cut is a mini-batch as an accumulation of parts of these sizes.
func (n net) cut(t testing.TB, a *trainer.Accumulation, b batch, sizes ...int) trainer.MiniBatch {
	t.Helper()
	a.Reset()
	for _, size := range sizes {
		require.NoError(t, a.Add(b.first(size).tensors(n.loss)))
		b = b.from(size)
	}
	require.Empty(t, b.xs, "the sizes add up")
	obj, err := a.MiniBatch()
	require.NoError(t, err)
	return obj
}

// partTolerance is the difference of steps in float64, as a share of the greatest
// parameter: sums in another order, times the condition of the damped factors.
const partTolerance = 1e-12

// TestPartsAreTheWhole: a mini-batch of parts, of one size and of several, gives the steps
// of the whole, in every mode and structure, with every estimator. The draws of the
// sampled estimators are the same ones, too: they come in the order of the examples, and
// the sizes of the parts use random numbers up that serve several elements.
func TestPartsAreTheWhole(t *testing.T) {
	nets := tinyNets()
	for name, n := range looseNets() {
		nets["loose "+name] = n
	}
	sizes := map[graph.FisherEstimator][][]int{
		graph.Exact: {{7, 7}, {3, 1, 5}}, graph.Empirical: {{3, 1, 5}},
		graph.MC: {{4, 2, 6}}, graph.GGN: {{64, 128}},
	}
	for name, n := range nets {
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				for est, cuts := range sizes {
					t.Run(fmt.Sprintf("%s %s %s %s", name, structure, mode, est), func(t *testing.T) {
						n.l2 = 0.1
						cfg := kfac.Config{
							Mode: mode, Structure: structure, Estimator: est, Damping: 0.3, MinDamping: 0.25,
							FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 2,
						}
						for _, cut := range cuts {
							samePath(t, n, cfg, cut...)
						}
					})
				}
			}
		}
	}
}

// samePath takes steps on mini-batches as a whole and in parts of these sizes.
func samePath(t *testing.T, n net, cfg kfac.Config, sizes ...int) {
	t.Helper()
	total := 0
	for _, size := range sizes {
		total += size
	}
	theta := n.theta(1)
	whole, inParts := n.model(t, theta), n.model(t, theta)
	a := trainer.NewAccumulation(inParts)
	one, other := newOptimizer(t, cfg), newOptimizer(t, cfg)
	for k := range 6 {
		b := n.data(uint64(k+2), total)
		want, err := one.Step(n.batch(t, whole, b))
		require.NoError(t, err)
		got, err := other.Step(n.cut(t, a, b, sizes...))
		require.NoError(t, err)
		assert.InEpsilon(t, want, got, partTolerance, "loss of step %d", k)
		near(t, flat(whole.Params(), values), flat(inParts.Params(), values), partTolerance, "step ", k)
	}
	s, r := one.Stats(), other.Stats()
	assert.InEpsilon(t, s.Damping, r.Damping, partTolerance)
	assert.InEpsilon(t, s.Gamma, r.Gamma, partTolerance)
}

// TestPartsOfFractions: factors and products over a part of the mini-batch (τ1, τ2) are
// over its leading examples, which are some of its parts, and some examples of one more.
func TestPartsOfFractions(t *testing.T) {
	for name, n := range map[string]net{"tiny": tinyNets()["bernoulli 2-3-2-3"], "loose": looseNets()["gains"], "tied": looseNets()["tied"]} {
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				for _, fraction := range []float64{0.3, 0.9} {
					t.Run(fmt.Sprint(name, structure, mode, fraction), func(t *testing.T) {
						cfg := kfac.Config{
							Mode: mode, Structure: structure, Estimator: graph.Exact, Damping: 0.3, MinDamping: 0.25,
							FactorFraction: fraction, ProductFraction: 1.1 - fraction,
							FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 2,
						}
						samePath(t, n, cfg, 5, 5, 5)
						samePath(t, n, cfg, 3, 1, 6, 2)
					})
				}
			}
		}
	}
}

// TestPartsOfAFullBatch: with λ₀ searched for, and mini-batches that are all the same, the
// verdict and the steps are those of the whole. The search for γ and the products decide
// between values that agree to many digits: the first steps are compared.
func TestPartsOfAFullBatch(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	for _, structure := range kfac.Structures() {
		cfg := kfac.Config{Structure: structure, Estimator: graph.Exact}
		theta, b := n.theta(1), n.data(2, 24)
		whole, cut := n.model(t, theta), n.model(t, theta)
		a := trainer.NewAccumulation(cut)
		one, other := newOptimizer(t, cfg), newOptimizer(t, cfg)
		for k := range 10 {
			want, err := one.Step(n.batch(t, whole, b))
			require.NoError(t, err)
			got, err := other.Step(n.cut(t, a, b, 8, 8, 8))
			require.NoError(t, err)
			require.InEpsilon(t, want, got, 1e-9, "%s, step %d", structure, k)
			require.InEpsilon(t, one.Stats().Damping, other.Stats().Damping, 1e-9, "%s, step %d", structure, k)
		}
	}
}

// TestPartsOfARegisteredBlock: a block of a user's own needs to know nothing of parts. It
// measures all examples of each, whatever τ1 is.
func TestPartsOfARegisteredBlock(t *testing.T) {
	n := looseNets()["gains"]
	for _, fraction := range []float64{1, 0.4} {
		cfg := plain(stepDamping, 1)
		cfg.FactorFraction = fraction
		theta, b := n.theta(1), n.data(2, 9)
		var ends [2][]float64
		for i := range ends {
			m, o := tappedGains(t, n, theta), newOptimizer(t, cfg)
			require.NoError(t, o.Preconditioner().Register("gain", newGainBlock))
			for range 3 {
				obj := n.batch(t, m, b)
				if i == 1 {
					obj = n.cut(t, trainer.NewAccumulation(m), b, 4, 1, 4)
				}
				_, err := o.Step(obj)
				require.NoError(t, err)
			}
			ends[i] = flat(m.Params(), values)
		}
		near(t, ends[0], ends[1], partTolerance, fraction)
	}
}

// TestPartsAndReduce: the hook sees the statistics of all parts together, once.
func TestPartsAndReduce(t *testing.T) {
	for _, structure := range kfac.Structures() {
		n := looseNets()["gains"]
		theta, b := n.theta(1), n.data(2, 9)
		var seen [2][][][]float64
		for i := range seen {
			p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact})
			require.NoError(t, err)
			p.Reduce(func(s *kfac.Statistics) error {
				seen[i] = append(seen[i], cloned(s.Float64))
				return nil
			})
			m := n.model(t, theta)
			obj := n.batch(t, m, b)
			if i == 1 {
				obj = n.cut(t, trainer.NewAccumulation(m), b, 4, 1, 4)
			}
			_, err = p.Measure(obj, true)
			require.NoError(t, err)
			require.NoError(t, p.Invert(obj, 0.5))
		}
		require.Len(t, seen[1], len(seen[0]), structure)
		for call := range seen[0] {
			require.Len(t, seen[1][call], len(seen[0][call]), structure)
			for i := range seen[0][call] {
				if call == 0 { // a new basis turns as far as the rounding of equal eigenvalues lets it
					near(t, seen[0][call][i], seen[1][call][i], partTolerance, structure, " ", i)
				}
			}
		}
	}
}

// TestPartsOfAPreconditioned rule: the inner one sees the natural gradient of the whole.
func TestPartsOfAPreconditioned(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta := n.theta(1)
	var ends [2][]float64
	for i := range ends {
		o := newPreconditioned(t, newSGD(t, trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.7}), kfac.PreconditionedConfig{
			Preconditioner: kfac.PreconditionerConfig{Structure: kfac.EKFAC, Estimator: graph.Exact}, KLClip: 1e-3,
		})
		m := n.model(t, theta)
		a := trainer.NewAccumulation(m)
		for k := range 8 {
			b := n.data(uint64(k+2), 9)
			obj := n.batch(t, m, b)
			if i == 1 {
				obj = n.cut(t, a, b, 4, 5)
			}
			_, err := o.Step(obj)
			require.NoError(t, err)
		}
		ends[i] = flat(m.Params(), values)
	}
	near(t, ends[0], ends[1], partTolerance)
}

// TestPartsThatResembleEachOther: the examples of one part explain the gradient up to 1e-5
// there, which is no reason to take them for all examples.
func TestPartsThatResembleEachOther(t *testing.T) {
	n := newNet("gaussian", 12, dense(12), function("tanh"), dense(12))
	half := n.data(2, 2)
	other := n.data(3, 2)
	for e := range other.xs {
		for i, v := range half.xs[e] {
			other.xs[e][i] = v + 1e-5*other.xs[e][i]
		}
		copy(other.ys[e], half.ys[e])
	}
	cfg := plain(stepDamping, 1)
	theta, b := n.theta(1), half.and(other)
	want := firstStep(t, n, theta, b, cfg)
	m := n.model(t, theta)
	_, err := newOptimizer(t, cfg).Step(n.cut(t, trainer.NewAccumulation(m), b, 2, 2))
	require.NoError(t, err)
	got := append([]float64{}, theta...)
	axpy(got, -1, flat(m.Params(), values))
	near(t, want, got, partTolerance)
}

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
	sizes := map[graph.FisherEstimator][2][]int{
		graph.Exact: {{7, 7}, {3, 1, 5}}, graph.Empirical: {{7, 7}, {3, 1, 5}},
		graph.MC: {{6, 6}, {4, 2, 6}}, graph.GGN: {{64, 64}, {64, 128}},
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

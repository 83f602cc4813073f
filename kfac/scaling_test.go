package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// path is the parameters after each step on the given batches, at the given
// rates.
func path(t *testing.T, n net, cfg kfac.Config, rates []float64, batches ...batch) [][]float64 {
	t.Helper()
	m := n.model(t, n.theta(1))
	o := newOptimizer(t, cfg)
	var all [][]float64
	for k, b := range batches {
		if rates != nil {
			o.SetLearningRate(rates[k])
		}
		_, err := o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		all = append(all, flat(m.Params(), values))
	}
	return all
}

// everyStructure runs f for all structures, modes, and nets with and without
// loose parameters.
func everyStructure(t *testing.T, f func(t *testing.T, n net, cfg kfac.Config)) {
	t.Helper()
	for name, n := range map[string]net{"net": tinyNets()["bernoulli 2-3-2-3"], "gains": looseNets()["gains"], "tied": looseNets()["tied"]} {
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				t.Run(fmt.Sprintf("%s %s %s", name, structure, mode), func(t *testing.T) {
					cfg := kfac.Config{
						Mode: mode, Structure: structure, Estimator: graph.Exact, LearningRate: 0.5, Damping: 0.1,
						FactorUpdateSteps: 1, InverseUpdateSteps: 2, DampingUpdateSteps: 1, GammaUpdateSteps: 1,
					}
					f(t, n, cfg)
				})
			}
		}
	}
}

// TestDuplicatedBatch: a batch given twice over is the same mean, the same
// factors and so the same steps, without a share by the number of examples.
func TestDuplicatedBatch(t *testing.T) {
	everyStructure(t, func(t *testing.T, n net, cfg kfac.Config) {
		cfg.NoiseScale = kfac.None
		b := n.data(2, 4)
		twice := b.and(b)
		once, dup := path(t, n, cfg, nil, b, b, b, b, b), path(t, n, cfg, nil, twice, twice, twice, twice, twice)
		for k := range once {
			near(t, once[k], dup[k], 1e-9, "step ", k)
		}
	})
}

// TestHalfBatches: while θ rests, the running average of two halves and the
// whole is the whole.
func TestHalfBatches(t *testing.T) {
	everyStructure(t, func(t *testing.T, n net, cfg kfac.Config) {
		cfg.DampingUpdateSteps, cfg.GammaUpdateSteps, cfg.Momentum = -1, -1, -1
		b := n.data(2, 6)
		other := batch{b.xs[3:], b.ys[3:]}
		rest := []float64{0, 0, 0.5}
		halves, whole := path(t, n, cfg, rest, b.first(3), other, b), path(t, n, cfg, rest, b, b, b)
		near(t, whole[2], halves[2], 1e-9)
		if cfg.Structure != kfac.EKFAC && cfg.Mode == kfac.Fixed { // an EKFAC basis is measured on one batch
			uneven := path(t, n, cfg, rest, b.first(3), b.first(3), b)
			gap := append([]float64{}, uneven[2]...)
			axpy(gap, -1, whole[2])
			assert.Greater(t, dot(gap, gap), 1e-8, "the average is in use")
		}
	})
}

// TestOddLastBatch: batches of 5, 5 and 1 weigh the same in the average, each
// with factors that are means over its own examples.
func TestOddLastBatch(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta := n.theta(1)
	batches := []batch{n.data(2, 5), n.data(3, 5), n.data(4, 1)}
	var mean *factors
	for k, b := range batches {
		mean = mean.Fold(1-1/float64(k+1), n.factors(n.exact(theta, b)))
	}
	_, grad := n.objective(theta, batches[2])
	for _, structure := range []kfac.Structure{kfac.Full, kfac.Diagonal, kfac.BlockDiagonal, kfac.BlockTridiagonal} {
		cfg := plain(1, 1)
		cfg.Structure = structure
		want := append([]float64{}, theta...)
		axpy(want, -1, solve(n.damped(structure, mean, nil, 1), grad))
		near(t, want, path(t, n, cfg, []float64{0, 0, 1}, batches...)[2], 1e-9, structure)
	}
}

// TestFactorFraction and TestProductFraction: τ1 and τ2 take the leading part
// of the mini-batch, rounded up, and are means over that.
func TestFactorFraction(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta := n.theta(1)
	for examples, measured := range map[int]int{8: 2, 5: 2, 1: 1} { // a quarter
		b := n.data(2, examples)
		terms := n.exact(theta, b.first(measured))
		f := n.factors(terms)
		basis := newBases(f)
		basis.Fold(0, basis.project(n, terms))
		_, grad := n.objective(theta, b)
		for _, structure := range kfac.Structures() {
			cfg := plain(1, 1)
			cfg.Structure, cfg.FactorFraction = structure, 0.25
			near(t, solve(n.damped(structure, f, basis, 1), grad), firstStep(t, n, theta, b, cfg), 1e-9, structure, " ", examples)
		}
	}
}

func TestProductFraction(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta := n.theta(1)
	for examples, measured := range map[int]int{8: 2, 5: 2, 1: 1} {
		b := n.data(2, examples)
		m := n.model(t, theta)
		o := newOptimizer(t, kfac.Config{Mode: kfac.Adaptive, Damping: 0.3, ProductFraction: 0.25, NoiseScale: kfac.None})
		_, err := o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		update := flat(m.Params(), values)
		axpy(update, -1, theta)
		_, grad := n.objective(theta, b)
		c := plus(n.fisher(n.exact(theta, b.first(measured))), 0.3)
		// Along the one direction of a first step the model is least where its slope is none.
		assert.InDelta(t, 0, 1+product(c, update, update)/dot(grad, update), 1e-9, "%d examples", examples)
	}
}

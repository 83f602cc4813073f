package kfac_test

import (
	"errors"
	"iter"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestLaplaceRefuses: what cannot have a posterior ends with an error that names it, and
// the parameters stay as they are.
func TestLaplaceRefuses(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	theta, b := n.theta(1), n.data(2, 6)
	m := n.model(t, theta)
	x, y := b.tensors("softmax")
	refused := func(want string, cfg kfac.LaplaceConfig, batches iter.Seq2[graph.CurvatureObjective, error]) {
		t.Helper()
		_, err := kfac.FitLaplace(cfg, batches)
		assert.ErrorContains(t, err, want)
	}
	refused("no mini-batch", kfac.LaplaceConfig{}, inBatches(m, x, y))
	refused("no mini-batch", kfac.LaplaceConfig{}, nil)
	refused("mini-batch that is nil", kfac.LaplaceConfig{}, func(yield func(graph.CurvatureObjective, error) bool) { yield(nil, nil) })
	whole := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, x, y, 4))
	_, err := whole.OutputCovariance(nil)
	assert.ErrorContains(t, err, "no mini-batch")
	bad := graph.NewDirection(m.Params())
	bad[1].Float64s()[0] = math.NaN()
	_, err = whole.Covariance(graph.NewDirection(m.Params()), bad)
	assert.ErrorContains(t, err, "direction 1 is not finite")
	broken := errors.New("broken file")
	_, err = kfac.FitLaplace(kfac.LaplaceConfig{}, func(yield func(graph.CurvatureObjective, error) bool) { yield(nil, broken) })
	assert.ErrorIs(t, err, broken)
	refused("one model", kfac.LaplaceConfig{}, func(yield func(graph.CurvatureObjective, error) bool) {
		_ = yield(n.batch(t, m, b), nil) && yield(n.batch(t, n.model(t, theta), b), nil)
	})
	once := inBatches(m, x, y, 4)
	used := false
	refused("the second pass had 0 examples, the first 4", kfac.LaplaceConfig{Structure: kfac.EKFAC}, func(yield func(graph.CurvatureObjective, error) bool) {
		if !used {
			once(yield)
		}
		used = true
	})

	gains := looseNets()["gains"]
	tapped := tappedGains(t, gains, gains.theta(1))
	gx, gy := gains.data(2, 4).tensors("softmax")
	refused(`layer gain1 has a tap of kind "gain"`, kfac.LaplaceConfig{}, inBatches(tapped, gx, gy, 4))
	l := fitLaplace(t, kfac.LaplaceConfig{LastLayer: true}, inBatches(tapped, gx, gy, 4))
	assert.Equal(t, 12, l.Parameters(), "the last layer is of a kind with a block")
	tied := looseNets()["tied only"]
	tx, ty := tied.data(2, 4).tensors("gaussian")
	refused("shares its weight", kfac.LaplaceConfig{LastLayer: true}, inBatches(tied.model(t, tied.theta(1)), tx, ty, 4))

	wide, err := trainer.NewModel(&layers.Dense{Units: 100}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{90}, DType: graph.Float64})
	require.NoError(t, err)
	_, err = kfac.FitLaplace(kfac.LaplaceConfig{Structure: kfac.Full}, inBatches(wide, normal(1, 2, 90), normal(2, 2, 100), 2))
	var large *kfac.TooLargeError
	assert.ErrorAs(t, err, &large)

	m.Params()[0].Value.Float64s()[0] = math.NaN()
	_, err = kfac.FitLaplace(kfac.LaplaceConfig{}, inBatches(m, x, y, 6))
	var nonFinite *graph.NonFiniteError
	assert.ErrorAs(t, err, &nonFinite)
}

// TestLaplaceQuestions: directions and objectives of another model, and settings out of
// range, are refused.
func TestLaplaceQuestions(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	theta, b := n.theta(1), n.data(2, 6)
	m := n.model(t, theta)
	x, y := b.tensors("softmax")
	l := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, x, y, 6))
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		assert.ErrorContains(t, l.SetPriorPrecision(v), "prior precision")
		assert.ErrorContains(t, l.SetNoiseVariance(v), "noise variance")
	}
	assert.Equal(t, 1.0, l.Config().PriorPrecision)
	assert.Equal(t, theta, flat(m.Params(), values))
	assert.Equal(t, graph.Values(m.Params())[0].Float64s(), l.Mean()[0].Float64s())

	_, err := l.Covariance()
	assert.ErrorContains(t, err, "no direction")
	_, err = l.Covariance(graph.NewDirection(m.Params()[:2]))
	assert.ErrorContains(t, err, "direction 0: 2 tensors for 4 parameters")
	other := newNet("gaussian", 3, dense(5), function("tanh"), dense(3))
	elsewhere := other.model(t, other.theta(1))
	_, err = l.Covariance(graph.NewDirection(m.Params()), graph.NewDirection(elsewhere.Params()))
	assert.ErrorContains(t, err, "direction 1: the tensor for parameter dense1.weight has another shape")

	_, err = l.OutputCovariance(other.batch(t, elsewhere, other.data(1, 2)))
	assert.ErrorContains(t, err, "is not like")
	short := newNet("gaussian", 3, dense(4))
	_, err = l.OutputCovariance(short.batch(t, short.model(t, short.theta(1)), short.data(1, 2)))
	assert.ErrorContains(t, err, "2 parameters and the posterior is of 4")
	grown := newNet("gaussian", 3, dense(4), function("tanh"), dense(3))
	_, err = l.OutputCovariance(grown.cut(t, trainer.NewAccumulation(grown.model(t, theta)), grown.data(1, 6), 2, 4))
	assert.ErrorContains(t, err, "as a whole")
	for i, p := range grown.model(t, theta).Params() { // trained on, or a draw
		moved := grown.model(t, theta)
		moved.Params()[i].Value.Float64s()[0] += 1e-9
		_, err = l.OutputCovariance(grown.batch(t, moved, grown.data(1, 2)))
		assert.ErrorContains(t, err, "parameter "+p.Name+" of the objective is not at the posterior's mean")
	}
}

// TestLaplaceOfParts: a mini-batch that is computed in parts gives the posterior of the whole.
func TestLaplaceOfParts(t *testing.T) {
	for _, n := range []net{newNet("softmax", 3, dense(4), function("tanh"), dense(3)), looseNets()["gains"]} {
		theta, b := n.theta(1), n.data(2, 9)
		for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.EKFAC, kfac.Full} {
			fit := func(sizes ...int) []float64 {
				m := n.model(t, theta)
				l := fitLaplace(t, kfac.LaplaceConfig{Structure: structure}, func(yield func(graph.CurvatureObjective, error) bool) {
					yield(n.cut(t, trainer.NewAccumulation(m), b, sizes...), nil)
				})
				return elements(writtenOut(t, l, m.Params()))
			}
			near(t, fit(9), fit(3, 1, 5), laplaceTolerance, structure)
		}
	}
}

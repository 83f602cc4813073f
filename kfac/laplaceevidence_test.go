package kfac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestLaplaceEvidence: the marginal likelihood is that of the normal integral written out,
// with priors of all layers alike and of their own, and the chosen precisions are its maxima.
func TestLaplaceEvidence(t *testing.T) {
	const examples = 5
	for _, c := range laplaceCases(t, examples) {
		theta, params := flat(c.m.Params(), values), c.m.Params()
		obj, err := c.m.Batch(c.x, c.y)
		require.NoError(t, err)
		l := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(c.m, c.x, c.y, 3, 2))
		fisher := laplaceFisher(obj, singles(t, c.m, c.x, c.classes), kfac.BlockDiagonal, false)
		const likelihood = -7.5
		evidence := func(tau []float64) float64 {
			precision := mat.NewSymDense(len(theta), nil)
			precision.ScaleSym(examples, fisher)
			sum := likelihood
			for i, p := range tau {
				precision.SetSym(i, i, precision.At(i, i)+p)
				sum += (math.Log(p) - p*theta[i]*theta[i]) / 2
			}
			_, logDet := inverseOf(t, precision)
			return sum - logDet/2
		}
		same := func(tau float64) []float64 {
			all := make([]float64, len(theta))
			for i := range all {
				all[i] = tau
			}
			return all
		}
		for _, tau := range []float64{0.01, 1, 30} {
			require.NoError(t, l.SetPriorPrecision(tau))
			assert.InEpsilon(t, evidence(same(tau)), l.LogMarginalLikelihood(likelihood), laplaceTolerance, c.name)
		}
		best, err := l.MaximizeEvidence()
		require.NoError(t, err)
		assert.Equal(t, best, l.Config().PriorPrecision)
		assert.InEpsilon(t, best*dot(theta, theta), l.EffectiveParameters(), laplaceTolerance, "γ = τ‖θ‖², %s", c.name)
		top := evidence(same(best))
		for _, factor := range []float64{1e-3, 0.5, 0.99, 1.01, 2, 1e3} {
			assert.Less(t, evidence(same(best*factor)), top, "%s, %g", c.name, factor)
		}

		if err = l.MaximizeEvidenceByLayer(); err != nil { // biases that start at 0 have no such prior
			assert.ErrorContains(t, err, "weights are all 0", c.name)
			assert.Equal(t, best, l.Priors()[0].Precision)
			continue
		}
		total := 0
		for _, p := range l.Priors() {
			total += p.Parameters
		}
		assert.Equal(t, len(theta), total)
		assert.GreaterOrEqual(t, l.LogMarginalLikelihood(likelihood), top-1e-9, c.name)
		if priors := l.Priors(); len(params) == 2*len(priors) && len(obj.Loose()) == 0 { // layers with a bias, in order
			var tau []float64
			for _, p := range priors {
				tau = append(tau, same(p.Precision)[:p.Parameters]...)
			}
			top = evidence(tau)
			assert.InEpsilon(t, top, l.LogMarginalLikelihood(likelihood), laplaceTolerance, c.name)
			at := 0
			for _, p := range priors {
				for _, factor := range []float64{0.98, 1.02} {
					moved := append([]float64{}, tau...)
					for i := range p.Parameters {
						moved[at+i] *= factor
					}
					assert.Less(t, evidence(moved), top, "%s %s", c.name, p.Layer)
				}
				at += p.Parameters
			}
		}
	}
}

// TestLaplaceEvidenceHasNoMaximum: of weights that are 0, and without curvature.
func TestLaplaceEvidenceHasNoMaximum(t *testing.T) {
	m, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: 1})
	require.NoError(t, err)
	theta := flat(m.Params(), values)
	restore(m.Params(), make([]float64, len(theta)))
	x, y := normal(1, 4, 2), normal(2, 4, 2)
	l := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, x, y, 4))
	_, err = l.MaximizeEvidence()
	assert.ErrorContains(t, err, "weights are all 0")
	assert.ErrorContains(t, l.MaximizeEvidenceByLayer(), "dense1")
	assert.Equal(t, 1.0, l.Config().PriorPrecision)
	noBias, err := trainer.NewModel(&layers.Dense{Units: 2, NoBias: true}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: 1})
	require.NoError(t, err)
	l = fitLaplace(t, kfac.LaplaceConfig{}, inBatches(noBias, graph.NewDense(graph.Float64, 4, 2), y, 4))
	_, err = l.MaximizeEvidence()
	assert.ErrorContains(t, err, "no curvature")
}

// TestLaplaceSingle: a model in float32 has the posterior of the same model in float64, but
// for the rounding of its factors: sums of 64 products of numbers near 1 have relative errors
// near 64·2⁻²⁴, and the condition of the precision, below 100, may multiply them.
func TestLaplaceSingle(t *testing.T) {
	const n, tolerance = 64, 100.0 * 64 / (1 << 24)
	x := normal(1, n, 5)
	classes := make([]int32, n)
	for i := range classes {
		classes[i] = int32(i % 3)
	}
	var outputs [2][]*mat.SymDense
	var dets, taus [2]float64
	for i, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
		build := func(loss losses.Loss) *trainer.Model {
			m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 6}, layers.Tanh(), &layers.Dense{Units: 3}}, loss,
				trainer.ModelConfig{Input: []int{5}, DType: dtype, Seed: 1})
			require.NoError(t, err)
			return m
		}
		m, z := build(losses.SoftmaxCrossEntropy{}), build(losses.SquaredError{})
		for j, p := range m.Params() {
			from := normal(uint64(j), p.Size())
			require.NoError(t, graph.CopyInto(p.Value, from))
			require.NoError(t, graph.CopyInto(z.Params()[j].Value, from))
		}
		l := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, x, labels(classes...), 40, 24))
		obj, err := z.Batch(x, normal(2, n, 3))
		require.NoError(t, err)
		outputs[i], err = l.OutputCovariance(obj)
		require.NoError(t, err)
		dets[i] = l.LogDet()
		taus[i], err = l.MaximizeEvidence()
		require.NoError(t, err)
	}
	for n, c := range outputs[0] {
		near(t, elements(c), elements(outputs[1][n]), tolerance, fmt.Sprint(n))
	}
	assert.InEpsilon(t, dets[0], dets[1], tolerance)
	assert.InEpsilon(t, taus[0], taus[1], tolerance)
}

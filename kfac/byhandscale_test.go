package kfac_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// TestByHandScaleIsFound: where True and Gradients are both given, a factor of N too much or
// too little is an error, whichever of the two is wrong.
func TestByHandScaleIsFound(t *testing.T) {
	const in, hidden, out, n = 5, 7, 3, 12
	_, theta := handModel(t, in, hidden, out)
	x, y := handBatch(1, n, in, out)
	try := func(scale kfac.GradientScale, factor, weights float64) error {
		h := newHandMLP[float64](t, scale, kfac.OutIn, theta, in, hidden, out)
		h.begin(x.Float64s(), y.Int32s())
		h.net.Begin(n)
		for i, m := range []*kfac.ByHandMap[float64]{h.first, h.second} {
			m.Inputs([][]float64{x.Float64s(), h.a}[i])
			g := slices.Clone([][]float64{h.g1, h.g2}[i])
			for j := range g {
				g[j] *= factor
			}
			m.True(g)
			dw, db := slices.Clone([][]float64{h.dw1, h.dw2}[i]), slices.Clone([][]float64{h.db1, h.db2}[i])
			for _, p := range [][]float64{dw, db} {
				for j := range p {
					p[j] *= weights
				}
			}
			m.Gradients(dw, db)
		}
		sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
		require.NoError(t, err)
		return h.net.Step(sgd, 1)
	}
	for _, scale := range []kfac.GradientScale{kfac.PerExample, kfac.OfMean} {
		assert.NoError(t, try(scale, 1, 1))
		assert.ErrorContains(t, try(scale, n, 1), "map first: Gradients are 0.08333 times those that follow from True and Inputs, for 12 examples: a factor 1/N")
		assert.ErrorContains(t, try(scale, 1.0/n, 1), "map first: Gradients are 12 times those that follow")
		assert.ErrorContains(t, try(scale, 1, n), "map first: Gradients are 12 times those that follow")
	}
}

// TestByHandLayoutIsFound: gradients in the layout that the map does not have are an error of their own.
func TestByHandLayoutIsFound(t *testing.T) {
	a, g := []float64{1, 2, 3, 5, 7, 11}, []float64{1, -2, 3, 4} // two examples of three inputs and two outputs
	inOut := []float64{8, 9, 11.5, 12, 18, 19}                   // aᵀg/2
	outIn := []float64{8, 11.5, 18, 9, 12, 19}
	for _, c := range []struct {
		layout kfac.WeightLayout
		given  []float64
		want   string
	}{
		{kfac.InOut, inOut, ""},
		{kfac.OutIn, outIn, ""},
		{kfac.InOut, outIn, "map m: Gradients are those that follow from True and Inputs if they are out×in, and Layout is in×out"},
		{kfac.OutIn, inOut, "map m: Gradients are those that follow from True and Inputs if they are in×out, and Layout is out×in"},
		{kfac.OutIn, []float64{8, 11.5, 18, 9, 12, -19}, "map m: Gradients are not those that follow from True and Inputs: all are of one mini-batch, and True is at the outputs"},
	} {
		m := &kfac.ByHandMap[float64]{Name: "m", In: 3, Out: 2, Weight: make([]float64, 6), Layout: c.layout}
		net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, m)
		require.NoError(t, err)
		sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
		require.NoError(t, err)
		net.Begin(2)
		m.Inputs(a)
		m.True(g)
		m.Gradients(c.given, nil)
		if err := net.Step(sgd, 0); c.want == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, c.want)
		}
	}
}

// TestByHandEmpiricalScale: of estimator Empirical the sampled gradients are those of the true
// targets, and a factor of N between them and Gradients is found without True.
func TestByHandEmpiricalScale(t *testing.T) {
	const in, hidden, out, n = 5, 7, 3, 12
	_, theta := handModel(t, in, hidden, out)
	x, y := handBatch(1, n, in, out)
	for _, factor := range []float64{1, n, 1.0 / n} {
		h := newHandMLP[float64](t, kfac.PerExample, kfac.InOut, theta, in, hidden, out)
		o := ruled(t, &kfac.ByHandRule{}, kfac.PreconditionedConfig{Preconditioner: kfac.PreconditionerConfig{Estimator: graph.Empirical, Structure: kfac.EKFAC}})
		loss := h.begin(x.Float64s(), y.Int32s())
		for _, g := range [][]float64{h.g1, h.g2} {
			for i := range g {
				g[i] *= factor
			}
		}
		h.hand()
		err := h.net.Step(o, loss)
		if factor == 1 {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, "map first: Gradients are "+map[bool]string{true: "0.08333", false: "12"}[factor > 1]+" times those that follow from Sampled, of estimator Empirical, and Inputs")
	}
}

// TestByHandCancellation: gradients whose examples cancel are rounding alone, and differ by all
// of their size. This is no error.
func TestByHandCancellation(t *testing.T) {
	m := &kfac.ByHandMap[float32]{Name: "m", In: 1, Out: 1, Weight: []float32{1}}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, m)
	require.NoError(t, err)
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
	require.NoError(t, err)
	for given, fine := range map[float32]bool{0: true, 3e-8: true, 0.01: false} {
		net.Begin(4)
		m.Inputs([]float32{1.1, 1.3, 1.7, 4.1})
		m.True([]float32{1, 1, 1, -1})
		m.Gradients([]float32{given}, nil)
		err := net.Step(sgd, 0)
		assert.Equal(t, fine, err == nil, "%g: %v", given, err)
	}
}

// TestByHandTrueWithPenalty: True adds the penalty's gradient, and agrees with Gradients that
// have it.
func TestByHandTrueWithPenalty(t *testing.T) {
	const eta = 0.1
	for _, layout := range []kfac.WeightLayout{kfac.InOut, kfac.OutIn} {
		m := &kfac.ByHandMap[float64]{Name: "m", In: 2, Out: 1, Weight: []float64{1, 2}, Bias: []float64{3}, Layout: layout}
		net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean, L2: eta}, m)
		require.NoError(t, err)
		net.Begin(1)
		m.Inputs([]float64{5, 7})
		m.True([]float64{2})
		m.Gradients([]float64{10 + eta, 14 + 2*eta}, []float64{2 + 3*eta})
		err = net.Step(probe(func(obj graph.Objective) error {
			assert.InDeltaSlice(t, []float64{10 + eta, 14 + 2*eta}, obj.Params()[0].Grad.Float64s(), 1e-12)
			assert.InDeltaSlice(t, []float64{2 + 3*eta}, obj.Params()[1].Grad.Float64s(), 1e-12)
			return nil
		}), 1)
		require.NoError(t, err)
	}
}

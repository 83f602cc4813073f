package trainer_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// mixtures are what examples of three classes are mixed with.
func mixtures(n int) (others, shares *tensor.Dense) {
	r := rand.New(rand.NewPCG(6, 6))
	labels, parts := make([]float64, n), make([]float64, n)
	for i := range n {
		labels[i], parts[i] = float64(r.IntN(3)), r.Float64()
	}
	return tensor.New(tensor.WithShape(n), tensor.WithBacking(labels)), tensor.New(tensor.WithShape(n), tensor.WithBacking(parts))
}

// mixable are the losses for mixtures.
func mixable() map[string]losses.Loss {
	return map[string]losses.Loss{
		"plain":    losses.SoftmaxCrossEntropy{},
		"smoothed": losses.With(&losses.ClassCost{Smoothing: 0.1, Weights: []float64{1, 2, 0.5}}, losses.SoftmaxCrossEntropy{}),
	}
}

// TestMixturesAreWeightedLosses: the loss of mixtures is λ times that of the own targets and 1−λ times that of the others,
// example by example; its gradient is its central differences.
func TestMixturesAreWeightedLosses(t *testing.T) {
	const n = 7
	for name, l := range mixable() {
		t.Run(name, func(t *testing.T) {
			x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
			others, shares := mixtures(n)
			m := newModel(t, looseNet(), l, 4, 0)
			var want float64
			for i := range n {
				for _, part := range []struct {
					of    *tensor.Dense
					share float64
				}{{y, shares.Float64s()[i]}, {others, 1 - shares.Float64s()[i]}} {
					obj, err := m.Batch(rows(x, i, i+1), rows(part.of, i, i+1))
					require.NoError(t, err)
					h, err := obj.Loss()
					require.NoError(t, err)
					want += part.share * h / n
				}
			}
			obj, err := m.Batch(x, y, others, shares)
			require.NoError(t, err)
			h, err := obj.Loss()
			require.NoError(t, err)
			assert.InDelta(t, want, h, 1e-14)
			checkGradients(t, obj)
		})
	}
}

// TestMixturesKeepTheCurvature: what curvature is made of and the products are those of the targets y, to the bit.
func TestMixturesKeepTheCurvature(t *testing.T) {
	const n = 5
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
	others, shares := mixtures(n)
	for name, l := range mixable() {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
			plain, mixed := newModel(t, looseNet(), l, 4, 0), newModel(t, looseNet(), l, 4, 0)
			a, err := plain.Batch(x, y)
			require.NoError(t, err)
			b, err := mixed.Batch(x, y, others, shares)
			require.NoError(t, err)
			assert.Equal(t, curvatureOf(t, a, est), curvatureOf(t, b, est), "%s %s", name, est)
			assert.NotEqual(t, snapshot(plain.Params(), true), snapshot(mixed.Params(), true), "%s %s", name, est)
			u := randomDirection(rand.New(rand.NewPCG(2, 2)), plain.Params())
			for _, examples := range []int{0, 3} {
				want, err := a.Products(examples, u)
				require.NoError(t, err)
				kept := want.At(0, 0)
				got, err := b.Products(examples, u)
				require.NoError(t, err)
				assert.Equal(t, kept, got.At(0, 0), "%s %s", name, est)
			}
		}
	}
}

// TestMixturesInParts: an accumulation of mixtures is the whole mini-batch, and parts may be of either kind.
func TestMixturesInParts(t *testing.T) {
	const n = 9
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
	others, shares := mixtures(n)
	m := newModel(t, looseNet(), losses.SoftmaxCrossEntropy{}, 4, 0.1)
	obj, err := m.Batch(x, y, others, shares)
	require.NoError(t, err)
	want, err := obj.Grad()
	require.NoError(t, err)
	grads := snapshot(m.Params(), true)
	parts := inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{x, y, others, shares}, 4, 5)
	h, err := parts.Grad()
	require.NoError(t, err)
	assert.InDelta(t, want, h, 1e-14)
	closeTo(t, grads, snapshot(m.Params(), true), 1e-13)

	// Of 4 mixtures and 4 plain examples, of the same graph's size, each keeps its own.
	a := trainer.NewAccumulation(m)
	cut := func(of *tensor.Dense) *tensor.Dense { return rows(of, 0, 4) }
	require.NoError(t, a.Add(cut(x), cut(y), cut(others), cut(shares)))
	require.NoError(t, a.Add(cut(x), cut(y)))
	both, err := a.MiniBatch()
	require.NoError(t, err)
	for range 2 {
		h, err := both.Loss()
		require.NoError(t, err)
		var sum float64
		for _, more := range [][]*tensor.Dense{{cut(others), cut(shares)}, nil} {
			obj, err := m.Batch(cut(x), cut(y), more...)
			require.NoError(t, err)
			part, err := obj.Loss()
			require.NoError(t, err)
			sum += part / 2
		}
		assert.InDelta(t, sum, h, 1e-14)
	}
}

// mixing is a source of mixtures.
type mixing struct {
	*memory
	others, shares *tensor.Dense
}

func (s *mixing) More() []*tensor.Dense {
	n := s.next
	if n == 0 {
		n = s.x.Shape()[0]
	}
	from := (n - 1) / s.n * s.n
	return []*tensor.Dense{rows(s.others, from, n), rows(s.shares, from, n)}
}

// TestFitOnMixtures: training is on mixtures, and an evaluation of plain examples is the plain loss.
func TestFitOnMixtures(t *testing.T) {
	m, data := toy(t, trainer.ModelConfig{Seed: 4})
	others, shares := mixtures(data.x.Shape()[0])
	test := &memory{x: data.x, y: data.y, n: 6}
	fit := &trainer.Trainer{
		Model: m, Optimizer: sgd(t, 0.1), Epochs: 3, Metrics: []trainer.Metric{trainer.Accuracy()},
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: test}},
	}
	result, err := fit.Fit(t.Context(), &mixing{data, others, shares})
	require.NoError(t, err)
	last := result.History[len(result.History)-1]
	scores, err := m.Evaluate(t.Context(), test, trainer.Accuracy())
	require.NoError(t, err)
	assert.Equal(t, scores["loss"], last.Scores["test_loss"])

	mixed, err := m.Evaluate(t.Context(), &mixing{&memory{x: data.x, y: data.y, n: 6}, others, shares}, trainer.Accuracy())
	require.NoError(t, err)
	assert.Equal(t, scores["accuracy"], mixed["accuracy"], "of the own labels")
	assert.NotEqual(t, scores["loss"], mixed["loss"])
}

// TestMixturesAreChecked by name and example.
func TestMixturesAreChecked(t *testing.T) {
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, 5, 4, 3)
	others, shares := mixtures(5)
	m := newModel(t, looseNet(), losses.SoftmaxCrossEntropy{}, 4, 0)
	_, err := m.Batch(x, y, others)
	assert.ErrorContains(t, err, "2 targets: the loss takes 1")
	_, err = m.Batch(x, y, others, rows(shares, 0, 4))
	assert.ErrorContains(t, err, "target 3 of shape (4): the loss takes (5)")
	_, err = m.Batch(x, y, rows(others, 0, 4), shares)
	assert.ErrorContains(t, err, "target 2 of shape (4): the loss takes (5)")
	bad := rows(shares, 0, 5)
	bad.Float64s()[3] = 1.25
	_, err = m.Batch(x, y, others, bad)
	assert.ErrorContains(t, err, "losses: share 1.25 of example 3: want a number from 0 to 1")
	other := rows(others, 0, 5)
	other.Float64s()[2] = 3
	_, err = m.Batch(x, y, other, shares)
	assert.ErrorContains(t, err, "label 3 of example 2: want a whole number from 0 to 2")
	squared := newModel(t, &layers.Dense{Units: 3}, losses.SquaredError{}, 4, 0)
	_, targets := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 5, 4, 3)
	_, err = squared.Batch(x, targets, targets, shares)
	assert.ErrorContains(t, err, "3 targets: the loss takes 1")
}

// TestMixturesAllocateNothing in a step.
func TestMixturesAllocateNothing(t *testing.T) {
	const n = 5
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
	others, shares := mixtures(n)
	m := newModel(t, &layers.Dense{Units: 3}, losses.SoftmaxCrossEntropy{}, 4, 0)
	o, more := sgd(t, 0.1), []*tensor.Dense{others, shares}
	step := func() {
		obj, err := m.Batch(x, y, more...)
		require.NoError(t, err)
		_, err = o.Step(obj)
		require.NoError(t, err)
	}
	step()
	assert.Zero(t, testing.AllocsPerRun(20, step))
}

package trainer_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestAccumulationMasks: h is one function of the parameters: every pass over the parts
// sees the masks of the first, the gradient and the products are differences of h, and
// the next mini-batch has other masks.
func TestAccumulationMasks(t *testing.T) {
	m, data := toy(t, trainer.ModelConfig{Seed: 1, DType: graph.Float64, L2: 0.1})
	a := trainer.NewAccumulation(m)
	obj := inParts(t, a, []*tensor.Dense{data.x, data.y}, 7, 7, 7, 1)
	first, err := obj.Loss()
	require.NoError(t, err)
	visit := func(*graph.CurvaturePass) error { return nil }
	for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN, graph.Exact, graph.Empirical} {
		h, err := obj.Curvature(est, visit)
		require.NoError(t, err)
		assert.InEpsilon(t, first, h, 1e-14, est)
	}
	checkGradients(t, obj)
	u := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
	once, err := obj.Products(0, u)
	require.NoError(t, err)
	want := once.At(0, 0)
	var pieces []float64
	for _, examples := range []int{10, 22, 10, 10} {
		again, err := obj.Products(examples, u)
		require.NoError(t, err)
		if examples == 22 {
			assert.Equal(t, want, again.At(0, 0))
		} else { // some examples of a part have masks of their own
			pieces = append(pieces, again.At(0, 0))
		}
	}
	assert.Equal(t, []float64{pieces[0], pieces[0], pieces[0]}, pieces, "the same masks in each call")
	again, err := obj.Loss()
	require.NoError(t, err)
	assert.Equal(t, first, again)

	next, err := inParts(t, a, []*tensor.Dense{data.x, data.y}, 7, 7, 7, 1).Loss()
	require.NoError(t, err)
	assert.NotEqual(t, first, next)

	piece := func() float64 {
		f, err := inParts(t, a, []*tensor.Dense{data.x, data.y}, 11, 11).Products(5, u)
		require.NoError(t, err)
		return f.At(0, 0)
	}
	assert.NotEqual(t, piece(), piece(), "another mini-batch, other masks")

	// Parts of one size have masks of their own, though they share a graph.
	x, y := rows(data.x, 0, 3), rows(data.y, 0, 3)
	a.Reset()
	require.NoError(t, a.Add(x, y))
	require.NoError(t, a.Add(x, y))
	twice, err := a.MiniBatch()
	require.NoError(t, err)
	var inputs [][]float64
	m.Observe(func(_ graph.Pass, taps []*graph.Tap) { inputs = append(inputs, slices.Clone(taps[1].A.Float64s())) })
	_, err = twice.Grad()
	require.NoError(t, err)
	require.Len(t, inputs, 2, "an observer sees each part")
	assert.NotEqual(t, inputs[0], inputs[1])
}

// besides is x + Σ inner(x): branches beside each other.
type besides []layers.Layer

func (l besides) Params() (params []*graph.Param) {
	for _, inner := range l {
		params = append(params, inner.Params()...)
	}
	return params
}

func (l besides) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	sum := x
	for _, inner := range l {
		y, err := inner.Build(b, x)
		if err != nil {
			return nil, err
		}
		if sum, err = b.Sum(sum, y); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// TestAccumulationMasksOfBranches: the same masks in each pass where no dropout layer
// comes before the other, whichever pass draws them.
func TestAccumulationMasksOfBranches(t *testing.T) {
	branch := func() layers.Layer {
		return layers.Sequential{&layers.Dropout{Rate: 0.3}, &layers.Dense{Units: 4}, layers.Tanh(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 4}}
	}
	m := newModel(t, layers.Sequential{besides{branch(), branch(), &layers.Dropout{Rate: 0.5}, branch()}, &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, 4, 0)
	x, y := stateBatch(1, 22)
	visit := func(*graph.CurvaturePass) error { return nil }
	for i, first := range []func(obj trainer.MiniBatch){grad, products(0), curvature(graph.MC)} {
		obj := inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{x, y}, 7, 7, 8)
		first(obj)
		want, err := obj.Loss()
		require.NoError(t, err)
		for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN, graph.Exact, graph.Empirical} {
			h, err := obj.Curvature(est, visit)
			require.NoError(t, err)
			assert.Equal(t, want, h, "%d %s", i, est)
		}
		products(0)(obj)
		h, err := obj.Grad()
		require.NoError(t, err)
		assert.Equal(t, want, h, i)
	}
}

// TestAccumulationDrawsGoOn: passes that come back to a part take no draws from those that
// follow, wherever they end.
func TestAccumulationDrawsGoOn(t *testing.T) {
	after := func(back ...func(obj trainer.MiniBatch)) []byte {
		m, data := toy(t, trainer.ModelConfig{Seed: 1, DType: graph.Float64})
		obj := inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{data.x, data.y}, 10, 12)
		for _, first := range []func(obj trainer.MiniBatch){grad, curvature(graph.MC), products(15)} {
			first(obj)
		}
		// These draw targets, and the same ones.
		curvature(graph.MC)(obj)
		for _, pass := range back {
			pass(obj)
		}
		state, err := m.MarshalBinary()
		require.NoError(t, err)
		return state
	}
	want := after()
	for i, pass := range []func(obj trainer.MiniBatch){grad, curvature(graph.Exact), products(15), products(10), products(0)} {
		assert.Equal(t, want, after(pass), "pass %d", i)
	}
	assert.NotEqual(t, want, after(curvature(graph.MC)), "the state has the stream of targets in it")
}

func grad(obj trainer.MiniBatch) { obj.Grad() }

func products(examples int) func(obj trainer.MiniBatch) {
	return func(obj trainer.MiniBatch) { obj.Products(examples, graph.Values(obj.Params())) }
}

func curvature(est graph.FisherEstimator) func(obj trainer.MiniBatch) {
	return func(obj trainer.MiniBatch) { obj.Curvature(est, func(*graph.CurvaturePass) error { return nil }) }
}

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

// randomBatch draws n examples of in features and, by loss, targets of out
// units.
func randomBatch(r *rand.Rand, loss losses.Loss, n, in, out int) (x, y *tensor.Dense) {
	x = graph.NewDense(graph.Float64, n, in)
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
	switch loss.(type) {
	case losses.SoftmaxCrossEntropy:
		y = tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(n))
		for i := range n {
			y.Int32s()[i] = int32(r.IntN(out))
		}
	default:
		y = graph.NewDense(graph.Float64, n, out)
		for i := range y.Float64s() {
			y.Float64s()[i] = r.Float64()
		}
	}
	return x, y
}

// TestGradients compares every parameter's gradient with central differences,
// for every layer and loss, with dropout and L2 in force.
func TestGradients(t *testing.T) {
	for name, loss := range map[string]losses.Loss{
		"softmax": losses.SoftmaxCrossEntropy{}, "squared": losses.SquaredError{}, "sigmoid": losses.SigmoidCrossEntropy{}, "gaussian": losses.DiagonalGaussian{},
	} {
		for _, act := range []*layers.Activation{layers.ReLU(), layers.Tanh(), layers.Sigmoid(), layers.Identity()} {
			t.Run(name+"/"+act.String(), func(t *testing.T) {
				net := layers.Sequential{
					&layers.Flatten{}, &layers.Dense{Units: 5, BiasInit: 0.1}, act, &layers.Dropout{Rate: 0.3},
					layers.Sequential{&layers.Dense{Units: 4, NoBias: true}, act}, &layers.Dense{Units: 3},
				}
				if name == "gaussian" { // a log σ that is predicted, and two that are not
					net = append(net, &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 4}, &layers.Vector{Units: 2, Init: layers.Constant(-0.3)}}})
				}
				m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{6}, DType: graph.Float64, Seed: 3, L2: 0.01})
				require.NoError(t, err)
				x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), loss, 7, 6, 3)
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				before, err := obj.Loss()
				require.NoError(t, err)
				loss, err := obj.Grad()
				require.NoError(t, err)
				assert.Equal(t, before, loss, "one mini-batch, one set of masks")
				checkGradients(t, obj)
			})
		}
	}
}

// offsets is x + p + q for batches of one: two parameters and the layer before
// have one gradient between them.
type offsets struct{ p, q *graph.Param }

func (o *offsets) Params() []*graph.Param {
	if o.p == nil {
		return nil
	}
	return []*graph.Param{o.p, o.q}
}

func (o *offsets) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if o.p == nil {
		o.p, o.q = graph.NewParam(b.UniqueName("p"), b.DType, x.Shape()...), graph.NewParam(b.UniqueName("q"), b.DType, x.Shape()...)
		o.p.Value.Float64s()[0] = 0.5
	}
	return b.Sum(x, b.Param(o.p), b.Param(o.q))
}

// The regulariser and clipping, which change a parameter's gradient in place,
// must not reach a tap of the same gradient.
func TestTapsKeepTheirGradient(t *testing.T) {
	m := newModel(t, layers.Sequential{&layers.Dense{Units: 4}, &offsets{}, &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, 4, 10)
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, 1, 4, 3)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	_, err = trainer.ClipNorm(obj, 1e-3).(graph.CurvatureObjective).Curvature(graph.Empirical, func(p *graph.CurvaturePass) error {
		if p.Taps == nil {
			return nil
		}
		want := make([]float64, 4) // g·Wᵀ of the layer after
		for i := range want {
			for j, g := range p.Taps[1].G.Float64s() {
				want[i] += p.Taps[1].Weight.Value.Float64s()[i*3+j] * g
			}
		}
		assert.InDeltaSlice(t, want, p.Taps[0].G.Float64s(), 1e-15)
		return nil
	})
	require.NoError(t, err)
}

// TestGradientsOfCustomNets does so for nets a user might write: a layer used
// twice, a residual connection, stock gorgonia ops, one unit and one example.
func TestGradientsOfCustomNets(t *testing.T) {
	shared := &layers.Dense{Units: 4}
	for name, c := range map[string]struct {
		net   layers.Layer
		batch int
	}{
		"shared weights":  {layers.Sequential{shared, layers.Tanh(), shared, layers.Tanh(), shared, &layers.Dense{Units: 3}}, 6},
		"residual":        {layers.Sequential{&residual{layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh()}}, &residual{layers.Sigmoid()}, &layers.Dense{Units: 3}}, 6},
		"stock ops":       {layers.Sequential{&layers.Dense{Units: 5}, gatedTanh{}, &layers.Dense{Units: 4}, gatedTanh{}, &layers.Dense{Units: 3}}, 6},
		"shared gradient": {layers.Sequential{&offsets{}, &layers.Dense{Units: 4}, &offsets{}, layers.Tanh(), &layers.Dense{Units: 3}}, 1},
		"one example":     {layers.Sequential{&layers.Dense{Units: 1}, layers.Tanh(), &layers.Dense{Units: 3}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, c.net, losses.SoftmaxCrossEntropy{}, 4, 0.05)
			for seed := range uint64(2) { // the second mini-batch reuses the graph
				x, y := randomBatch(rand.New(rand.NewPCG(seed, 1)), losses.SoftmaxCrossEntropy{}, c.batch, 4, 3)
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				checkGradients(t, obj)
			}
		})
	}
}

package trainer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// centring is a layer with state, as a user writes one: in training it takes the
// mini-batch's mean off, and keeps a running one, r ← 0.9r + 0.1·mean, which it takes
// off in evaluation.
type centring struct{ running *graph.Buffer }

func (l *centring) Params() []*graph.Param { return nil }

func (l *centring) Buffers() []*graph.Buffer {
	if l.running == nil {
		return nil
	}
	return []*graph.Buffer{l.running}
}

func (l *centring) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if l.running == nil {
		l.running = graph.NewBuffer(b.UniqueName("centring")+".mean", b.DType, x.Shape()[1])
	}
	running := b.Buffer(l.running)
	if !b.Train {
		return b.Apply(graph.Op{
			Name: "minus-running", Shape: x.Shape().Clone(), F32: minusRow[float32], F64: minusRow[float64],
			Diff:    func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad, nil}, nil },
			Tangent: func(t *graph.Tangent) (*graph.Node, error) { return t.Dot[0], nil },
		}, x, running)
	}
	next, err := b.Apply(graph.Op{Name: "running-mean", Shape: l.running.Value.Shape().Clone(), F32: mixed[float32], F64: mixed[float64], Const: true}, running, x)
	if err != nil {
		return nil, err
	}
	if err := b.Update(l.running, next); err != nil {
		return nil, err
	}
	return centred(b, x)
}

// centred is a symmetric projection: its gradient and its tangent are centred, too.
func centred(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "centred", Shape: x.Shape().Clone(), F32: centre[float32](x.Shape()[1]), F64: centre[float64](x.Shape()[1]),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := centred(d.Builder, d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return centred(t.Builder, t.Dot[0]) },
	}, x)
}

func minusRow[T graph.Float](out []T, in [][]T) {
	for i, v := range in[0] {
		out[i] = v - in[1][i%len(in[1])]
	}
}

func columnMeans[T graph.Float](x []T, c int) []T {
	mean := make([]T, c)
	for i, v := range x {
		mean[i%c] += v / T(len(x)/c)
	}
	return mean
}

func mixed[T graph.Float](out []T, in [][]T) {
	for i, m := range columnMeans(in[1], len(out)) {
		out[i] = 0.9*in[0][i] + 0.1*m
	}
}

func centre[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		mean := columnMeans(in[0], c)
		for i, v := range in[0] {
			out[i] = v - mean[i%c]
		}
	}
}

func withState(t *testing.T, dtype tensor.Dtype) (*trainer.Model, *centring) {
	t.Helper()
	l := &centring{}
	m, err := trainer.NewModel(layers.Sequential{l, &layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: 4})
	require.NoError(t, err)
	return m, l
}

func stateBatch(k uint64, n int) (x, y *tensor.Dense) {
	return randomBatch(rand.New(rand.NewPCG(k, 6)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
}

// TestBuffersFollowTheMiniBatches: once for each, whatever passes an optimizer runs over
// it, and by no evaluation, prediction or product.
func TestBuffersFollowTheMiniBatches(t *testing.T) {
	makers := map[string]func() trainer.Optimizer{"sgd": func() trainer.Optimizer { return sgd(t, 0.1) }}
	for name := range optimizers(t, 0.1, 0) {
		makers[name] = func() trainer.Optimizer { return optimizers(t, 0.1, 0)[name] }
	}
	makers["kfac ekfac"] = func() trainer.Optimizer {
		o, err := kfac.New(kfac.Config{Structure: kfac.EKFAC, ProductFraction: 0.5, DampingUpdateSteps: 1})
		require.NoError(t, err)
		return o
	}
	for name, maker := range makers {
		m, l := withState(t, graph.Float64)
		o := maker()
		want := make([]float64, 4)
		for k := range uint64(8) {
			n := 6 + int(k%2)*4 // two batch sizes share the state
			x, y := stateBatch(k, n)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			_, err = o.Step(obj)
			require.NoError(t, err)
			for i, v := range columnMeans(x.Float64s(), 4) {
				want[i] = 0.9*want[i] + 0.1*v
			}
			require.InDeltaSlice(t, want, l.running.Value.Float64s(), 1e-14, "%s, step %d", name, k)

			kept := slices.Clone(l.running.Value.Float64s())
			_, err = obj.Grad()
			require.NoError(t, err)
			u := randomDirection(rand.New(rand.NewPCG(k, 1)), m.Params())
			for _, part := range []int{0, 3} {
				_, err = obj.Products(part, u)
				require.NoError(t, err)
			}
			_, err = obj.Loss()
			require.NoError(t, err)
			_, err = m.Predict(x)
			require.NoError(t, err)
			_, err = m.Evaluate(context.Background(), &memory{x: x, y: y, n: 5})
			require.NoError(t, err)
			require.Equal(t, kept, l.running.Value.Float64s(), name)
		}
	}
}

// TestBuffersAreUsed in evaluation, and not in training: h is the same before and after
// the update, and its gradient and the exact products are differences of it.
func TestBuffersAreUsed(t *testing.T) {
	m, l := withState(t, graph.Float64)
	x, y := stateBatch(1, 6)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	before, err := obj.Loss()
	require.NoError(t, err)
	h, err := obj.Grad()
	require.NoError(t, err)
	after, err := obj.Loss()
	require.NoError(t, err)
	assert.Equal(t, []float64{before, before}, []float64{h, after})
	checkGradients(t, obj)

	mean, err := m.Predict(x)
	require.NoError(t, err)
	got := slices.Clone(mean.Float64s())
	copy(l.running.Value.Float64s(), []float64{1, -2, 3, 0.5})
	mean, err = m.Predict(x)
	require.NoError(t, err)
	assert.NotEqual(t, got, mean.Float64s())
	shifted := graph.NewDense(graph.Float64, 6, 4)
	for i, v := range x.Float64s() {
		shifted.Float64s()[i] = v - l.running.Value.Float64s()[i%4]
	}
	want := slices.Clone(mean.Float64s())
	clear(l.running.Value.Float64s())
	mean, err = m.Predict(shifted)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want, mean.Float64s(), 1e-14)
}

// TestBuffersAreSaved with the model, to the bit, and named in its summary.
func TestBuffersAreSaved(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		train := func(m *trainer.Model, o trainer.Optimizer, from, to uint64) {
			for k := from; k < to; k++ {
				obj, err := m.Batch(stateBatch(k, 6))
				require.NoError(t, err)
				_, err = o.Step(obj)
				require.NoError(t, err)
			}
		}
		m, l := withState(t, dtype)
		train(m, sgd(t, 0.1), 0, 4)
		state, err := m.MarshalBinary()
		require.NoError(t, err)
		train(m, sgd(t, 0.1), 4, 8)
		again, other := withState(t, dtype)
		require.NoError(t, again.UnmarshalBinary(state))
		train(again, sgd(t, 0.1), 4, 8)
		assert.Equal(t, l.running.Value.Data(), other.running.Value.Data())
		assert.Contains(t, m.Summary(), "state that is not learned: centring1.mean (4 elements)")
		assert.Len(t, m.Buffers(), 1)

		plain, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}},
			losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype})
		require.NoError(t, err)
		assert.Error(t, plain.UnmarshalBinary(state), "another model")
	}
}

// TestBuffersOfBadBatches: a loss that is not a number leaves them.
func TestBuffersOfBadBatches(t *testing.T) {
	m, l := withState(t, graph.Float64)
	x, y := stateBatch(1, 6)
	x.Float64s()[3] = math.Inf(1)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	_, err = sgd(t, 0.1).Step(obj)
	require.Error(t, err)
	assert.Equal(t, make([]float64, 4), l.running.Value.Float64s())
}

// leaking uses its buffer in training.
type leaking struct{ centring }

func (l *leaking) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := l.centring.Build(b, x)
	if err != nil || !b.Train {
		return y, err
	}
	return b.Apply(graph.Op{Name: "leak", Shape: x.Shape().Clone(), F32: minusRow[float32], F64: minusRow[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad, nil}, nil }}, y, b.Buffer(l.running))
}

// TestBufferErrors: a loss that would change between passes, and a layer that is used
// twice, are refused with the buffer's name.
func TestBufferErrors(t *testing.T) {
	x, y := stateBatch(1, 6)
	m, err := trainer.NewModel(layers.Sequential{&leaking{}, &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}})
	require.NoError(t, err)
	_, err = m.Batch(x, y)
	assert.ErrorContains(t, err, "in training mode the loss depends on buffer centring1.mean")
	l := &centring{}
	m, err = trainer.NewModel(layers.Sequential{l, l, &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}})
	require.NoError(t, err)
	_, err = m.Batch(x, y)
	assert.ErrorContains(t, err, "buffer centring1.mean has two updates")
}

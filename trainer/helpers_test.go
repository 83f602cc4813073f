package trainer_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// residual is x + inner(x), a layer of a user's own.
type residual struct{ inner layers.Layer }

func (r *residual) Params() []*graph.Param { return r.inner.Params() }

func (r *residual) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := r.inner.Build(b, x)
	if err != nil {
		return nil, err
	}
	return b.Sum(x, y)
}

// gatedTanh is tanh(x)⊙x out of stock gorgonia ops, between snapshots.
type gatedTanh struct{}

func (gatedTanh) Params() []*graph.Param { return nil }

func (gatedTanh) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own, err := b.Snapshot(x)
	if err != nil {
		return nil, err
	}
	gate, err := gorgonia.Tanh(own)
	if err != nil {
		return nil, err
	}
	y, err := gorgonia.HadamardProd(gate, own)
	if err != nil {
		return nil, err
	}
	return b.Snapshot(y)
}

// memory is a source that cuts x and y into mini-batches of at most n.
type memory struct {
	x, y    *tensor.Dense
	n, next int
}

func (m *memory) Steps() int { return (m.x.Shape()[0] + m.n - 1) / m.n }

func (m *memory) Next() (x, y *tensor.Dense, ok bool) {
	total := m.x.Shape()[0]
	if m.next >= total {
		m.next = 0
		return nil, nil, false
	}
	from, to := m.next, min(m.next+m.n, total)
	m.next = to
	return rows(m.x, from, to), rows(m.y, from, to), true
}

// rows copies rows from…to−1, in float64.
func rows(t *tensor.Dense, from, to int) *tensor.Dense {
	all := graph.NewDense(graph.Float64, t.Shape()...)
	if err := graph.CopyInto(all, t); err != nil {
		panic(err)
	}
	width := t.DataSize() / t.Shape()[0]
	shape := append([]int{to - from}, t.Shape()[1:]...)
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64{}, all.Float64s()[from*width:to*width]...)))
}

// newModel is a float64 model over inputs of in features.
func newModel(t testing.TB, net layers.Layer, loss losses.Loss, in int, l2 float64) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{in}, DType: graph.Float64, Seed: 3, L2: l2})
	require.NoError(t, err)
	return m
}

// toy is a classifier of 4 features into 3 classes with dropout, and 22
// examples for it.
func toy(t testing.TB, cfg trainer.ModelConfig) (*trainer.Model, *memory) {
	t.Helper()
	net := layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 3}}
	cfg.Input = []int{4}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, cfg)
	require.NoError(t, err)
	x, y := randomBatch(rand.New(rand.NewPCG(8, 8)), losses.SoftmaxCrossEntropy{}, 22, 4, 3)
	return m, &memory{x: x, y: y, n: 5}
}

// sgd is plain gradient descent.
func sgd(t testing.TB, alpha float64) *trainer.SGD {
	t.Helper()
	o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: alpha})
	require.NoError(t, err)
	return o
}

// snapshot copies all parameters, or their gradients, one after the other.
func snapshot(ps []*graph.Param, grads bool) []float64 {
	var all []float64
	for _, p := range ps {
		v := p.Value
		if grads {
			v = p.Grad
		}
		all = append(all, rows(v, 0, v.Shape()[0]).Float64s()...)
	}
	return all
}

// checkGradients compares every parameter's gradient with central differences
// of the loss. Truncation is h²·f‴/6 ≈ 1e-10, rounding ε·f/h ≈ 1e-10.
func checkGradients(t *testing.T, obj trainer.MiniBatch) {
	t.Helper()
	const h, tolerance = 1e-5, 1e-9
	_, err := obj.Grad()
	require.NoError(t, err)
	grads := snapshot(obj.Params(), true)
	for _, p := range obj.Params() {
		for i := range p.Size() {
			v := &p.Value.Float64s()[i]
			old := *v
			*v = old + h
			up, err := obj.Loss()
			require.NoError(t, err)
			*v = old - h
			down, err := obj.Loss()
			require.NoError(t, err)
			*v = old
			require.InDelta(t, (up-down)/(2*h), grads[0], tolerance, "%s[%d]", p.Name, i)
			grads = grads[1:]
		}
	}
}

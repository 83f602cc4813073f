package kfac_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// plain are settings without momentum, clipping or changing damping, all of it
// renewed in every step: one step is θ − α(F̂+λI)⁻¹∇h.
func plain(damping, rate float64) kfac.Config {
	return kfac.Config{
		Mode: kfac.Fixed, LearningRate: rate, Momentum: kfac.None, Damping: damping, DampingUpdateSteps: kfac.None,
		FactorUpdateSteps: 1, InverseUpdateSteps: 1, Estimator: graph.Exact,
	}
}

func newModel(t testing.TB, net layers.Layer, loss losses.Loss, in int) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{in}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m
}

func newOptimizer(t testing.TB, cfg kfac.Config) *kfac.Optimizer {
	t.Helper()
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	return o
}

func normal(seed uint64, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(seed, 9))
	x := graph.NewDense(graph.Float64, shape...)
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
	return x
}

func labels(ys ...int32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(ys)), tensor.WithBacking(ys))
}

func step(t testing.TB, m *trainer.Model, o trainer.Optimizer, x, y *tensor.Dense) float64 {
	t.Helper()
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	loss, err := o.Step(obj)
	require.NoError(t, err)
	return loss
}

func flat(ps []*graph.Param, of func(*graph.Param) *tensor.Dense) []float64 {
	var v []float64
	for _, p := range ps {
		x := graph.NewDense(graph.Float64, of(p).Shape()...)
		if err := graph.CopyInto(x, of(p)); err != nil {
			panic(err)
		}
		v = append(v, x.Float64s()...)
	}
	return v
}

func values(p *graph.Param) *tensor.Dense { return p.Value }
func grads(p *graph.Param) *tensor.Dense  { return p.Grad }

func restore(ps []*graph.Param, v []float64) {
	for _, p := range ps {
		copy(p.Value.Float64s(), v[:p.Size()])
		v = v[p.Size():]
	}
}

// model is the trainer's model of a net, with parameters theta.
func (n net) model(t testing.TB, theta []float64) *trainer.Model {
	t.Helper()
	var seq layers.Sequential
	for _, p := range n.pieces {
		switch {
		case p.tied:
			last := len(seq) - 1
			for _, is := seq[last].(*layers.Dense); !is; _, is = seq[last].(*layers.Dense) {
				last--
			}
			seq = append(seq, seq[last])
		case p.affine():
			seq = append(seq, &layers.Dense{Units: p.out, NoBias: p.noBias})
		case p.kind == "gain":
			seq = append(seq, &gain{})
		default:
			f := map[string]func() *layers.Activation{"tanh": layers.Tanh, "sigmoid": layers.Sigmoid, "relu": layers.ReLU, "identity": layers.Identity}
			seq = append(seq, f[p.kind]())
		}
	}
	loss := map[string]losses.Loss{"softmax": losses.SoftmaxCrossEntropy{}, "bernoulli": losses.SigmoidCrossEntropy{}, "gaussian": losses.SquaredError{}}
	m, err := trainer.NewModel(seq, loss[n.loss], trainer.ModelConfig{Input: []int{n.in}, DType: graph.Float64, Seed: 5, L2: n.l2})
	require.NoError(t, err)
	require.Equal(t, n.size, graph.CountParams(m.Params()))
	restore(m.Params(), theta)
	return m
}

func (n net) batch(t testing.TB, m *trainer.Model, b batch) trainer.MiniBatch {
	t.Helper()
	obj, err := m.Batch(b.tensors(n.loss))
	require.NoError(t, err)
	return obj
}

// theta are parameters that make no output certain and no unit idle.
func (n net) theta(seed uint64) []float64 {
	v := normal(seed, n.size).Float64s()
	for i := range v {
		v[i] = 0.6*v[i] + 0.1
	}
	return v
}

// data are examples whose targets are as the loss takes them.
func (n net) data(seed uint64, examples int) batch {
	r := rand.New(rand.NewPCG(seed, 11))
	out := n.in
	for _, p := range n.affines() {
		out = p.out
	}
	var b batch
	for range examples {
		x, y := make([]float64, n.in), make([]float64, out)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		for i := range y {
			y[i] = r.NormFloat64()
			if n.loss == "bernoulli" {
				y[i] = float64(r.IntN(2))
			}
		}
		if n.loss == "softmax" {
			y = []float64{float64(r.IntN(out))}
		}
		b.xs, b.ys = append(b.xs, x), append(b.ys, y)
	}
	return b
}

// near fails unless got is want, within tolerance of want's greatest element.
func near(t testing.TB, want, got []float64, tolerance float64, msg ...any) {
	t.Helper()
	require.Len(t, got, len(want), msg...)
	var size, gap float64
	for i, v := range want {
		size, gap = max(size, math.Abs(v)), max(gap, math.Abs(v-got[i]))
	}
	if !(gap <= tolerance*size) {
		require.Failf(t, "not near", "%v: greatest element %.3g, greatest difference %.3g", fmt.Sprint(msg...), size, gap)
	}
}

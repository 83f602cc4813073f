package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// handMLP is a classifier of two layers in plain Go, tanh between them. Weights are in the
// layout of the maps.
type handMLP[T graph.Float] struct {
	in, hidden, out int
	w1, b1, w2, b2  []T
	first, second   *kfac.ByHandMap[T]
	net             *kfac.ByHand[T]
	scale           kfac.GradientScale
	layout          kfac.WeightLayout

	x        []T // of the last mini-batch
	y        []int32
	a, z, p  []T
	g1, g2   []T
	dw1, db1 []T
	dw2, db2 []T
	trueOnly bool // True is called in the place of Gradients
}

func newHandMLP[T graph.Float](t testing.TB, scale kfac.GradientScale, layout kfac.WeightLayout, theta []float64, in, hidden, out int) *handMLP[T] {
	t.Helper()
	h := &handMLP[T]{in: in, hidden: hidden, out: out, scale: scale, layout: layout}
	for _, p := range []struct {
		to         *[]T
		rows, cols int
	}{{&h.w1, in, hidden}, {&h.b1, 1, hidden}, {&h.w2, hidden, out}, {&h.b2, 1, out}} {
		*p.to = make([]T, p.rows*p.cols)
		for i := range *p.to {
			(*p.to)[h.place(i, p.rows, p.cols)] = T(theta[i])
		}
		theta = theta[len(*p.to):]
	}
	h.first = &kfac.ByHandMap[T]{Name: "first", In: in, Out: hidden, Weight: h.w1, Bias: h.b1, Layout: layout}
	h.second = &kfac.ByHandMap[T]{Name: "second", In: hidden, Out: out, Weight: h.w2, Bias: h.b2, Layout: layout, Previous: h.first}
	var err error
	h.net, err = kfac.NewByHand(kfac.ByHandConfig{Scale: scale, Loss: h.loss}, h.first, h.second)
	require.NoError(t, err)
	return h
}

// place is where element i of a row-major rows×cols matrix stands.
func (h *handMLP[T]) place(i, rows, cols int) int {
	if h.layout == kfac.OutIn && rows > 1 {
		return i%cols*rows + i/cols
	}
	return i
}

// theta is all parameters, weights in×out.
func (h *handMLP[T]) theta() []float64 {
	return h.flat(h.w1, h.b1, h.w2, h.b2)
}

func (h *handMLP[T]) flat(w1, b1, w2, b2 []T) []float64 {
	var all []float64
	for i, p := range [][]T{w1, b1, w2, b2} {
		rows, cols := []int{h.in, 1, h.hidden, 1}[i], []int{h.hidden, h.hidden, h.out, h.out}[i]
		for j := range p {
			all = append(all, float64(p[h.place(j, rows, cols)]))
		}
	}
	return all
}

func (h *handMLP[T]) affine(s *[]T, a, w, b []T, n, in, out int) {
	*s = make([]T, n*out)
	for e := range n {
		for j := range out {
			sum := b[j]
			for i := range in {
				sum += a[e*in+i] * w[h.place(i*out+j, in, out)]
			}
			(*s)[e*out+j] = sum
		}
	}
}

// loss is the forward pass.
func (h *handMLP[T]) loss() (float64, error) {
	n := len(h.y)
	h.affine(&h.a, h.x, h.w1, h.b1, n, h.in, h.hidden)
	for i, v := range h.a {
		h.a[i] = T(math.Tanh(float64(v)))
	}
	h.affine(&h.z, h.a, h.w2, h.b2, n, h.hidden, h.out)
	h.p = make([]T, len(h.z))
	var loss float64
	for e := range n {
		row, most, sum := h.z[e*h.out:(e+1)*h.out], math.Inf(-1), 0.0
		for _, v := range row {
			most = max(most, float64(v))
		}
		for _, v := range row {
			sum += math.Exp(float64(v) - most)
		}
		for j, v := range row {
			h.p[e*h.out+j] = T(math.Exp(float64(v)-most) / sum)
		}
		loss += (most + math.Log(sum) - float64(row[h.y[e]])) / float64(n)
	}
	return loss, nil
}

// backward is the backward pass from the gradients g2 at the outputs.
func (h *handMLP[T]) backward() {
	n := len(h.y)
	h.g1 = make([]T, n*h.hidden)
	for e := range n {
		for i := range h.hidden {
			var d T
			for j := range h.out {
				d += h.g2[e*h.out+j] * h.w2[h.place(i*h.out+j, h.hidden, h.out)]
			}
			v := h.a[e*h.hidden+i]
			h.g1[e*h.hidden+i] = d * (1 - v*v)
		}
	}
}

func (h *handMLP[T]) weightGradients(a, g []T, in, out int) (w, b []T) {
	n, unit := len(h.y), T(1)
	if h.scale == kfac.PerExample {
		unit /= T(n)
	}
	w, b = make([]T, in*out), make([]T, out)
	for e := range n {
		for j := range out {
			b[j] += unit * g[e*out+j]
			for i := range in {
				w[h.place(i*out+j, in, out)] += unit * a[e*in+i] * g[e*out+j]
			}
		}
	}
	return w, b
}

// begin hands over a mini-batch: everything but the sampled gradients.
func (h *handMLP[T]) begin(x []T, y []int32) (loss float64) {
	h.x, h.y = x, y
	loss, _ = h.loss()
	n := len(y)
	unit := T(1)
	if h.scale == kfac.OfMean {
		unit /= T(n)
	}
	h.g2 = make([]T, n*h.out)
	for i, p := range h.p {
		h.g2[i] = unit * p
		if int(y[i/h.out]) == i%h.out {
			h.g2[i] -= unit
		}
	}
	h.backward()
	h.dw1, h.db1 = h.weightGradients(x, h.g1, h.in, h.hidden)
	h.dw2, h.db2 = h.weightGradients(h.a, h.g2, h.hidden, h.out)
	h.net.Begin(n)
	h.first.Inputs(x)
	h.second.Inputs(h.a)
	if h.trueOnly {
		h.first.True(h.g1)
		h.second.True(h.g2)
	} else {
		h.first.Gradients(h.dw1, h.db1)
		h.second.Gradients(h.dw2, h.db2)
	}
	return loss
}

// exact hands over the columns √p_k(e_k − p) of a factor of the loss Hessian, one pass each.
func (h *handMLP[T]) exact() {
	n, unit := len(h.y), 1.0
	if h.scale == kfac.OfMean {
		unit /= float64(n)
	}
	for k := range h.out {
		if k > 0 {
			h.net.Pass()
		}
		for i, p := range h.p {
			root := math.Sqrt(float64(h.p[i/h.out*h.out+k]))
			d := -float64(p)
			if i%h.out == k {
				d++
			}
			h.g2[i] = T(unit * root * d)
		}
		h.backward()
		h.hand()
	}
}

func (h *handMLP[T]) hand() {
	h.first.Sampled(h.g1)
	h.second.Sampled(h.g2)
}

// handModel is the same network of layers, and its parameters.
func handModel(t testing.TB, in, hidden, out int) (*trainer.Model, []float64) {
	m := newModel(t, layers.Sequential{&layers.Dense{Units: hidden}, layers.Tanh(), &layers.Dense{Units: out}}, losses.SoftmaxCrossEntropy{}, in)
	return m, flat(m.Params(), values)
}

// handBatch is a mini-batch of n examples: the k-th of a run.
func handBatch(k, n, in, out int) (*tensor.Dense, *tensor.Dense) {
	x, y := normal(uint64(100+k), n, in), make([]int32, n)
	for i := range y {
		if x.Float64s()[i*in] > 0 {
			y[i] = 1
		}
		if i%5 == k%5 {
			y[i] = int32(out - 1)
		}
	}
	return x, labels(y...)
}

type handOptimizer interface {
	trainer.Optimizer
	CurvatureDue() bool
}

// handOptimizers are optimizers that by-hand networks are stepped with.
func handOptimizers(t testing.TB) map[string]func() handOptimizer {
	preconditioned := func(inner kfac.Rule, cfg kfac.PreconditionedConfig) handOptimizer {
		o, err := kfac.NewPreconditioned(inner, cfg)
		require.NoError(t, err)
		return o
	}
	all := map[string]func() handOptimizer{
		"adam": func() handOptimizer {
			adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.02})
			require.NoError(t, err)
			return preconditioned(adam, kfac.PreconditionedConfig{Damping: 0.2, Preconditioner: kfac.PreconditionerConfig{Estimator: graph.Exact}})
		},
		"sgd": func() handOptimizer {
			sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.3, Momentum: 0.5})
			require.NoError(t, err)
			return preconditioned(sgd, kfac.PreconditionedConfig{Damping: 0.2, KLClip: 0.01, Preconditioner: kfac.PreconditionerConfig{Estimator: graph.Exact, Structure: kfac.EKFAC}})
		},
		"adaptive": func() handOptimizer { return newOptimizer(t, kfac.Config{Estimator: graph.Exact}) },
		"clip": func() handOptimizer {
			return newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Estimator: graph.Exact, KLClip: 0.001, DampingUpdateSteps: kfac.None, WeightDecay: 0.01})
		},
	}
	for _, s := range kfac.Structures() {
		all[string(s)] = func() handOptimizer {
			return newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Structure: s, Estimator: graph.Exact, LearningRate: 0.2, DampingUpdateSteps: 5})
		}
	}
	return all
}

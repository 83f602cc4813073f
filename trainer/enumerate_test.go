package trainer_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// shift is x + b, b a vector: a bias under no tap. Its op knows only its
// gradient, whose op knows its own: the tangent is made of them.
type shift struct{ b *graph.Param }

func (s *shift) Params() []*graph.Param {
	if s.b == nil {
		return nil
	}
	return []*graph.Param{s.b}
}

func (s *shift) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	n, c := x.Shape()[0], x.Shape()[1]
	if s.b == nil {
		s.b = graph.NewParam(b.UniqueName("shift"), b.DType, c)
		graph.Direction{s.b.Value}.AddScaled(0.3, graph.Direction{graph.Value(b.Ones(c))})
	}
	rows, err := repeat(b, b.Param(s.b), n)
	if err != nil {
		return nil, err
	}
	return b.Sum(x, rows)
}

func repeat(b *graph.Builder, x *graph.Node, n int) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "repeat", Shape: tensor.Shape{n, x.Shape()[0]}, F32: repeatRows[float32], F64: repeatRows[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := gather(d.Builder, d.Grad)
			return []*graph.Node{g}, err
		},
	}, x)
}

func gather(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	n := x.Shape()[0]
	return b.Apply(graph.Op{
		Name: "gather", Shape: tensor.Shape{x.Shape()[1]}, F32: sumRows[float32], F64: sumRows[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := repeat(d.Builder, d.Grad, n)
			return []*graph.Node{g}, err
		},
	}, x)
}

func repeatRows[T graph.Float](out []T, in [][]T) {
	for ; len(out) > 0; out = out[len(in[0]):] {
		copy(out, in[0])
	}
}

func sumRows[T graph.Float](out []T, in [][]T) {
	clear(out)
	for i, v := range in[0] {
		out[i%len(out)] += v
	}
}

// unused has a parameter that its output does not depend on.
type unused struct{ p *graph.Param }

func (u *unused) Params() []*graph.Param {
	if u.p == nil {
		return nil
	}
	return []*graph.Param{u.p}
}

func (u *unused) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if u.p == nil {
		u.p = graph.NewParam(b.UniqueName("unused"), b.DType, 2)
	}
	return x, nil
}

// looseNet has 4 inputs, 3 outputs and every kind of parameter: under a tap,
// under none (a shift), under two (tied weights), and without influence.
func looseNet() layers.Layer {
	tied := &layers.Dense{Units: 4, BiasInit: -0.1, Name: "tied"}
	return layers.Sequential{
		&shift{}, tied, layers.Tanh(), &unused{}, tied, layers.Sigmoid(), &layers.Dense{Units: 3, Name: "last"}, &shift{},
	}
}

// outcome is one target of one example, with what its gradient counts for in
// the Fisher matrix.
type outcome struct {
	weight float64
	grad   []float64 // of −log p(target), over all parameters
}

// enumerate lists the outcomes of a model without dropout, so that
// Σ weight·grad·gradᵀ is the Fisher matrix over the examples x: every class,
// every pattern of bits, and for a Gaussian, whose gradient is linear in the
// target, one standard deviation along every unit. It uses Grad alone, of one
// example at a time.
func enumerate(t testing.TB, m *trainer.Model, loss losses.Loss, x *tensor.Dense) (all []outcome) {
	t.Helper()
	n := x.Shape()[0]
	for e := range n {
		xe := rows(x, e, e+1)
		mean, err := m.Predict(xe)
		require.NoError(t, err)
		p := slices.Clone(mean.Float64s())
		add := func(weight float64, target ...float64) {
			shape := []int{1, len(target)}
			if _, ok := loss.(losses.SoftmaxCrossEntropy); ok {
				shape = []int{1}
			}
			obj, err := m.Batch(xe, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(target)))
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			all = append(all, outcome{weight / float64(n), snapshot(m.Params(), true)})
		}
		switch loss.(type) {
		case losses.SoftmaxCrossEntropy:
			for c, v := range p {
				add(v, float64(c))
			}
		case losses.SigmoidCrossEntropy:
			for bits := range 1 << len(p) {
				weight, target := 1.0, make([]float64, len(p))
				for c, v := range p {
					if bits>>c&1 == 1 {
						target[c], weight = 1, weight*v
					} else {
						weight *= 1 - v
					}
				}
				add(weight, target...)
			}
		case losses.SquaredError:
			for c := range p {
				target := slices.Clone(p)
				target[c]--
				add(1, target...)
			}
		}
	}
	return all
}

// product is uᵀFv by enumeration.
func product(all []outcome, u, v []float64) (sum float64) {
	for _, o := range all {
		var gu, gv float64
		for i, g := range o.grad {
			gu += g * u[i]
			gv += g * v[i]
		}
		sum += o.weight * gu * gv
	}
	return sum
}

// randomDirection is one of the space of params, of normal draws.
func randomDirection(r *rand.Rand, params []*graph.Param) graph.Direction {
	d := graph.NewDirection(params)
	for _, x := range d {
		for i := range x.DataSize() {
			if x.Dtype() == graph.Float32 {
				x.Float32s()[i] = float32(r.NormFloat64())
			} else {
				x.Float64s()[i] = r.NormFloat64()
			}
		}
	}
	return d
}

// flat copies a direction's elements, one tensor after the other.
func flat(d graph.Direction) (all []float64) {
	for _, x := range d {
		all = append(all, rows(x, 0, x.Shape()[0]).Float64s()...)
	}
	return all
}

var allLosses = map[string]losses.Loss{
	"softmax": losses.SoftmaxCrossEntropy{}, "squared": losses.SquaredError{}, "sigmoid": losses.SigmoidCrossEntropy{},
}

// scatter makes the parameters of m random and larger than their initial values,
// so that predictions are far from uniform.
func scatter(m *trainer.Model, seed uint64) {
	theta := graph.Values(m.Params())
	theta.Combine(1, 1/math.Sqrt2, randomDirection(rand.New(rand.NewPCG(seed, 77)), m.Params()))
}

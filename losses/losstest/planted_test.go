package losstest_test

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

type (
	two = func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error)
	one = func(b *graph.Builder, z *graph.Node) (*graph.Node, error)
)

// planted is a loss with some of its methods replaced.
type planted struct {
	losses.Loss
	shape                             func(out tensor.Shape) (tensor.Shape, error)
	validate                          func(y *tensor.Dense, outputs int) error
	build, nll, factor, transpose, kl two
	mean, sample                      one
}

func (p *planted) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if p.shape != nil {
		return p.shape(out)
	}
	return p.Loss.TargetShape(out)
}

func (p *planted) Validate(y *tensor.Dense, outputs int) error {
	if p.validate != nil {
		return p.validate(y, outputs)
	}
	return p.Loss.Validate(y, outputs)
}

func or(f, own two) two {
	if f != nil {
		return f
	}
	return own
}

func (p *planted) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return or(p.build, p.Loss.Build)(b, z, y)
}

func (p *planted) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return or(p.nll, p.Loss.NegativeLogLikelihood)(b, z, y)
}

func (p *planted) FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return or(p.factor, p.Loss.FactorProduct)(b, z, r)
}

func (p *planted) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	return or(p.transpose, p.Loss.FactorTransposeProduct)(b, z, t)
}

func (p *planted) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	return or(p.kl, p.Loss.KL)(b, z0, z)
}

func (p *planted) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	if p.mean != nil {
		return p.mean(b, z)
	}
	return p.Loss.Mean(b, z)
}

func (p *planted) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	if p.sample != nil {
		return p.sample(b, z)
	}
	return p.Loss.Sample(b, z)
}

// op is an op with one formula for both float types, which computes in float64.
func op(b *graph.Builder, shape tensor.Shape, f func(out []float64, in [][]float64), diff func(d *graph.Diff) ([]*graph.Node, error),
	in ...*graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{Name: "planted", Shape: shape.Clone(), F64: f, F32: narrowed(f), Diff: diff}, in...)
}

// constantOp is one that derivatives do not go through.
func constantOp(b *graph.Builder, shape tensor.Shape, f func(out []float64, in [][]float64), in ...*graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{Name: "planted-constant", Shape: shape.Clone(), F64: f, F32: narrowed(f), Const: true}, in...)
}

// narrowed is f over float32, with buffers that are made once.
func narrowed(f func(out []float64, in [][]float64)) func(out []float32, in [][]float32) {
	var wide []float64
	var wideIn [][]float64
	return func(out []float32, in [][]float32) {
		if wide == nil {
			wide = make([]float64, len(out))
			for _, x := range in {
				wideIn = append(wideIn, make([]float64, len(x)))
			}
		}
		for i, x := range in {
			for j, v := range x {
				wideIn[i][j] = float64(v)
			}
		}
		f(wide, wideIn)
		for i, v := range wide {
			out[i] = float32(v)
		}
	}
}

// scaled is k·n, whose gradient is times kGradient in the place of k.
func scaled(b *graph.Builder, n *graph.Node, k, kGradient float64) (*graph.Node, error) {
	return op(b, n.Shape(), func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = k * v
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		g, err := scaled(d.Builder, d.Grad, kGradient, kGradient)
		return []*graph.Node{g}, err
	}, n)
}

// times is f with other factors of its value and of its gradient; both may depend on the shape of z.
func times(f two, value, gradient func(shape tensor.Shape) float64) two {
	return func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
		n, err := f(b, z, y)
		if err != nil {
			return nil, err
		}
		return scaled(b, n, value(z.Shape()), gradient(z.Shape()))
	}
}

func constant(k float64) func(tensor.Shape) float64 { return func(tensor.Shape) float64 { return k } }

func examples(shape tensor.Shape) float64 { return float64(shape[0]) }

func perExample(shape tensor.Shape) float64 { return 1 / float64(shape[0]) }

func perUnit(shape tensor.Shape) float64 { return 1 / float64(shape[1]) }

// drawn is a sample that f makes of z, and of which derivatives know nothing.
func drawn(shape func(out tensor.Shape) (tensor.Shape, error), f func(r *rand.Rand, out []float64, z []float64)) one {
	return func(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
		s, err := shape(z.Shape())
		if err != nil {
			return nil, err
		}
		return constantOp(b, s, func(out []float64, in [][]float64) { f(b.Streams.Sample, out, in[0]) }, z)
	}
}

package losstest_test

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// family is a loss of one's own from formulas of one example. Its cost is its negative log-likelihood.
type family struct {
	targets           func(c int) int // of C outputs
	validate          func(v float64) bool
	nll               func(z, y []float64) float64
	score             func(grad, z, y []float64)
	sample            func(r *rand.Rand, y, z []float64)
	mean              func(m, z []float64)
	factor, transpose func(out, z, r []float64)
	kl                func(z0, z []float64) float64
	klGradient        func(grad, z0, z []float64)
}

var _ losses.Loss = &family{}

func (f *family) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if out.Dims() != 2 {
		return nil, fmt.Errorf("outputs of shape %v: want a matrix", out)
	}
	return tensor.Shape{out[0], f.targets(out[1])}, nil
}

func (f *family) Validate(y *tensor.Dense, _ int) error {
	x := graph.NewDense(graph.Float64, y.DataSize())
	if err := graph.CopyInto(x, y); err != nil {
		return err
	}
	for _, v := range x.Float64s() {
		if !f.validate(v) {
			return fmt.Errorf("target %v", v)
		}
	}
	return nil
}

// rows gives f the rows of examples.
func rows(n int, f func(out []float64, in [][]float64)) func(out []float64, in [][]float64) {
	cut := func(x []float64, i int) []float64 { return x[i*len(x)/n : (i+1)*len(x)/n] }
	var row [3][]float64
	return func(out []float64, in [][]float64) {
		for i := range n {
			for j, x := range in {
				row[j] = cut(x, i)
			}
			f(cut(out, i), row[:len(in)])
		}
	}
}

// meanOf is the mean over examples of f(z, y), with its gradient.
func meanOf(b *graph.Builder, z, y *graph.Node, f func(z, y []float64) float64, gradient func(grad, z, y []float64)) (*graph.Node, error) {
	n := z.Shape()[0]
	each := make([]float64, n)
	byRow := rows(n, func(out []float64, in [][]float64) { out[0] = f(in[0], in[1]) })
	return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
		byRow(each, in)
		out[0] = 0
		for _, v := range each {
			out[0] += v / float64(n)
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		byRow := rows(n, func(out []float64, in [][]float64) { gradient(out, in[0], in[1]) })
		dz, err := op(d.Builder, z.Shape(), func(out []float64, in [][]float64) {
			byRow(out, in[:2])
			for i := range out {
				out[i] *= in[2][0] / float64(n)
			}
		}, nil, d.In[0], d.In[1], d.Grad)
		return []*graph.Node{dz, nil}, err
	}, z, y)
}

func (f *family) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return meanOf(b, z, y, f.nll, f.score)
}

func (f *family) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return f.Build(b, z, y)
}

func (f *family) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	return meanOf(b, z, z0, func(z, z0 []float64) float64 { return f.kl(z0, z) }, func(grad, z, z0 []float64) { f.klGradient(grad, z0, z) })
}

func (f *family) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	shape, err := f.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	return constantOp(b, shape, rows(shape[0], func(out []float64, in [][]float64) { f.mean(out, in[0]) }), z)
}

func (f *family) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	shape, err := f.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	r := b.Streams.Sample
	return constantOp(b, shape, rows(shape[0], func(out []float64, in [][]float64) { f.sample(r, out, in[0]) }), z)
}

func (f *family) FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return constantOp(b, z.Shape(), rows(z.Shape()[0], func(out []float64, in [][]float64) { f.factor(out, in[0], in[1]) }), z, r)
}

func (f *family) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	g := f.transpose
	if g == nil {
		g = f.factor
	}
	return constantOp(b, z.Shape(), rows(z.Shape()[0], func(out []float64, in [][]float64) { g(out, in[0], in[1]) }), z, t)
}

func each(f func(z, r float64) float64) func(out, z, r []float64) {
	return func(out, z, r []float64) {
		for i := range out {
			out[i] = f(z[i], r[i])
		}
	}
}

func total(f func(z, y float64) float64) func(z, y []float64) float64 {
	return func(z, y []float64) (sum float64) {
		for i, v := range z {
			sum += f(v, y[i])
		}
		return sum
	}
}

func same(c int) int { return c }

func finite(v float64) bool { return v-v == 0 }

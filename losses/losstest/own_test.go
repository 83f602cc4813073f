package losstest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
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

// poisson counts, with logarithms of rates for outputs. F = e^z.
func poisson() *family {
	return &family{
		targets: same, validate: func(v float64) bool { return v >= 0 && v == math.Trunc(v) && finite(v) },
		nll:   total(func(z, y float64) float64 { return math.Exp(z) - y*z }),
		score: each(func(z, y float64) float64 { return math.Exp(z) - y }),
		sample: func(r *rand.Rand, y, z []float64) {
			for i, v := range z {
				y[i] = -1
				for sum := 0.0; sum < math.Exp(v); y[i]++ {
					sum += r.ExpFloat64()
				}
			}
		},
		mean: func(m, z []float64) {
			for i, v := range z {
				m[i] = math.Exp(v)
			}
		},
		factor:     each(func(z, r float64) float64 { return math.Exp(z/2) * r }),
		kl:         total(func(z0, z float64) float64 { return math.Exp(z) - math.Exp(z0) - math.Exp(z0)*(z-z0) }),
		klGradient: each(func(z0, z float64) float64 { return math.Exp(z) - math.Exp(z0) }),
	}
}

// laplace is |z − y|, whose gradient jumps. F = I, and KL(z₀‖z) = |d| + e^−|d| − 1.
func laplace() *family {
	return &family{
		targets: same, validate: finite,
		nll:   total(func(z, y float64) float64 { return math.Abs(z - y) }),
		score: each(func(z, y float64) float64 { return math.Copysign(1, z-y) }),
		sample: func(r *rand.Rand, y, z []float64) {
			for i, v := range z {
				y[i] = v + r.ExpFloat64() - r.ExpFloat64()
			}
		},
		mean:   func(m, z []float64) { copy(m, z) },
		factor: each(func(_, r float64) float64 { return r }),
		kl: total(func(z0, z float64) float64 {
			d := math.Abs(z - z0)
			return d + math.Expm1(-d)
		}),
		klGradient: each(func(z0, z float64) float64 { return math.Copysign(-math.Expm1(-math.Abs(z-z0)), z-z0) }),
	}
}

// correlated is a Gaussian of two units with the precision BBᵀ, B = [[2, 0], [1, 1]], which is not symmetric.
func correlated() *family {
	turn := func(d [2]float64) (float64, float64) { return 4*d[0] + 2*d[1], 2*d[0] + 2*d[1] } // BBᵀd
	gap := func(z, y []float64) [2]float64 { return [2]float64{z[0] - y[0], z[1] - y[1]} }
	value := func(z, y []float64) float64 {
		d := gap(z, y)
		a, b := turn(d)
		return (d[0]*a + d[1]*b) / 2
	}
	gradient := func(grad, z, y []float64) { grad[0], grad[1] = turn(gap(z, y)) }
	return &family{
		targets: same, validate: finite, nll: value, score: gradient,
		sample: func(r *rand.Rand, y, z []float64) { // Bᵀe = ε
			e1 := r.NormFloat64()
			e0 := (r.NormFloat64() - e1) / 2
			y[0], y[1] = z[0]+e0, z[1]+e1
		},
		mean:       func(m, z []float64) { copy(m, z) },
		factor:     func(out, _, r []float64) { out[0], out[1] = 2*r[0], r[0]+r[1] },
		transpose:  func(out, _, t []float64) { out[0], out[1] = 2*t[0]+t[1], t[1] },
		kl:         func(z0, z []float64) float64 { return value(z, z0) },
		klGradient: func(grad, z0, z []float64) { gradient(grad, z, z0) },
	}
}

// sides is a real target of −1, 0 or 1, whose three probabilities are a softmax of the outputs.
func sides() *family {
	softmax := func(p, z []float64) {
		sum := 0.0
		for i, v := range z {
			p[i] = math.Exp(v)
			sum += p[i]
		}
		for i := range p {
			p[i] /= sum
		}
	}
	logSum := func(z []float64) float64 {
		return math.Log(math.Exp(z[0]) + math.Exp(z[1]) + math.Exp(z[2]))
	}
	var p, p0 [3]float64
	return &family{
		targets: func(int) int { return 1 }, validate: func(v float64) bool { return v == -1 || v == 0 || v == 1 },
		nll: func(z, y []float64) float64 { return logSum(z) - z[int(y[0])+1] },
		score: func(grad, z, y []float64) {
			softmax(grad, z)
			grad[int(y[0])+1]--
		},
		sample: func(r *rand.Rand, y, z []float64) {
			softmax(p[:], z)
			y[0] = 1
			if u := r.Float64(); u < p[0] {
				y[0] = -1
			} else if u < p[0]+p[1] {
				y[0] = 0
			}
		},
		mean: func(m, z []float64) {
			softmax(p[:], z)
			m[0] = p[2] - p[0]
		},
		factor: func(out, z, r []float64) {
			softmax(p[:], z)
			dot := 0.0
			for i, v := range r {
				dot += math.Sqrt(p[i]) * v
			}
			for i, v := range r {
				out[i] = math.Sqrt(p[i])*v - p[i]*dot
			}
		},
		transpose: func(out, z, t []float64) {
			softmax(p[:], z)
			dot := 0.0
			for i, v := range t {
				dot += p[i] * v
			}
			for i, v := range t {
				out[i] = math.Sqrt(p[i]) * (v - dot)
			}
		},
		kl: func(z0, z []float64) float64 {
			softmax(p0[:], z0)
			sum := logSum(z) - logSum(z0)
			for i, v := range p0 {
				sum += v * (z0[i] - z[i])
			}
			return max(0, sum)
		},
		klGradient: func(grad, z0, z []float64) {
			softmax(p0[:], z0)
			softmax(grad, z)
			for i, v := range p0 {
				grad[i] -= v
			}
		},
	}
}

// huber is a cost with a kink in its gradient, and hinge one for labels with kinks in itself.
func huber() losses.Loss {
	return &planted{Loss: losses.SquaredError{}, build: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
		return distance(b, z, y, func(d float64) float64 {
			if a := math.Abs(d); a > 1 {
				return a - 0.5
			}
			return d * d / 2
		}, func(d float64) float64 { return max(-1, min(1, d)) }, false)
	}}
}

func hinge() losses.Loss {
	return &planted{Loss: losses.SoftmaxCrossEntropy{}, build: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
		return meanOf(b, z, y, func(z, y []float64) (sum float64) {
			own := int(y[0])
			for i, v := range z {
				if i != own {
					sum += max(0, 1+v-z[own])
				}
			}
			return sum
		}, func(grad, z, y []float64) {
			clear(grad)
			own := int(y[0])
			for i, v := range z {
				if i != own && 1+v > z[own] {
					grad[i]++
					grad[own]--
				}
			}
		})
	}}
}

// stock is the squared error by gorgonia's own ops, between copies.
func stock() losses.Loss {
	return &planted{Loss: losses.SquaredError{}, build: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
		own, err := b.Snapshot(z)
		if err != nil {
			return nil, err
		}
		targets, err := b.Snapshot(y)
		if err != nil {
			return nil, err
		}
		d, err := gorgonia.Sub(own, targets)
		if err != nil {
			return nil, err
		}
		if d, err = gorgonia.Square(d); err != nil {
			return nil, err
		}
		if d, err = b.Snapshot(d); err != nil {
			return nil, err
		}
		n := float64(z.Shape()[0])
		return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
			out[0] = 0
			for _, v := range in[0] {
				out[0] += v / 2 / n
			}
		}, func(diff *graph.Diff) ([]*graph.Node, error) {
			g, err := op(diff.Builder, d.Shape(), func(out []float64, in [][]float64) {
				for i := range out {
					out[i] = in[0][0] / 2 / n
				}
			}, nil, diff.Grad)
			return []*graph.Node{g}, err
		}, d)
	}}
}

// Right losses of one's own have no faults: discrete and real, with kinks, with correlated units, of stock ops.
func TestRightLossesPass(t *testing.T) {
	for name, c := range map[string]struct {
		loss losses.Loss
		cfg  losstest.Config
	}{
		"Poisson":    {poisson(), losstest.Config{Large: 5}},
		"Laplace":    {laplace(), losstest.Config{}},
		"correlated": {correlated(), losstest.Config{Outputs: 2}},
		"sides":      {sides(), losstest.Config{Outputs: 3, Support: [][]float64{{-1}, {0}, {1}}, Wrong: [][]float64{{2}, {0.5}}, Large: 80}},
		"sampled":    {sides(), losstest.Config{Outputs: 3, Large: 80}},
		"Huber":      {huber(), losstest.Config{}},
		"hinge":      {hinge(), losstest.Config{}},
		"stock ops":  {stock(), losstest.Config{Allocates: true}},
		"soft targets": {losses.SigmoidCrossEntropy{}, losstest.Config{Wrong: [][]float64{{-0.1, 0, 1}}, Targets: func(r *rand.Rand) []float64 {
			return []float64{r.Float64(), r.Float64(), r.Float64()}
		}}},
	} {
		c.cfg.Samples = 5000
		t.Run(name, func(t *testing.T) { losstest.Check(t, c.loss, c.cfg) })
	}
}

package losstest_test

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

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

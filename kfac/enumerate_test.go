package kfac_test

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// batch is a mini-batch, by example. A class label is a row of one element.
type batch struct{ xs, ys [][]float64 }

func (b batch) first(n int) batch { return batch{b.xs[:n], b.ys[:n]} }

func (b batch) from(n int) batch { return batch{b.xs[n:], b.ys[n:]} }

func (b batch) and(c batch) batch {
	return batch{append(append([][]float64{}, b.xs...), c.xs...), append(append([][]float64{}, b.ys...), c.ys...)}
}

// tensors are what Model.Batch takes.
func (b batch) tensors(loss string) (x, y *tensor.Dense) {
	if loss == "softmax" {
		y = graph.NewDense(graph.Float64, len(b.ys))
	} else {
		y = graph.NewDense(graph.Float64, len(b.ys), len(b.ys[0]))
	}
	x = graph.NewDense(graph.Float64, len(b.xs), len(b.xs[0]))
	for i, row := range b.xs {
		copy(x.Float64s()[i*len(row):], row)
		copy(y.Float64s()[i*len(b.ys[0]):], b.ys[i])
	}
	return x, y
}

// chance is a target of one example: how probable it is, and the gradient of
// −log p at the outputs.
type chance struct {
	p float64
	d []float64
}

// chances are all the targets that outputs z may draw: the sum of p·ddᵀ is the
// loss Hessian H_L. A Gaussian has no list of targets, but H_L = I is Σ e eᵀ.
func (n net) chances(z []float64) []chance {
	var all []chance
	switch n.loss {
	case "softmax":
		p := softmax(z)
		for c := range z {
			d := append([]float64{}, p...)
			d[c]--
			all = append(all, chance{p[c], d})
		}
	case "bernoulli":
		for bits := range 1 << len(z) {
			one := chance{1, make([]float64, len(z))}
			for c, v := range z {
				s := 1 / (1 + math.Exp(-v))
				if bits>>c&1 == 1 {
					one.p *= s
					one.d[c] = s - 1
				} else {
					one.p *= 1 - s
					one.d[c] = s
				}
			}
			all = append(all, one)
		}
	case "gaussian":
		for c := range z {
			d := make([]float64, len(z))
			d[c] = 1
			all = append(all, chance{1, d})
		}
	}
	return all
}

// cost is −log p(y|z), up to a constant, and its gradient at the outputs.
func (n net) cost(z, y []float64) (float64, []float64) {
	var cost float64
	d := make([]float64, len(z))
	switch n.loss {
	case "softmax":
		p := softmax(z)
		cost = -math.Log(p[int(y[0])])
		copy(d, p)
		d[int(y[0])]--
	case "bernoulli":
		for c, v := range z {
			s := 1 / (1 + math.Exp(-v))
			cost -= y[c]*math.Log(s) + (1-y[c])*math.Log(1-s)
			d[c] = s - y[c]
		}
	case "gaussian":
		for c, v := range z {
			d[c] = v - y[c]
			cost += d[c] * d[c] / 2
		}
	}
	return cost, d
}

func softmax(z []float64) []float64 {
	p, sum := make([]float64, len(z)), 0.0
	for i, v := range z {
		p[i] = math.Exp(v)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// term is one example's gradient for one target, with its weight in the mean,
// and what it has been made of: ā and g of every affine map.
type term struct {
	p    float64
	grad []float64
	a, g [][]float64
}

// terms are those of all the examples, with the targets that draw says.
func (n net) terms(theta []float64, b batch, draw func(z, y []float64) []chance) []term {
	var all []term
	for i := range b.xs {
		inputs := n.forward(theta, b.xs[i])
		for _, c := range draw(inputs[len(n.pieces)], b.ys[i]) {
			grad, deltas := n.backward(theta, inputs, c.d)
			one := term{p: c.p / float64(len(b.xs)), grad: grad}
			for k, p := range n.pieces {
				if p.affine() {
					one.a, one.g = append(one.a, inputs[k]), append(one.g, deltas[k])
				}
			}
			all = append(all, one)
		}
	}
	return all
}

// exact are the terms of the true Fisher, empirical those of the data's own
// targets.
func (n net) exact(theta []float64, b batch) []term {
	return n.terms(theta, b, func(z, _ []float64) []chance { return n.chances(z) })
}

func (n net) empirical(theta []float64, b batch) []term {
	return n.terms(theta, b, func(z, y []float64) []chance {
		_, d := n.cost(z, y)
		return []chance{{1, d}}
	})
}

// objective is h with its gradient, η included.
func (n net) objective(theta []float64, b batch) (h float64, grad []float64) {
	grad = make([]float64, n.size)
	for i := range b.xs {
		inputs := n.forward(theta, b.xs[i])
		c, _ := n.cost(inputs[len(n.pieces)], b.ys[i])
		h += c / float64(len(b.xs))
	}
	for _, one := range n.empirical(theta, b) {
		axpy(grad, one.p, one.grad)
	}
	h += n.l2 / 2 * dot(theta, theta)
	axpy(grad, n.l2, theta)
	return h, grad
}

// fisher is Σ p·∇∇ᵀ.
func (n net) fisher(terms []term) *mat.SymDense {
	f := mat.NewSymDense(n.size, nil)
	for _, one := range terms {
		f.SymRankOne(f, one.p, mat.NewVecDense(n.size, one.grad))
	}
	return f
}

func dot(x, y []float64) float64 {
	var s float64
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

func axpy(y []float64, c float64, x []float64) {
	for i, v := range x {
		y[i] += c * v
	}
}

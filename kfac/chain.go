package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// chain is the block of BlockTridiagonal: a run of affine maps in which the output of
// each map feeds the next (MG15 §4.3). The gradients of the layers are modelled as a
// Gaussian Markov chain, whose precision matrix couples neighbours only. Layers are
// numbered from 1, and V_i and W_i have the shape of W̄_i:
//
//	F̂⁻¹ = ΞᵀΛΞ,  Ξ: W_i = V_i − Ψ^A_i V_{i+1} Ψ^G_iᵀ,
//	Ψ^A_i = A_{i,i+1} A_{i+1}⁻¹,  Ψ^G_i = G_{i,i+1} G_{i+1}⁻¹,
//
// and Λ is block-diagonal with the inverses of the conditional covariances
//
//	Σ_i = A_i ⊗ G_i − (Ψ^A_i A_{i+1} Ψ^A_iᵀ) ⊗ (Ψ^G_i G_{i+1} Ψ^G_iᵀ).
type chain[T graph.Float] struct {
	layers []*factorPair[T] // A_i and G_i
	a, g   []*coupling[T]   // A_{i,i+1} and G_{i,i+1}
	inputs [2][]T           // scratch memory for ā of two neighbours
}

var _ Block = (*chain[float32])(nil)

// coupling is the covariance of two neighbours' inputs, or of their gradients: p×q,
// of the mini-batch (batch) and as a running average (mean).
type coupling[T graph.Float] struct {
	p, q        int
	batch, mean []T
}

func newCoupling[T graph.Float](p, q int) *coupling[T] {
	return &coupling[T]{p, q, make([]T, p*q), make([]T, p*q)}
}

// add sets batch to scale·xᵀy + beta·batch, with p columns of x and q of y.
func (c *coupling[T]) add(x, y tapRows[T], scale, beta T) {
	blas.Gemm(true, false, c.p, c.q, x.n, scale, x.data, x.stride, y.data, y.stride, beta, c.batch, c.q)
}

func newChain[T graph.Float](layers []*layer) *chain[T] {
	b := &chain[T]{}
	for i, l := range layers {
		b.layers = append(b.layers, newFactorPair[T](l))
		if i > 0 {
			b.a = append(b.a, newCoupling[T](layers[i-1].rows, l.rows))
			b.g = append(b.g, newCoupling[T](layers[i-1].out, l.out))
		}
	}
	return b
}

func (b *chain[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	finite := true
	for i, k := range b.layers {
		finite = k.Accumulate(p) && finite
		if i > 0 {
			b.couple(p, i-1)
		}
	}
	return finite // by Cauchy–Schwarz the couplings are finite if the factors are
}

// couple adds one pass to the covariances of layers i and i+1.
func (b *chain[T]) couple(p *Pass, i int) {
	l, next := b.layers[i].layer, b.layers[i+1].layer
	t, u := p.Taps[l.tap], p.Taps[next.tap]
	examples, rows := p.rows(t)
	var beta T = 1
	if p.FirstTaps {
		from := extended(l, &b.inputs[0], inputsOf[T](l, t, rows))
		to := extended(next, &b.inputs[1], inputsOf[T](next, u, rows))
		b.a[i].add(from, to, 1/T(examples), 0)
		beta = 0
	}
	b.g[i].add(gradientsOf[T](l, t, rows), gradientsOf[T](next, u, rows), outerScale[T](t, examples), beta)
}

func (b *chain[T]) Statistics(s *Statistics) {
	for i, k := range b.layers {
		k.Statistics(s)
		if i > 0 {
			addStatistics(s, b.a[i-1].batch, b.g[i-1].batch)
		}
	}
}

func (b *chain[T]) Fold(keep float64) {
	for i, k := range b.layers {
		k.Fold(keep)
		if i > 0 {
			b.a[i-1].Fold(keep)
			b.g[i-1].Fold(keep)
		}
	}
}

func (b *chain[T]) State() []Field {
	var list []Field
	for i, k := range b.layers {
		list = append(list, k.State()...)
		if i > 0 {
			list = append(list, Field{Name: k.name + " A coupling", Value: b.a[i-1].mean},
				Field{Name: k.name + " G coupling", Value: b.g[i-1].mean})
		}
	}
	return list
}

func (c *coupling[T]) Fold(keep float64) { vector.Combine(c.mean, T(keep), T(1-keep), c.batch) }

package kfac

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// covariances adds the blocks' parts up.
func (j *jacobian) covariances() ([]*mat.SymDense, error) {
	if len(j.loose) > 0 {
		if j.outputs == 0 {
			j.outputs = len(j.loose) / j.examples
		}
		if len(j.loose) != j.outputs*j.examples {
			return nil, fmt.Errorf("kfac: the objective shows %d gradients of loose parameters for %d examples with %d outputs: want one of each", len(j.loose), j.examples, j.outputs)
		}
	}
	if j.outputs == 0 {
		return nil, errors.New("kfac: the objective has no curvature pass: an output has no derivative")
	}
	all := make([]*mat.SymDense, j.examples)
	for n := range all {
		all[n] = mat.NewSymDense(j.outputs, nil)
	}
	for _, s := range j.blocks {
		if len(s.layers) == 1 && s.layers[0].kind == graph.Affine && s.cols == s.layers[0].out {
			j.addAffine(all, s)
		} else if err := j.addExamples(all, s); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// roots are the standard deviations in the block's basis, times N: rows of taps are those of
// the mean over N examples.
func (j *jacobian) roots(s *eigenblock) []float64 {
	roots, scale := make([]float64, s.size()), j.scale()
	for i, e := range s.values {
		roots[i] = float64(j.examples) / math.Sqrt(scale*e+s.prior)
	}
	return roots
}

// addAffine adds the part of an affine map. An example's derivative is Σ_t ā_tᵀg_t, in the
// basis Σ_t (ā_tU_A)ᵀ(g_tU_G). With one location it has rank 1, and is never formed: with
// W = 1/((N/σ²)e + τ), α = āU_A and γᵢ = gᵢU_G the covariance of outputs i and k is
// Σ_q (α²W)_q γᵢ_q γₖ_q.
func (j *jacobian) addAffine(all []*mat.SymDense, s *eigenblock) {
	l, r := s.layers[0], &j.taps[s.layers[0].tap]
	rows := r.g[0].Shape()[0]
	locations, p, q := rows/j.examples, s.rows, s.cols
	var scratch []float64
	inputs := extended(l, &scratch, columnsOf(r.a.Float64s(), rows, l.in, l.group, l.groups))
	alpha := turned(inputs, s.left)
	gamma := make([][]float64, j.outputs)
	for i, g := range r.g {
		gamma[i] = turned(columnsOf(g.Float64s(), rows, l.out, l.group, l.groups), s.right)
	}
	roots := j.roots(s)
	if locations == 1 {
		for i, v := range alpha {
			alpha[i] = v * v
		}
		for i, v := range roots {
			roots[i] = v * v
		}
		weights, one := make([]float64, rows*q), make([]float64, j.outputs*q)
		blas.Gemm(false, false, rows, q, p, 1, alpha, p, roots, q, 0, weights, q)
		for n, c := range all {
			for i := range j.outputs {
				for k, w := range weights[n*q:][:q] {
					one[i*q+k] = math.Sqrt(w) * gamma[i][n*q+k]
				}
			}
			addGram(c, one, q)
		}
		return
	}
	one := make([]float64, j.outputs*p*q)
	for n, c := range all {
		at := n * locations
		for i := range j.outputs {
			x := one[i*p*q:][:p*q]
			blas.Gemm(true, false, p, q, locations, 1, alpha[at*p:], p, gamma[i][at*q:], q, 0, x, q)
			for k, w := range roots {
				x[k] *= w
			}
		}
		addGram(c, one, p*q)
	}
}

// turned is x times vectors, in its own memory; nil is the identity.
func turned(x tapRows[float64], vectors []float64) []float64 {
	y := make([]float64, x.n*x.cols)
	if vectors == nil {
		x.copyTo(y, x.cols)
		return y
	}
	blas.Gemm(false, false, x.n, x.cols, x.cols, 1, x.data, x.stride, vectors, x.cols, 0, y, x.cols)
	return y
}

// addExamples adds the part of a block of any other kind, from the derivatives of single
// examples.
func (j *jacobian) addExamples(all []*mat.SymDense, s *eigenblock) error {
	size, roots := s.size(), j.roots(s)
	one := make([]float64, j.outputs*size)
	dense := s.cols == 1 && s.left != nil && s.right == nil
	var rotated []float64
	if dense {
		rotated = make([]float64, len(one))
	}
	var gradients exampleGradients[float64]
	for n, c := range all {
		for i := range j.outputs {
			x := one[i*size:][:size]
			if len(s.layers) == 0 {
				copy(x, j.loose[i*j.examples+n][s.loose])
			}
			at := 0
			for _, l := range s.layers {
				r := &j.taps[l.tap]
				t := r.of(n, i, j.examples)
				if !gradients.write(x[at:], size, l, &t, 1, t.G.Shape()[0]) {
					return fmt.Errorf("kfac: layer %s: an input of example %d is no number of a row of its table", l.name, n)
				}
				at += l.size()
			}
			if !dense {
				s.toBasis(x, j.work)
			}
		}
		if dense { // rows of all outputs in one product
			blas.Gemm(false, false, j.outputs, size, size, 1, one, size, s.left, size, 0, rotated, size)
			one, rotated = rotated, one
		}
		for i := range one {
			one[i] *= roots[i%size]
		}
		addGram(c, one, size)
	}
	return nil
}

// of is the tap of one example alone, for one output.
func (r *tapRecord) of(example, output, examples int) graph.Tap {
	part := func(t *tensor.Dense) *tensor.Dense {
		rows, cols := t.Shape()[0]/examples, t.Strides()[0]
		return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(t.Float64s()[example*rows*cols:][:rows*cols]))
	}
	t := r.tap
	t.Examples, t.G = 1, part(r.g[output])
	if r.a != nil {
		t.A = part(r.a)
	}
	return t
}

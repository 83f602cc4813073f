package kfac

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// OutputCovariance returns for each example of a mini-batch the covariance J Σ Jᵀ (C×C) of
// the network's C outputs, in the network that is linearised at θ* (Immer et al. 2021,
// arXiv 2008.08400). Their means are the outputs at θ*. Targets have no part in it.
//
// obj must have a squared error as its loss, whose Exact curvature passes have the rows of J:
// for a network that was trained with another loss, a second model of the same layers, with
// the parameters' values copied. (With another loss the result is the covariance of BᵀZ for
// outputs Z, where BBᵀ is the Hessian of the loss at the outputs.) The parameters of obj must
// be at θ*. Memory is N·T·C numbers for each output of a layer, and products with
// eigenvectors: some hundred examples are a good size.
func (l *Laplace) OutputCovariance(obj graph.CurvatureObjective) ([]*mat.SymDense, error) {
	j := &jacobian{Laplace: l, examples: obj.Examples()}
	if err := j.match(obj); err != nil {
		return nil, err
	}
	if _, err := obj.Curvature(graph.Exact, j.visit); err != nil {
		return nil, err
	}
	return j.covariances()
}

// jacobian collects the derivatives of the outputs of a mini-batch: a and g at the taps, and
// the gradients of single examples for loose parameters.
type jacobian struct {
	*Laplace
	examples int
	taps     []tapRecord
	outputs  int           // passes with taps
	loose    [][][]float64 // by pass, in the order outputs × examples, and by parameter; those of 1/N of the sum
}

// tapRecord is a tap with copies of what it held, in float64.
type tapRecord struct {
	tap    graph.Tap
	wanted bool
	a      *tensor.Dense
	g      []*tensor.Dense // by output
}

// match compares the objective's layers with those of the posterior.
func (j *jacobian) match(obj graph.CurvatureObjective) error {
	params, taps, free := obj.Params(), obj.Taps(), obj.Loose()
	if len(params) != len(j.params) {
		return fmt.Errorf("kfac: the objective has %d parameters and the posterior is of %d: build its model of the same layers, with the same groups", len(params), len(j.params))
	}
	for i, p := range params {
		if own := j.params[i]; p.Value.Dtype() != own.Value.Dtype() || !p.Value.Shape().Eq(own.Value.Shape()) {
			return fmt.Errorf("kfac: parameter %s of the objective is not like %s of the posterior: build its model of the same layers, in the same type", p.Name, own.Name)
		}
	}
	layers, _, err := placed(taps, params, free, nil)
	if err != nil {
		return err
	}
	there := map[layer]bool{}
	for _, l := range layers {
		there[l.place()] = true
	}
	j.taps = make([]tapRecord, len(taps))
	for _, s := range j.blocks {
		for _, l := range s.layers {
			if !there[l.place()] {
				return fmt.Errorf("kfac: layer %s of the posterior is not in the objective: build its model of the same layers", l.name)
			}
			j.taps[l.tap].wanted = true
		}
		if len(s.layers) == 0 && s.loose >= len(free) {
			return fmt.Errorf("kfac: parameter %s of the posterior is not loose in the objective: build its model of the same layers", s.name)
		}
	}
	return nil
}

// place is what a layer has in common with the same one of another model.
func (l *layer) place() layer {
	return layer{kind: l.kind, tap: l.tap, weight: l.weight, bias: l.bias, in: l.in, rows: l.rows, out: l.out, group: l.group, groups: l.groups}
}

// visit copies what a pass has.
func (j *jacobian) visit(c *graph.CurvaturePass) error {
	if c.Part > 0 || c.Examples != j.examples {
		return fmt.Errorf("kfac: the covariance of outputs is for a mini-batch that is computed as a whole: give it smaller ones")
	}
	if c.Loose != nil {
		one := make([][]float64, len(c.Loose))
		for _, s := range j.blocks {
			if len(s.layers) == 0 {
				one[s.loose] = doubles(c.Loose[s.loose])
			}
		}
		j.loose = append(j.loose, one)
	}
	if c.Taps == nil {
		return nil
	}
	j.outputs++
	for i := range j.taps {
		r := &j.taps[i]
		if !r.wanted {
			continue
		}
		t := c.Taps[i]
		if r.g == nil {
			r.tap = graph.Tap{Name: t.Name, Kind: t.Kind, Weight: t.Weight, Bias: t.Bias, Groups: t.Groups}
			if t.A != nil {
				r.a = double(t.A)
			}
		}
		r.g = append(r.g, double(t.G))
	}
	return nil
}

// double is a copy in float64.
func double(t *tensor.Dense) *tensor.Dense {
	return tensor.New(tensor.WithShape(t.Shape()...), tensor.WithBacking(doubles(t)))
}

func doubles(t *tensor.Dense) []float64 {
	if t.Dtype() == graph.Float32 {
		return widened(t.Float32s())
	}
	return widened(t.Float64s())
}

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
		return nil, fmt.Errorf("kfac: the objective has no curvature pass: an output has no derivative")
	}
	all := make([]*mat.SymDense, j.examples)
	for n := range all {
		all[n] = mat.NewSymDense(j.outputs, nil)
	}
	for _, s := range j.blocks {
		if len(s.layers) == 1 && s.layers[0].kind == graph.Affine && s.cols == s.layers[0].out {
			j.addAffine(all, s)
		} else {
			j.addExamples(all, s)
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
func (j *jacobian) addExamples(all []*mat.SymDense, s *eigenblock) {
	size, roots := s.size(), j.roots(s)
	one := make([]float64, j.outputs*size)
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
				gradients.write(x[at:], size, l, &t, 1, t.G.Shape()[0])
				at += l.size()
			}
			s.toBasis(x, j.work)
			for k, w := range roots {
				x[k] *= w
			}
		}
		addGram(c, one, size)
	}
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

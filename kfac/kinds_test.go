package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// This file is a reference for blocks of every kind of tap: from gradients of single
// examples for every target that they may have, in dense matrices, by the definitions.

// single is one example with one of its targets: the weight that it has in the mean, its
// gradient with respect to all parameters, and a (T×in) and g (T×out) at every tap.
type single struct {
	p    float64
	grad []float64
	a, g []*mat.Dense
}

// singles are those of all examples, each in a mini-batch of its own. The targets are all
// classes, or without classes those whose residuals are the units of the outputs.
func singles(t *testing.T, m *trainer.Model, x *tensor.Dense, classes bool) []single {
	t.Helper()
	size, n := x.Strides()[0], x.Shape()[0]
	var all []single
	for e := range n {
		one := graph.NewDense(graph.Float64, append([]int{1}, x.Shape()[1:]...)...)
		copy(one.Float64s(), x.Float64s()[e*size:(e+1)*size])
		predicted, err := m.Predict(one)
		require.NoError(t, err)
		z := append([]float64{}, predicted.Float64s()...)
		for c, p := range z {
			y, weight := labels(int32(c)), p
			if !classes {
				y, weight = graph.NewDense(graph.Float64, 1, len(z)), 1
				copy(y.Float64s(), z)
				y.Float64s()[c]--
			}
			obj, err := m.Batch(one, y)
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			s := single{p: weight / float64(n), grad: flat(obj.Params(), grads)}
			for _, tap := range obj.Taps() {
				s.a, s.g = append(s.a, copied(tap.A)), append(s.g, copied(tap.G))
			}
			all = append(all, s)
		}
	}
	return all
}

func copied(x *tensor.Dense) *mat.Dense {
	return mat.NewDense(x.Shape()[0], x.Shape()[1], append([]float64{}, x.Float64s()...))
}

// fisherOf is Σ p·∇∇ᵀ of some parameters, by their places in a gradient.
func fisherOf(all []single, places []int) *mat.SymDense {
	f := mat.NewSymDense(len(places), nil)
	for _, s := range all {
		v := make([]float64, len(places))
		for i, at := range places {
			v[i] = s.grad[at]
		}
		f.SymRankOne(f, s.p, mat.NewVecDense(len(v), v))
	}
	return f
}

// kindBlock is one layer of the reference: a tap, or one of its groups.
type kindBlock struct {
	kind      string
	tap       int
	group     int
	in, out   int
	bias      bool
	places    []int // of its parameters, in the shape of W̄
	rows      int   // of W̄
	examples  int
	outcomes  []single
	locations int
}

// kindBlocks are those of every tap of an objective, groups apart, and of loose parameters.
func kindBlocks(obj trainer.MiniBatch, all []single) (blocks []kindBlock, loose []int) {
	at, size := map[*graph.Param]int{}, 0
	for _, p := range obj.Params() {
		at[p], size = size, size+p.Size()
	}
	for _, p := range obj.Loose() {
		for i := range p.Size() {
			loose = append(loose, at[p]+i)
		}
	}
	for i, tap := range obj.Taps() {
		shape, groups := tap.Weight.Value.Shape(), max(tap.Groups, 1)
		in, out := 1, tap.Weight.Size()
		if tap.Kind == graph.Affine || tap.Kind == graph.Embedding {
			in, out = shape[0]/groups, shape[1]
		}
		for g := range groups {
			b := kindBlock{kind: tap.Kind, tap: i, group: g, in: in, out: out, bias: tap.Bias != nil, rows: in,
				examples: tap.Examples, outcomes: all, locations: tap.Locations()}
			for j := range in * out {
				b.places = append(b.places, at[tap.Weight]+g*in*out+j)
			}
			if b.bias {
				b.rows++
				for j := range out {
					b.places = append(b.places, at[tap.Bias]+g*out+j)
				}
			}
			blocks = append(blocks, b)
		}
	}
	return blocks, loose
}

// inputs is ā of the group (T×rows): of a table, a 1 in the column of the row looked up.
func (b kindBlock) inputs(s single) *mat.Dense {
	x := mat.NewDense(b.locations, b.rows, nil)
	for r := range b.locations {
		for i := range b.in {
			if b.kind == graph.Embedding {
				if s.a[b.tap].At(r, 0) == float64(i) {
					x.Set(r, i, 1)
				}
			} else {
				x.Set(r, i, s.a[b.tap].At(r, b.group*b.in+i))
			}
		}
		if b.bias {
			x.Set(r, b.in, 1)
		}
	}
	return x
}

func (b kindBlock) gradients(s single) *mat.Dense {
	return mat.DenseCopyOf(s.g[b.tap].Slice(0, b.locations, b.group*b.out, (b.group+1)*b.out))
}

// factors are A and G: in the expand setting A sums over the locations of an example and G
// is the mean over them, and in the reduce setting the inputs' mean and the gradients' sum
// over the locations stand for the example. A of a table is its diagonal.
func (b kindBlock) factors(reduce bool) (a, g *mat.SymDense) {
	a, g = mat.NewSymDense(b.rows, nil), mat.NewSymDense(b.out, nil)
	for _, s := range b.outcomes {
		x, d := b.inputs(s), b.gradients(s)
		meanX, sumD := make([]float64, b.rows), make([]float64, b.out)
		// A is the same for every target: the weights of an example's targets may add up to
		// more than 1, so that the input counts once.
		share := s.p / b.weights()
		for r := range b.locations {
			if !reduce {
				a.SymRankOne(a, share, mat.NewVecDense(b.rows, x.RawRowView(r)))
				g.SymRankOne(g, s.p/float64(b.locations), mat.NewVecDense(b.out, d.RawRowView(r)))
			}
			axpy(meanX, 1/float64(b.locations), x.RawRowView(r))
			axpy(sumD, 1, d.RawRowView(r))
		}
		if reduce {
			a.SymRankOne(a, share, mat.NewVecDense(b.rows, meanX))
			g.SymRankOne(g, s.p, mat.NewVecDense(b.out, sumD))
		}
	}
	if b.kind == graph.Embedding {
		for i := range b.rows {
			for j := range i {
				a.SetSym(i, j, 0)
			}
		}
	}
	return a, g
}

// weights is the sum of the weights of an example's targets, in units of 1/N: 1 for
// classes, and the number of outputs for residuals.
func (b kindBlock) weights() float64 {
	var sum float64
	for _, o := range b.outcomes {
		sum += o.p
	}
	return sum
}

// damped is the block's matrix with its damping, in a structure.
func (b kindBlock) damped(structure kfac.Structure, reduce bool, damping float64) mat.Matrix {
	switch {
	case structure == kfac.Diagonal:
		f := fisherOf(b.outcomes, b.places)
		d := mat.NewSymDense(len(b.places), nil)
		for i := range b.places {
			d.SetSym(i, i, f.At(i, i)+damping)
		}
		return d
	case b.kind == graph.Scale || b.kind == graph.Shift:
		f := fisherOf(b.outcomes, b.places)
		damp(f, damping)
		return f
	}
	a, g := b.factors(reduce)
	if structure == kfac.EKFAC && b.kind == graph.Affine {
		return b.scaled(a, g, damping)
	}
	pi := math.Sqrt(mat.Trace(a) / float64(b.rows) / (mat.Trace(g) / float64(b.out)))
	damp(a, pi*math.Sqrt(damping))
	damp(g, math.Sqrt(damping)/pi)
	var product mat.Dense
	product.Kronecker(a, g)
	return &product
}

// scaled is the diagonal of the Fisher block in the eigenbasis of A ⊗ G, damped.
func (b kindBlock) scaled(a, g *mat.SymDense, damping float64) mat.Matrix {
	var ea, eg mat.EigenSym
	if !ea.Factorize(a, true) || !eg.Factorize(g, true) {
		panic("no eigenvectors")
	}
	var ua, ug, u, rotated, f mat.Dense
	ea.VectorsTo(&ua)
	eg.VectorsTo(&ug)
	u.Kronecker(&ua, &ug)
	rotated.Product(u.T(), fisherOf(b.outcomes, b.places), &u)
	d := mat.NewDiagDense(len(b.places), nil)
	for i := range b.places {
		d.SetDiag(i, rotated.At(i, i)+damping)
	}
	f.Product(&u, d, u.T())
	return &f
}

// kindStep is the step of length 1 of a structure, from the gradient.
func kindStep(t *testing.T, obj trainer.MiniBatch, all []single, grad []float64, structure kfac.Structure, reduce bool, damping float64) []float64 {
	t.Helper()
	u := make([]float64, len(grad))
	solve := func(places []int, m mat.Matrix) {
		v := mat.NewVecDense(len(places), nil)
		for i, at := range places {
			v.SetVec(i, grad[at])
		}
		var x mat.VecDense
		require.NoError(t, x.SolveVec(m, v))
		for i, at := range places {
			u[at] = x.AtVec(i)
		}
	}
	blocks, loose := kindBlocks(obj, all)
	var tapped []int
	for _, b := range blocks {
		tapped = append(tapped, b.places...)
		if structure != kfac.Full {
			solve(b.places, b.damped(structure, reduce, damping))
		}
	}
	if structure == kfac.Full {
		f := fisherOf(all, tapped)
		damp(f, damping)
		solve(tapped, f)
	}
	for _, at := range loose {
		solve([]int{at}, mat.NewDense(1, 1, []float64{fisherOf(all, []int{at}).At(0, 0) + damping}))
	}
	return u
}

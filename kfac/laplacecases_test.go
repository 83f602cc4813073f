package kfac_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// inBatches deals examples out in mini-batches of these sizes.
func inBatches(m *trainer.Model, x, y *tensor.Dense, sizes ...int) iter.Seq2[graph.CurvatureObjective, error] {
	return func(yield func(graph.CurvatureObjective, error) bool) {
		from := 0
		for _, n := range sizes {
			obj, err := m.Batch(someRows(x, from, n), someRows(y, from, n))
			if !yield(obj, err) {
				return
			}
			from += n
		}
	}
}

// someRows copies n rows of x, from one on.
func someRows(x *tensor.Dense, from, n int) *tensor.Dense {
	shape := append(tensor.Shape{n}, x.Shape()[1:]...)
	size := x.Strides()[0]
	if x.Dtype() == tensor.Int32 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]int32{}, x.Int32s()[from*size:(from+n)*size]...)))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64{}, x.Float64s()[from*size:(from+n)*size]...)))
}

func fitLaplace(t testing.TB, cfg kfac.LaplaceConfig, batches iter.Seq2[graph.CurvatureObjective, error]) *kfac.Laplace {
	t.Helper()
	l, err := kfac.FitLaplace(cfg, batches)
	require.NoError(t, err)
	return l
}

// units are the directions with a single 1, in the order of the parameters' elements.
func units(params []*graph.Param) []graph.Direction {
	var all []graph.Direction
	for i, p := range params {
		for j := range p.Size() {
			d := graph.NewDirection(params)
			d[i].Float64s()[j] = 1
			all = append(all, d)
		}
	}
	return all
}

// writtenOut is Σ of a posterior, P×P.
func writtenOut(t testing.TB, l *kfac.Laplace, params []*graph.Param) *mat.SymDense {
	t.Helper()
	c, err := l.Covariance(units(params)...)
	require.NoError(t, err)
	return c
}

// inverseOf is m⁻¹ of a positive definite matrix, and log det m.
func inverseOf(t testing.TB, m mat.Symmetric) (*mat.SymDense, float64) {
	t.Helper()
	var c mat.Cholesky
	require.True(t, c.Factorize(m))
	var inverse mat.SymDense
	require.NoError(t, c.InverseTo(&inverse))
	return &inverse, c.LogDet()
}

// laplaceTolerance is the relative difference from dense algebra in float64, with condition
// numbers of at most some thousands.
const laplaceTolerance = 1e-9

// laplaceCase is a network with data, and the same network with a squared error for the
// derivatives of its outputs.
type laplaceCase struct {
	name    string
	m, z    *trainer.Model
	x, y    *tensor.Dense
	classes bool
}

func laplaceCases(t *testing.T, examples int) []laplaceCase {
	t.Helper()
	var all []laplaceCase
	for _, nets := range []map[string]net{tinyNets(), looseNets()} {
		for name, n := range nets {
			if n.loss == "bernoulli" {
				continue // the reference has no list of its targets
			}
			theta := n.theta(1)
			x, y := n.data(2, examples).tensors(n.loss)
			c := laplaceCase{name: name, m: n.model(t, theta), x: x, classes: n.loss == "softmax", y: y}
			if c.classes {
				list := make([]int32, examples)
				for i, v := range y.Float64s() {
					list[i] = int32(v)
				}
				c.y = labels(list...)
			}
			n.loss = "gaussian"
			c.z = n.model(t, theta)
			all = append(all, c)
		}
	}
	for _, k := range kindCases() {
		c := laplaceCase{name: k.name, m: k.model(t, losses.SoftmaxCrossEntropy{}), z: k.model(t, losses.SquaredError{}), classes: true}
		c.x, c.y = k.data(3, examples)
		all = append(all, c)
	}
	return all
}

// laplaceFisher is F̂ of a structure written out, from gradients of single examples.
func laplaceFisher(obj trainer.MiniBatch, all []single, structure kfac.Structure, reduce bool) *mat.SymDense {
	f := mat.NewSymDense(len(all[0].grad), nil)
	put := func(places []int, m mat.Matrix) {
		for i, a := range places {
			for j, b := range places {
				f.SetSym(a, b, m.At(i, j))
			}
		}
	}
	blocks, loose := kindBlocks(obj, all)
	isLoose := map[int]bool{}
	for _, at := range loose {
		isLoose[at] = true
		put([]int{at}, fisherOf(all, []int{at}))
	}
	var tapped []int
	for _, b := range blocks {
		if isLoose[b.places[0]] {
			continue // a weight under several taps
		}
		tapped = append(tapped, b.places...)
		switch {
		case structure == kfac.BlockDiagonal && (b.kind == graph.Affine || b.kind == graph.Embedding), structure == kfac.EKFAC && b.kind == graph.Embedding:
			a, g := b.factors(reduce)
			var product mat.Dense
			product.Kronecker(a, g)
			put(b.places, &product)
		case structure != kfac.Full:
			put(b.places, b.damped(structure, reduce, 0))
		}
	}
	if structure == kfac.Full && len(tapped) > 0 {
		put(tapped, fisherOf(all, tapped))
	}
	return f
}

package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The layer of these tests: 49 inputs and the bias make 50 rows of W̄, with 10 outputs.
// It has 500 parameters.
const (
	layerRows    = 50
	layerOutputs = 10
	layerSize    = layerRows * layerOutputs
)

// layer10 is the layer by itself, with weights of size scale.
func layer10(t *testing.T, l losses.Loss, scale float64) *trainer.Model {
	t.Helper()
	m := newModel(t, &layers.Dense{Units: layerOutputs}, l, layerRows-1)
	theta := normal(3, layerSize).Float64s()
	floats.Scale(scale, theta)
	set(m, theta)
	return m
}

// inputs are examples of 49 numbers that depend on each other.
func inputs(n int) *tensor.Dense {
	x := normal(1, n, layerRows-1)
	for i, v := range x.Float64s() {
		if i%(layerRows-1) > 0 {
			x.Float64s()[i] = 0.6*v + 0.8*x.Float64s()[i-1]
		}
	}
	return x
}

// kept are the numbers that a Preconditioner keeps of a mini-batch, piece by piece, and
// its direction with hardly any damping.
func kept(t *testing.T, obj graph.CurvatureObjective) (pieces [][]float64, u []float64) {
	t.Helper()
	p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: kfac.BlockDiagonal, Estimator: graph.Exact})
	require.NoError(t, err)
	p.Reduce(func(s *kfac.Statistics) error {
		pieces = append([][]float64{}, s.Float64...)
		return nil
	})
	_, err = p.Measure(obj, true)
	require.NoError(t, err)
	require.NoError(t, p.Invert(obj, 1e-20))
	d := graph.NewDirection(obj.Params())
	p.Apply(d)
	return pieces, flat(d)
}

// Claim: of a layer with 50 inputs and 10 outputs K-FAC keeps a 50×50 and a 10×10 matrix
// in the place of the 500×500 Fisher matrix, and inverts these two.
//
// The 50 count the bias's 1. The numbers: 2600 instead of 250000, 96 times fewer; and
// 50³ + 10³ = 126000 multiplications of an inversion instead of 500³, 992 times fewer,
// up to one constant. The product's inverse is the product of the inverses.
func TestFactorsOfALayerOf500Parameters(t *testing.T) {
	m := layer10(t, losses.SquaredError{}, 0.3)
	obj := newBatch(t, m, inputs(80), normal(2, 80, layerOutputs))
	f := fisher(t, obj)
	require.Equal(t, layerSize, f.SymmetricDim())
	pieces, u := kept(t, obj)
	require.Len(t, pieces, 2)
	assert.Len(t, pieces[0], layerRows*layerRows)
	assert.Len(t, pieces[1], layerOutputs*layerOutputs)
	assert.Equal(t, 96, layerSize*layerSize/(len(pieces[0])+len(pieces[1])))
	assert.Equal(t, 992, layerSize*layerSize*layerSize/(layerRows*layerRows*layerRows+layerOutputs*layerOutputs*layerOutputs))

	k := factorsOf(t, obj)[0]
	for i := range layerRows { // of a symmetric piece the lower triangle is defined
		near(t, mat.Row(nil, i, k.a)[:i+1], pieces[0][i*layerRows:i*layerRows+i+1], 1e-12)
	}
	assert.Less(t, distance(kron(k.a, k.g), f), 1e-12, "squared error: G is the identity")
	near(t, solve(t, f, gradient(t, obj)), u, 1e-9, "two small inverses do what the great one does")
}

// Claim: A ⊗ G is exact for one example, for a squared error behind a linear network, and
// where inputs and gradients are independent.
//
// The gradients that one example has for all its targets share its input.
func TestFactorsAreExact(t *testing.T) {
	check := func(obj trainer.MiniBatch, from, size, layer int, what string) {
		t.Helper()
		f := fisher(t, obj).SliceSym(from, from+size)
		k := factorsOf(t, obj)[layer]
		assert.Less(t, distance(kron(k.a, k.g), f), 1e-12, what)
	}
	soft := layer10(t, losses.SoftmaxCrossEntropy{}, 0.3)
	check(newBatch(t, soft, inputs(1), labels(2, 1, layerOutputs)), 0, layerSize, 0, "one example")

	// 12 → 49 → 10 → 5: the layer stands between two others.
	deep := newModel(t, layers.Sequential{&layers.Dense{Units: layerRows - 1}, &layers.Dense{Units: layerOutputs}, &layers.Dense{Units: 5}}, losses.SquaredError{}, 12)
	check(newBatch(t, deep, normal(1, 40, 12), normal(2, 40, 5)), 13*(layerRows-1), layerSize, 1, "a linear network")

	// With weights of zero, the probabilities are those of the bias for every input. So the
	// first step of a multinomial regression that starts at zero is exact.
	theta := values(soft)
	for i := range theta[:layerSize-layerOutputs] {
		theta[i] = 0
	}
	set(soft, theta)
	check(newBatch(t, soft, inputs(80), labels(2, 80, layerOutputs)), 0, layerSize, 0, "no weights yet")
}

// written is the mean of vec(āgᵀ)vec(āgᵀ)ᵀ over the examples and passes, without any
// product of means.
func written(k *factorPair) *mat.SymDense {
	n, _ := k.inputs.Dims()
	f := mat.NewSymDense(k.in()*k.out(), nil)
	for _, g := range k.gradients {
		each := mat.NewDense(n, k.in()*k.out(), nil)
		for e := range n {
			var outer mat.Dense
			outer.Outer(1, k.inputs.RowView(e), g.RowView(e))
			each.SetRow(e, outer.RawMatrix().Data)
		}
		f.AddSym(f, moment(each))
	}
	return f
}

// Independence, in general: all pairs of 60 inputs and 60 gradients. Where the gradients'
// size depends on the inputs it is not exact.
func TestFactorsAreExactUnderIndependence(t *testing.T) {
	independent := factorsOf(t, newGrid(t, false))[0]
	assert.Less(t, distance(kron(independent.a, independent.g), written(independent)), 1e-12)
	coupled := factorsOf(t, newGrid(t, true))[0]
	off := distance(kron(coupled.a, coupled.g), written(coupled))
	t.Logf("‖A⊗G − F‖ = %.2f‖F‖ where the gradients are as great as an input", off)
	assert.Greater(t, off, 0.1)

	obj := newGrid(t, false)
	_, u := kept(t, obj)
	near(t, solve(t, written(independent), flat(graph.Gradients(obj.Params()))), u, 1e-9, "the library's two inverses")
}

// The error elsewhere, measured: softmax over inputs that it has become sure of. A ⊗ G is
// not the nearest Kronecker product to F either, which is the first singular vector of
// F's rearrangement (Van Loan & Pitsianis 1993), and not much nearer.
func TestFactorsErrorElsewhere(t *testing.T) {
	for _, c := range []struct{ scale, least, most float64 }{{0.03, 0.01, 0.1}, {0.3, 0.05, 0.5}, {1, 0.1, 0.9}} {
		m := layer10(t, losses.SoftmaxCrossEntropy{}, c.scale)
		obj := newBatch(t, m, inputs(200), labels(2, 200, layerOutputs))
		f, k := fisher(t, obj), factorsOf(t, obj)[0]
		assert.Less(t, distance(written(k), f), 1e-12)
		off, best := distance(kron(k.a, k.g), f), nearest(t, f)
		t.Logf("weights of %.2f: ‖A⊗G − F‖ = %.3f‖F‖; the nearest Kronecker product has %.3f", c.scale, off, best)
		assert.Greater(t, off, c.least)
		assert.Less(t, off, c.most)
		assert.LessOrEqual(t, best, off)
	}
}

// nearest is the distance of the nearest Kronecker product of a 50×50 and a 10×10 matrix,
// as a part of ‖F‖.
func nearest(t *testing.T, f *mat.SymDense) float64 {
	t.Helper()
	arranged := mat.NewDense(layerRows*layerRows, layerOutputs*layerOutputs, nil)
	for i := range layerRows {
		for j := range layerRows {
			for p := range layerOutputs {
				for q := range layerOutputs {
					arranged.Set(i*layerRows+j, p*layerOutputs+q, f.At(i*layerOutputs+p, j*layerOutputs+q))
				}
			}
		}
	}
	var gram mat.Dense // its eigenvalues are the squares of the singular values
	gram.Mul(arranged.T(), arranged)
	squares := eigenvalues(t, symmetric(&gram))
	return math.Sqrt(1 - squares[len(squares)-1]/floats.Sum(squares))
}

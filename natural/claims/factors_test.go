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

// The layer of this page's example: 49 inputs and the bias make 50 rows, by 10 outputs.
// It has 500 parameters.
const (
	rows    = 50
	outputs = 10
	all     = rows * outputs
)

// layer10 is the layer by itself, with weights of size scale.
func layer10(t *testing.T, l losses.Loss, scale float64) *trainer.Model {
	t.Helper()
	m := newModel(t, &layers.Dense{Units: outputs}, l, rows-1)
	theta := normal(3, all).Float64s()
	floats.Scale(scale, theta)
	set(m, theta)
	return m
}

// inputs are examples of 49 numbers that depend on each other.
func inputs(n int) *tensor.Dense {
	x := normal(1, n, rows-1)
	for i, v := range x.Float64s() {
		if i%(rows-1) > 0 {
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
	obj := newBatch(t, m, inputs(80), normal(2, 80, outputs))
	f := fisher(t, obj)
	require.Equal(t, all, f.SymmetricDim())
	pieces, u := kept(t, obj)
	require.Len(t, pieces, 2)
	assert.Len(t, pieces[0], rows*rows)
	assert.Len(t, pieces[1], outputs*outputs)
	assert.Equal(t, 96, all*all/(len(pieces[0])+len(pieces[1])))
	assert.Equal(t, 992, all*all*all/(rows*rows*rows+outputs*outputs*outputs))

	k := factorsOf(t, obj)[0]
	for i := range rows { // of a symmetric piece the lower triangle is defined
		near(t, mat.Row(nil, i, k.a)[:i+1], pieces[0][i*rows:i*rows+i+1], 1e-12)
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
	check(newBatch(t, soft, inputs(1), labels(2, 1, outputs)), 0, all, 0, "one example")

	// 12 → 49 → 10 → 5: the layer stands between two others.
	deep := newModel(t, layers.Sequential{&layers.Dense{Units: rows - 1}, &layers.Dense{Units: outputs}, &layers.Dense{Units: 5}}, losses.SquaredError{}, 12)
	check(newBatch(t, deep, normal(1, 40, 12), normal(2, 40, 5)), 13*(rows-1), all, 1, "a linear network")

	// With weights of zero, the probabilities are those of the bias for every input. So the
	// first step of a multinomial regression that starts at zero is exact.
	theta := values(soft)
	for i := range theta[:all-outputs] {
		theta[i] = 0
	}
	set(soft, theta)
	check(newBatch(t, soft, inputs(80), labels(2, 80, outputs)), 0, all, 0, "no weights yet")
}

// grid is an objective whose examples are all pairs of a few inputs and a few gradients:
// inputs and gradients are independent in it. It is one tap, and no model.
type grid struct {
	tap *graph.Tap
	n   int
}

// newGrid has gradients that depend on the inputs if coupled.
func newGrid(t *testing.T, coupled bool) *grid {
	t.Helper()
	const some = 60
	a, g := normal(1, some, rows-1), normal(2, some, outputs)
	n := some * some
	in, out := graph.NewDense(graph.Float64, n, rows-1), graph.NewDense(graph.Float64, n, outputs)
	for i := range n {
		p, q := i/some, i%some
		copy(in.Float64s()[i*(rows-1):], a.Float64s()[p*(rows-1):(p+1)*(rows-1)])
		size := 1.0
		if coupled { // gradients as great as the first input
			size = a.Float64s()[p*(rows-1)]
		}
		for j := range outputs {
			out.Float64s()[i*outputs+j] = size * g.Float64s()[q*outputs+j] / float64(n)
		}
	}
	w, b := graph.NewParam("W", graph.Float64, rows-1, outputs), graph.NewParam("b", graph.Float64, outputs)
	tap, err := graph.NewTap("layer", w, b, n, in, out)
	require.NoError(t, err)
	copy(w.Grad.Float64s(), normal(4, all-outputs).Float64s())
	copy(b.Grad.Float64s(), normal(5, outputs).Float64s())
	return &grid{tap, n}
}

func (g *grid) Params() []*graph.Param { return []*graph.Param{g.tap.Weight, g.tap.Bias} }
func (g *grid) Loss() (float64, error) { return 1, nil }
func (g *grid) Grad() (float64, error) { return 1, nil }
func (g *grid) Examples() int          { return g.n }
func (g *grid) Taps() []*graph.Tap     { return []*graph.Tap{g.tap} }
func (g *grid) Loose() []*graph.Param  { return nil }
func (g *grid) L2() float64            { return 0 }
func (g *grid) Curvature(_ graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	return 1, visit(&graph.CurvaturePass{Examples: g.n, Taps: g.Taps()})
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
	error := distance(kron(coupled.a, coupled.g), written(coupled))
	t.Logf("‖A⊗G − F‖ = %.2f‖F‖ where the gradients are as great as an input", error)
	assert.Greater(t, error, 0.1)

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
		obj := newBatch(t, m, inputs(200), labels(2, 200, outputs))
		f, k := fisher(t, obj), factorsOf(t, obj)[0]
		assert.Less(t, distance(written(k), f), 1e-12)
		error, best := distance(kron(k.a, k.g), f), nearest(t, f)
		t.Logf("weights of %.2f: ‖A⊗G − F‖ = %.3f‖F‖; the nearest Kronecker product has %.3f", c.scale, error, best)
		assert.Greater(t, error, c.least)
		assert.Less(t, error, c.most)
		assert.LessOrEqual(t, best, error)
	}
}

// nearest is the distance of the nearest Kronecker product of a 50×50 and a 10×10 matrix,
// as a part of ‖F‖.
func nearest(t *testing.T, f *mat.SymDense) float64 {
	t.Helper()
	arranged := mat.NewDense(rows*rows, outputs*outputs, nil)
	for i := range rows {
		for j := range rows {
			for p := range outputs {
				for q := range outputs {
					arranged.Set(i*rows+j, p*outputs+q, f.At(i*outputs+p, j*outputs+q))
				}
			}
		}
	}
	var gram mat.Dense // its eigenvalues are the squares of the singular values
	gram.Mul(arranged.T(), arranged)
	squares := eigenvalues(t, symmetric(&gram))
	return math.Sqrt(1 - squares[len(squares)-1]/floats.Sum(squares))
}

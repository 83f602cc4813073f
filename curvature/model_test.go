package curvature_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// net is a model and its data, cut into mini-batches.
type net struct {
	model *trainer.Model
	x, y  []float64
	in    int
}

func newNet(t *testing.T, dtype tensor.Dtype, examples int, cfg trainer.ModelConfig, hidden ...layers.Layer) *net {
	t.Helper()
	const in, classes = 5, 3
	cfg.Input, cfg.DType, cfg.Seed = []int{in}, dtype, 7
	stack := layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh()}
	stack = append(append(stack, hidden...), &layers.Dense{Units: classes})
	model, err := trainer.NewModel(stack, losses.SoftmaxCrossEntropy{}, cfg)
	require.NoError(t, err)
	n := &net{model: model, in: in, x: normal(examples*in, 90).RawVector().Data, y: make([]float64, examples)}
	for i := range n.y {
		n.y[i] = float64(i % classes)
	}
	return n
}

// batches cuts the data into mini-batches of the sizes.
func (n *net) batches(sizes ...int) curvature.Batches {
	return func(yield func(graph.Objective, error) bool) {
		at := 0
		for _, size := range sizes {
			obj, err := n.batch(at, at+size)
			if !yield(obj, err) {
				return
			}
			at += size
		}
	}
}

func (n *net) batch(lo, hi int) (trainer.MiniBatch, error) {
	return n.model.Batch(
		tensor.New(tensor.WithShape(hi-lo, n.in), tensor.WithBacking(append([]float64{}, n.x[lo*n.in:hi*n.in]...))),
		tensor.New(tensor.WithShape(hi-lo), tensor.WithBacking(append([]float64{}, n.y[lo:hi]...))))
}

func dense(t *testing.T, batches curvature.Batches, cfg curvature.ModelConfig) *mat.SymDense {
	t.Helper()
	op, err := curvature.NewModel(batches, cfg)
	require.NoError(t, err)
	a, err := curvature.Dense(op)
	require.NoError(t, err)
	return a
}

func difference(a, b mat.Matrix) float64 {
	var d mat.Dense
	d.Sub(a, b)
	return mat.Norm(&d, 2) / mat.Norm(b, 2)
}

var matrices = []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian}

// TestModelIsOfAllData: mini-batches of several sizes give the matrix of one mini-batch, in which
// sums have another order.
func TestModelIsOfAllData(t *testing.T) {
	n := newNet(t, graph.Float64, 30, trainer.ModelConfig{})
	for _, m := range matrices {
		whole := dense(t, n.batches(30), curvature.ModelConfig{Matrix: m})
		parts := dense(t, n.batches(8, 8, 1, 8, 5), curvature.ModelConfig{Matrix: m})
		assert.Less(t, difference(parts, whole), 1e-14, m)
	}
}

// TestModelHessianAgainstDifferences of gradients of mean losses, central, of error h² and ε/h: 1e-8.
func TestModelHessianAgainstDifferences(t *testing.T) {
	n := newNet(t, graph.Float64, 20, trainer.ModelConfig{L2: 0.3})
	got := dense(t, n.batches(13, 7), curvature.ModelConfig{Matrix: graph.Hessian, L2: true})
	obj, err := n.batch(0, 20)
	require.NoError(t, err)
	order := got.SymmetricDim()
	want := mat.NewDense(order, order, nil)
	theta, g := graph.Values(obj.Params()), graph.Gradients(obj.Params())
	at := make([]float64, order)
	require.NoError(t, curvature.Flatten(at, theta))
	const h = 1e-5
	column := make([]float64, order)
	gradient := func(j int, step float64) {
		moved := append([]float64{}, at...)
		moved[j] += step
		require.NoError(t, curvature.Unflatten(theta, moved))
		_, err := obj.Grad()
		require.NoError(t, err)
		require.NoError(t, curvature.Flatten(column, g))
	}
	for j := range order {
		gradient(j, h)
		up := append([]float64{}, column...)
		gradient(j, -h)
		for i := range order {
			want.Set(i, j, (up[i]-column[i])/(2*h))
		}
	}
	assert.Less(t, difference(got, want), 1e-8)
}

// TestModelFisherByHand: without a hidden layer, the Fisher matrix of a Gaussian of variance 1 is
// the mean of xxᵀ, whatever the mini-batches.
func TestModelFisherByHand(t *testing.T) {
	const in, examples = 4, 9
	model, err := trainer.NewModel(&layers.Dense{Units: 1, NoBias: true}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{in}, DType: graph.Float64})
	require.NoError(t, err)
	x := normal(examples*in, 91)
	want := mat.NewSymDense(in, nil)
	for i := range examples {
		want.SymRankOne(want, 1./examples, x.SliceVec(i*in, (i+1)*in))
	}
	batches := func(yield func(graph.Objective, error) bool) {
		for _, b := range [][2]int{{0, 5}, {5, 9}} {
			obj, err := model.Batch(
				tensor.New(tensor.WithShape(b[1]-b[0], in), tensor.WithBacking(append([]float64{}, x.RawVector().Data[b[0]*in:b[1]*in]...))),
				tensor.New(tensor.WithShape(b[1]-b[0], 1), tensor.WithBacking(make([]float64, b[1]-b[0]))))
			if !yield(obj, err) {
				return
			}
		}
	}
	assert.Less(t, difference(dense(t, batches, curvature.ModelConfig{}), want), 1e-14)
}

// TestModelPrecision: the errors of float32 products are below the precision that the operator
// claims, by a factor of 4 and more.
func TestModelPrecision(t *testing.T) {
	double, single := newNet(t, graph.Float64, 64, trainer.ModelConfig{}, &layers.Dense{Units: 30}, layers.Tanh(), &layers.Dense{Units: 30}, layers.Tanh()), newNet(t, graph.Float32, 64, trainer.ModelConfig{}, &layers.Dense{Units: 30}, layers.Tanh(), &layers.Dense{Units: 30}, layers.Tanh())
	for i, p := range single.model.Params() { // the same weights
		for j, v := range p.Value.Float32s() {
			double.model.Params()[i].Value.Float64s()[j] = float64(v)
		}
	}
	for i := range double.x {
		double.x[i] = float64(float32(double.x[i]))
		single.x[i] = double.x[i]
	}
	for _, m := range matrices {
		exact, err := curvature.NewModel(double.batches(40, 24), curvature.ModelConfig{Matrix: m})
		require.NoError(t, err)
		rounded, err := curvature.NewModel(single.batches(40, 24), curvature.ModelConfig{Matrix: m})
		require.NoError(t, err)
		top, err := curvature.Eigen(exact, curvature.EigenConfig{End: curvature.LargestMagnitude})
		require.NoError(t, err)
		for seed := range uint64(10) {
			x := normal(exact.SymmetricDim(), seed)
			var want, got mat.VecDense
			require.NoError(t, curvature.Multiply(exact, &want, x))
			require.NoError(t, curvature.Multiply(rounded, &got, x))
			got.SubVec(&got, &want)
			assert.Less(t, mat.Norm(&got, 2)/mat.Norm(x, 2)/math.Abs(top.Values[0]), rounded.Precision()/4, m)
		}
		approximate, err := curvature.Eigen(rounded, curvature.EigenConfig{End: curvature.LargestMagnitude})
		require.NoError(t, err)
		assert.True(t, approximate.Converged)
		assert.InEpsilon(t, top.Values[0], approximate.Values[0], rounded.Precision())
	}
	assert.Equal(t, 0x1p-48, newModel(t, double).Precision())
}

func newModel(t *testing.T, n *net) *curvature.Model {
	t.Helper()
	op, err := curvature.NewModel(n.batches(10, 10), curvature.ModelConfig{})
	require.NoError(t, err)
	return op
}

// TestModelAllocates nothing in a product or in conjugate gradients, after the first ones.
func TestModelAllocates(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		n := newNet(t, dtype, 20, trainer.ModelConfig{L2: 0.1})
		obj, err := n.batch(0, 20)
		require.NoError(t, err)
		op, err := curvature.NewModel(curvature.One(obj), curvature.ModelConfig{L2: true})
		require.NoError(t, err)
		cg := solver(t, curvature.SolverConfig{Tolerance: graph.None, Iterations: 5})
		x, b := mat.NewVecDense(op.SymmetricDim(), nil), normal(op.SymmetricDim(), 4)
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if _, err := cg.Solve(x, op, b); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

// TestModelVectors of all kinds: tiny ones in float32, strided ones, rows of matrices, dst itself.
func TestModelVectors(t *testing.T) {
	op := newModel(t, newNet(t, graph.Float32, 20, trainer.ModelConfig{}))
	n := op.SymmetricDim()
	x := normal(n, 3)
	var want, got mat.VecDense
	op.MulVecTo(&want, true, x)
	x.ScaleVec(0x1p-300, x)
	op.MulVecTo(&got, false, x)
	got.ScaleVec(0x1p300, &got)
	assert.Equal(t, want.RawVector().Data, got.RawVector().Data)
	x.ScaleVec(0x1p300, x)

	wide := mat.NewDense(n, 2, nil)
	to := wide.ColView(1).(*mat.VecDense)
	op.MulVecTo(to, false, x)
	assert.True(t, mat.Equal(&want, to))
	wide.SetCol(0, x.RawVector().Data)
	op.MulVecTo(to, false, wide.ColView(0))
	assert.True(t, mat.Equal(&want, to))
	op.MulVecTo(to, false, plain{x})
	assert.True(t, mat.Equal(&want, to))
	op.MulVecTo(x, false, x)
	assert.True(t, mat.Equal(&want, x))
	assert.NoError(t, op.Err())
	assert.PanicsWithValue(t, mat.ErrShape, func() { op.MulVecTo(x, false, mat.NewVecDense(n+1, nil)) })
}

// TestModelRefuses what is no matrix, and keeps the first error of a product.
func TestModelRefuses(t *testing.T) {
	n := newNet(t, graph.Float64, 20, trainer.ModelConfig{}, &layers.Dropout{Rate: 0.5})
	_, err := curvature.NewModel(n.batches(10, 10), curvature.ModelConfig{})
	assert.ErrorContains(t, err, "turn off shuffling and augmentation, and dropout by Model.EvaluationBatch")
	obj, err := n.batch(0, 20)
	require.NoError(t, err)
	_, err = curvature.NewModel(curvature.One(obj), curvature.ModelConfig{})
	assert.NoError(t, err, "the masks stay")
	_, err = curvature.NewModel(n.batches(), curvature.ModelConfig{})
	assert.ErrorContains(t, err, "no mini-batches")
	_, err = curvature.NewModel(n.batches(20), curvature.ModelConfig{Matrix: "hesse"})
	assert.ErrorContains(t, err, `unknown curvature matrix "hesse"`)
	_, err = curvature.NewModel(curvature.One(firstOrder{}), curvature.ModelConfig{})
	var missing *graph.MissingError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "MatrixObjective", missing.Capability)
	_, err = curvature.NewModel(curvature.One(sizeless{}), curvature.ModelConfig{})
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "CurvatureObjective", missing.Capability)

	_, err = curvature.NewModel(curvature.One(fixed{}), curvature.ModelConfig{})
	assert.ErrorContains(t, err, "no parameters that are learned")

	n = newNet(t, graph.Float64, 20, trainer.ModelConfig{})
	broken := errors.New("the disk is full")
	left := 3
	op, err := curvature.NewModel(func(yield func(graph.Objective, error) bool) {
		if left--; left < 0 {
			yield(nil, broken)
			return
		}
		n.batches(20)(yield)
	}, curvature.ModelConfig{})
	require.NoError(t, err)
	x := normal(op.SymmetricDim(), 1)
	var y mat.VecDense
	require.NoError(t, curvature.Multiply(op, &y, x))
	for range 2 {
		op.MulVecTo(&y, false, x)
		assert.True(t, math.IsNaN(y.AtVec(0)))
		assert.ErrorIs(t, op.Err(), broken)
		left = 100
	}
	_, err = curvature.Dense(op)
	assert.ErrorIs(t, err, broken)
}

// firstOrder has no products, sizeless no number of examples.
type firstOrder struct{}

func (firstOrder) Params() []*graph.Param {
	return []*graph.Param{graph.NewParam("w", graph.Float64, 2)}
}
func (firstOrder) Loss() (float64, error) { return 0, nil }
func (firstOrder) Grad() (float64, error) { return 0, nil }

// fixed has no parameters.
type fixed struct{ firstOrder }

func (fixed) Params() []*graph.Param { return nil }

type sizeless struct{ firstOrder }

func (sizeless) Multiply(graph.Matrix, graph.Direction, graph.Direction) error { return nil }

// plain is a vector that has elements and nothing else.
type plain struct{ v *mat.VecDense }

func (p plain) Dims() (r, c int)    { return p.v.Dims() }
func (p plain) At(i, j int) float64 { return p.v.At(i, j) }
func (p plain) T() mat.Matrix       { return p.v.T() }
func (p plain) AtVec(i int) float64 { return p.v.AtVec(i) }
func (p plain) Len() int            { return p.v.Len() }

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
)

func solver(t *testing.T, cfg curvature.SolverConfig) *curvature.Solver {
	t.Helper()
	s, err := curvature.NewSolver(cfg)
	require.NoError(t, err)
	return s
}

// distance is ‖x − y‖/‖y‖.
func distance(x, y mat.Vector) float64 {
	var d mat.VecDense
	d.SubVec(x, y)
	return mat.Norm(&d, 2) / mat.Norm(y, 2)
}

// TestSolveAgainstCholesky: the error of x is at most the condition number times the residual,
// and the residual of the recurrence leaves the true one by at most 10nε‖A‖‖x‖/‖b‖.
func TestSolveAgainstCholesky(t *testing.T) {
	solved := 0
	for _, s := range spectra() {
		low, high := math.Inf(1), 0.0
		for _, v := range s.values {
			low, high = min(low, v), max(high, v)
		}
		if low <= 0 {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			a, b := s.matrix(3), normal(len(s.values), 4)
			var cholesky mat.Cholesky
			require.True(t, cholesky.Factorize(a))
			var want, x, r mat.VecDense
			require.NoError(t, cholesky.SolveVecTo(&want, b))
			got, err := solver(t, curvature.SolverConfig{Tolerance: 1e-10, Iterations: 5000}).Solve(&x, curvature.Symmetric(a), b)
			require.NoError(t, err)
			assert.Equal(t, curvature.Converged, got.Outcome)
			assert.Nil(t, got.Direction)
			assert.LessOrEqual(t, got.Residual, 1e-10)
			rounding := 10 * float64(len(s.values)) * ulp * high / low
			assert.LessOrEqual(t, distance(&x, &want), high/low*1e-10+rounding)
			r.MulVec(a, &x)
			assert.InDelta(t, got.Residual, distance(&r, b), rounding)
		})
		solved++
	}
	assert.Greater(t, solved, 5)
}

// TestSolveCountsDistinctEigenvalues: with k of them, x is exact after k steps.
func TestSolveCountsDistinctEigenvalues(t *testing.T) {
	values := make([]float64, 40)
	for i := range values {
		values[i] = []float64{1, 2, 5, 9}[i%4]
	}
	a, b := positive(t, 5, values...), normal(40, 6)
	var x mat.VecDense
	got, err := solver(t, curvature.SolverConfig{Tolerance: 1e-12}).Solve(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.Equal(t, 4, got.Iterations)
	assert.Equal(t, curvature.Converged, got.Outcome)
}

// TestSolveIsTheBestOfItsKrylovSpace: after k steps, x minimises ½xᵀAx − bᵀx over the span of
// b, Ab, …, A^(k−1)b: V(VᵀAV)⁻¹Vᵀb with an orthonormal basis V.
func TestSolveIsTheBestOfItsKrylovSpace(t *testing.T) {
	s := spectra()[0]
	n, k := len(s.values), 5
	a, b := s.matrix(7), normal(n, 8)
	krylov := mat.NewDense(n, k, nil)
	power := mat.VecDenseCopyOf(b)
	for j := range k {
		krylov.SetCol(j, power.RawVector().Data)
		power.MulVec(a, mat.VecDenseCopyOf(power))
	}
	var qr mat.QR
	qr.Factorize(krylov)
	var q, av, vav mat.Dense
	qr.QTo(&q)
	v := q.Slice(0, n, 0, k)
	av.Mul(a, v)
	vav.Mul(v.T(), &av)
	var vb, y, want, x mat.VecDense
	vb.MulVec(v.T(), b)
	require.NoError(t, y.SolveVec(&vav, &vb))
	want.MulVec(v, &y)
	got, err := solver(t, curvature.SolverConfig{Tolerance: graph.None, Iterations: k}).Solve(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.Equal(t, curvature.IterationLimit, got.Outcome)
	assert.Equal(t, k, got.Iterations)
	assert.Less(t, distance(&x, &want), 1e-10) // the powers' condition number is about 1e4
	assert.InEpsilon(t, mat.Inner(&x, a, &x), mat.Dot(&x, b), 1e-12, "xᵀAx = xᵀb")
}

func TestSolveReportsNegativeCurvature(t *testing.T) {
	for _, values := range [][]float64{{3, 2, -1, 4}, {-1, -1, -2, -3}, {1e6, 1, 1, -1e-3}} {
		a, b := spectrum{values: values}.matrix(9), normal(4, 10)
		var x, ap mat.VecDense
		got, err := solver(t, curvature.SolverConfig{}).Solve(&x, curvature.Symmetric(a), b)
		require.NoError(t, err)
		require.Equal(t, curvature.NegativeCurvature, got.Outcome, "%v: %+v", values, got)
		ap.MulVec(a, got.Direction)
		assert.InEpsilon(t, mat.Dot(&ap, got.Direction)/mat.Dot(got.Direction, got.Direction), got.Curvature, 1e-9)
		assert.Negative(t, got.Curvature)
		assert.Greater(t, mat.Dot(got.Direction, b), 0.0, "½xᵀAx − bᵀx falls along the direction without end")
		assert.GreaterOrEqual(t, mat.Inner(&x, a, &x), 0.0)
	}
}

// TestSolveSingular: a b of the range gives the solution of least length, another b says that A
// has no curvature along it.
func TestSolveSingular(t *testing.T) {
	s := spectrum{values: []float64{5, 4, 3, 2, 1, 0, 0, 0, 0, 0}}
	a := s.matrix(11)
	var want, b, x mat.VecDense
	want.MulVec(a, normal(10, 12)) // of the range
	b.MulVec(a, &want)
	cg := solver(t, curvature.SolverConfig{Tolerance: 1e-12})
	got, err := cg.Solve(&x, curvature.Symmetric(a), &b)
	require.NoError(t, err)
	assert.Equal(t, curvature.Converged, got.Outcome)
	assert.Less(t, distance(&x, &want), 5e-12*10)

	got, err = cg.Solve(&x, curvature.Symmetric(a), normal(10, 13))
	require.NoError(t, err)
	assert.Equal(t, curvature.NoCurvature, got.Outcome)
	assert.LessOrEqual(t, math.Abs(got.Curvature), 10*ulp*5)

	got, err = cg.Solve(&x, curvature.Shift(curvature.Symmetric(a), 0.1), normal(10, 13))
	require.NoError(t, err)
	assert.Equal(t, curvature.Converged, got.Outcome)
	x.Reset()
	got, err = cg.Solve(&x, curvature.Symmetric(mat.NewSymDense(3, nil)), normal(3, 1))
	require.NoError(t, err)
	assert.Equal(t, curvature.NoCurvature, got.Outcome)
	assert.Zero(t, mat.Norm(&x, 2))
}

func TestSolvePreconditioned(t *testing.T) {
	const n = 50
	a, inverse := positive(t, 14, make1(n, 1, 2)...), mat.NewSymDense(n, nil)
	d := make1(n, 1, 1e3)
	for i := range n {
		for j := range i + 1 {
			a.SetSym(i, j, a.At(i, j)*d[i]*d[j])
		}
		inverse.SetSym(i, i, 1/a.At(i, i))
	}
	b := normal(n, 15)
	var cholesky mat.Cholesky
	require.True(t, cholesky.Factorize(a))
	var want, x mat.VecDense
	require.NoError(t, cholesky.SolveVecTo(&want, b))
	plain, err := solver(t, curvature.SolverConfig{Tolerance: 1e-10, Iterations: 5000}).Solve(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	diagonal, err := solver(t, curvature.SolverConfig{Tolerance: 1e-10, Preconditioner: curvature.Symmetric(inverse)}).Solve(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.Equal(t, curvature.Converged, diagonal.Outcome)
	assert.Less(t, distance(&x, &want), 1e-6)
	assert.Less(t, 5*diagonal.Iterations, plain.Iterations)

	require.NoError(t, cholesky.InverseTo(inverse))
	exact, err := solver(t, curvature.SolverConfig{Preconditioner: curvature.Symmetric(inverse)}).Solve(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.Equal(t, 1, exact.Iterations)
}

// make1 are n numbers from low to high in equal ratios.
func make1(n int, low, high float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = low * math.Pow(high/low, float64(i)/float64(n-1))
	}
	return values
}

func TestSolveScales(t *testing.T) {
	a := positive(t, 16, 1, 2, 3, 4)
	cg := solver(t, curvature.SolverConfig{Tolerance: 1e-12})
	var unit, x mat.VecDense
	_, err := cg.Solve(&unit, curvature.Symmetric(a), normal(4, 17))
	require.NoError(t, err)
	for _, size := range []float64{1e-300, 1e300, -1e-306} {
		b := normal(4, 17)
		b.ScaleVec(size, b)
		got, err := cg.Solve(&x, curvature.Symmetric(a), b)
		require.NoError(t, err)
		assert.Equal(t, curvature.Converged, got.Outcome)
		x.ScaleVec(1/size, &x)
		assert.Less(t, distance(&x, &unit), 1e-9, "%g", size)
	}
	got, err := cg.Solve(&x, curvature.Symmetric(a), mat.NewVecDense(4, nil))
	require.NoError(t, err)
	assert.Equal(t, curvature.Solution{}, got)
	assert.Zero(t, mat.Norm(&x, 2))
}

func TestSolveFrom(t *testing.T) {
	a, b := positive(t, 18, 1, 2, 3, 4, 5, 6), normal(6, 19)
	cg := solver(t, curvature.SolverConfig{Tolerance: 1e-10})
	var x mat.VecDense
	_, err := cg.Solve(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	got, err := cg.SolveFrom(&x, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.LessOrEqual(t, got.Iterations, 1)
	start := normal(6, 20)
	_, err = cg.SolveFrom(start, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.Less(t, distance(start, &x), 1e-8)
	_, err = cg.Solve(b, curvature.Symmetric(a), b)
	require.NoError(t, err)
	assert.Less(t, distance(b, &x), 1e-8, "b's own memory takes the solution")
}

// TestSolveAllocates nothing on memory of its own, nor with gonum's banded matrices.
func TestSolveAllocates(t *testing.T) {
	const n = 100
	a := mat.NewSymBandDense(n, 1, nil)
	for i := range n {
		a.SetSymBand(i, i, 4)
		if i > 0 {
			a.SetSymBand(i-1, i, -1)
		}
	}
	b, x := normal(n, 21), mat.NewVecDense(n, nil)
	plain := solver(t, curvature.SolverConfig{})
	half := mat.NewSymDense(n, nil)
	for i := range n {
		half.SetSym(i, i, 0.5)
	}
	preconditioned := solver(t, curvature.SolverConfig{Preconditioner: curvature.Symmetric(half)})
	damped := curvature.Shift(a, 0.5)
	allocations := testing.AllocsPerRun(10, func() {
		if _, err := plain.Solve(x, a, b); err != nil {
			t.Fatal(err)
		}
		if _, err := preconditioned.SolveFrom(x, damped, b); err != nil {
			t.Fatal(err)
		}
	})
	assert.Zero(t, allocations)
}

// failing is an operator whose second product fails.
type failing struct {
	curvature.Operator
	left int
	err  error
}

func (f *failing) MulVecTo(dst *mat.VecDense, trans bool, x mat.Vector) {
	if f.left--; f.left < 0 {
		f.err = errors.New("no more products")
	}
	f.Operator.MulVecTo(dst, trans, x)
}

func (f *failing) Err() error { return f.err }

func TestSolveRefuses(t *testing.T) {
	for _, cfg := range []curvature.SolverConfig{{Tolerance: 1}, {Tolerance: -0.5}, {Tolerance: math.NaN()}, {Iterations: -3}} {
		_, err := curvature.NewSolver(cfg)
		assert.ErrorContains(t, err, "curvature: conjugate gradients", "%+v", cfg)
	}
	a := curvature.Symmetric(positive(t, 22, 1, 2, 3))
	cg := solver(t, curvature.SolverConfig{})
	var x mat.VecDense
	_, err := cg.Solve(&x, a, normal(4, 1))
	assert.ErrorContains(t, err, "order 3, b of length 4")
	_, err = cg.Solve(mat.NewVecDense(2, nil), a, normal(3, 1))
	assert.ErrorContains(t, err, "x of length 2")
	_, err = cg.Solve(&x, a, mat.NewVecDense(3, []float64{1, math.NaN(), 0}))
	assert.ErrorContains(t, err, "b is not finite")
	for _, shift := range []bool{false, true} {
		var op curvature.Operator = &failing{Operator: a, left: 1}
		if shift {
			op = curvature.Shift(op, 1)
		}
		_, err = cg.Solve(&x, op, normal(3, 1))
		assert.ErrorContains(t, err, "no more products")
		assert.Zero(t, mat.Norm(&x, 2))
	}
	infinite := mat.NewSymDense(3, []float64{1, 0, 0, 0, math.Inf(1), 0, 0, 0, 1})
	_, err = cg.Solve(&x, curvature.Symmetric(infinite), normal(3, 1))
	assert.ErrorContains(t, err, "not finite")
	negative := curvature.Symmetric(mat.NewSymDense(3, []float64{-1, 0, 0, 0, -1, 0, 0, 0, -1}))
	_, err = solver(t, curvature.SolverConfig{Preconditioner: negative}).Solve(&x, a, normal(3, 1))
	assert.ErrorContains(t, err, "not positive definite")
	x.Reset()
	_, err = solver(t, curvature.SolverConfig{Preconditioner: a}).Solve(&x, curvature.Symmetric(mat.NewSymDense(2, nil)), normal(2, 1))
	assert.ErrorContains(t, err, "a preconditioner of order 3 for a matrix of order 2")
}

func TestFlatten(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		d := graph.NewDirection([]*graph.Param{graph.NewParam("w", dtype, 2, 3), graph.NewParam("b", dtype, 3)})
		require.Equal(t, 9, curvature.Len(d))
		want := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9.5}
		require.NoError(t, curvature.Unflatten(d, want))
		got := make([]float64, 9)
		require.NoError(t, curvature.Flatten(got, d))
		assert.Equal(t, want, got)
		assert.Equal(t, 49+64+90.25, d[1:].Dot(d[1:]))
		assert.ErrorContains(t, curvature.Flatten(got[:8], d), "9 elements does not fit a vector of length 8")
		assert.ErrorContains(t, curvature.Unflatten(d, got[:8]), "a vector of length 8")
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if curvature.Flatten(got, d) != nil || curvature.Unflatten(d, got) != nil {
				t.Fatal()
			}
		}))
	}
}

// A solution beyond float64 is an error, not infinities that have converged.
func TestSolveOverflow(t *testing.T) {
	solver, err := curvature.NewSolver(curvature.SolverConfig{})
	require.NoError(t, err)
	x := mat.NewVecDense(2, nil)
	_, err = solver.Solve(x, curvature.Symmetric(mat.NewDiagDense(2, []float64{1e-200, 1e-200})), mat.NewVecDense(2, []float64{1e300, 0}))
	require.EqualError(t, err, "curvature: conjugate gradients: the solution is out of float64's range")
	assert.Equal(t, []float64{0, 0}, x.RawVector().Data)
}

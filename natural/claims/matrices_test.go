package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// symmetric is ½(m + mᵀ).
func symmetric(m mat.Matrix) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// solve is m⁻¹v.
func solve(t testing.TB, m mat.Matrix, v []float64) []float64 {
	t.Helper()
	var x mat.VecDense
	require.NoError(t, x.SolveVec(m, mat.NewVecDense(len(v), v)))
	return x.RawVector().Data
}

// pseudoSolve is m⁺v, and m's rank.
func pseudoSolve(t testing.TB, m *mat.SymDense, v []float64) (x []float64, rank int) {
	t.Helper()
	var e mat.EigenSym
	require.True(t, e.Factorize(m, true))
	var q mat.Dense
	e.VectorsTo(&q)
	all := e.Values(nil)
	x = make([]float64, len(v))
	for i, s := range all {
		if s > 1e-11*floats.Max(all) {
			c := mat.Col(nil, i, &q)
			floats.AddScaled(x, floats.Dot(c, v)/s, c)
			rank++
		}
	}
	return x, rank
}

// times is m·v.
func times(m mat.Matrix, v []float64) []float64 {
	var x mat.VecDense
	x.MulVec(m, mat.NewVecDense(len(v), v))
	return x.RawVector().Data
}

// quadratic is uᵀMv.
func quadratic(u []float64, m mat.Matrix, v []float64) float64 { return floats.Dot(u, times(m, v)) }

func cosine(u, v []float64) float64 {
	return floats.Dot(u, v) / floats.Norm(u, 2) / floats.Norm(v, 2)
}

// gap is the greatest difference of two vectors.
func gap(u, v []float64) float64 { return floats.Distance(u, v, math.Inf(1)) }

// near asserts that two vectors differ by no more than this part of the greatest element.
func near(t testing.TB, want, got []float64, rtol float64, what ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	assert.LessOrEqual(t, gap(want, got), rtol*floats.Norm(want, math.Inf(1)), what...)
}

// distance is ‖m − n‖/‖n‖ in the Frobenius norm.
func distance(m, n mat.Matrix) float64 {
	var d mat.Dense
	d.Sub(m, n)
	return mat.Norm(&d, 2) / mat.Norm(n, 2)
}

// order is the exponent k of an error that behaves as sᵏ: the slope of a line through
// the logarithms.
func order(scales, errors []float64) float64 {
	var x, y, xx, xy float64
	for i, s := range scales {
		a, b := math.Log(s), math.Log(errors[i])
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(scales))
	return (n*xy - x*y) / (n*xx - x*x)
}

// eigenvalues are in ascending order.
func eigenvalues(t testing.TB, m mat.Symmetric) []float64 {
	t.Helper()
	var e mat.EigenSym
	require.True(t, e.Factorize(m, false))
	return e.Values(nil)
}

// relative are the eigenvalues of n⁻¹m, in ascending order: uᵀMu/uᵀNu in the directions in
// which this is stationary.
func relative(t testing.TB, m, n mat.Symmetric) []float64 {
	t.Helper()
	var c mat.Cholesky
	require.True(t, c.Factorize(n))
	var l mat.TriDense
	c.LTo(&l)
	var half, both mat.Dense
	require.NoError(t, half.Solve(&l, m))
	require.NoError(t, both.Solve(&l, half.T()))
	return eigenvalues(t, symmetric(&both))
}

// flatten are the elements of a matrix, row by row.
func flatten(m *mat.Dense) []float64 { return mat.DenseCopyOf(m).RawMatrix().Data }

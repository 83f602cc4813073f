package kfac

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// homogeneous is [a, 1], rows×(in+1).
func homogeneous[T graph.Float](a []T, rows, in int) *mat.Dense {
	h := mat.NewDense(rows, in+1, nil)
	for i := range rows {
		for j := range in {
			h.Set(i, j, float64(a[i*in+j]))
		}
		h.Set(i, in, 1)
	}
	return h
}

// secondMoment is (1/N) XᵀX for X of N rows.
func secondMoment(x *mat.Dense) *mat.Dense {
	rows, _ := x.Dims()
	var f mat.Dense
	f.Mul(x.T(), x)
	f.Scale(1/float64(rows), &f)
	return &f
}

// dense is a symmetric matrix of which x has the lower triangle.
func dense[T graph.Float](x []T, n int) *mat.Dense {
	d := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i + 1 {
			d.Set(i, j, float64(x[i*n+j]))
			d.Set(j, i, float64(x[i*n+j]))
		}
	}
	return d
}

// plus is m + c·I.
func plus(m *mat.Dense, c float64) *mat.Dense {
	d := mat.DenseCopyOf(m)
	for i := range d.RawMatrix().Rows {
		d.Set(i, i, d.At(i, i)+c)
	}
	return d
}

func kron(a, b mat.Matrix) *mat.Dense {
	var k mat.Dense
	k.Kronecker(a, b)
	return &k
}

// denseSolve is m⁻¹v.
func denseSolve(t testing.TB, m mat.Matrix, v []float64) []float64 {
	t.Helper()
	var x mat.VecDense
	require.NoError(t, x.SolveVec(m, mat.NewVecDense(len(v), v)))
	return x.RawVector().Data
}

// cond1 is the condition number in the 1-norm; gonum's own is an estimate.
func cond1(t testing.TB, m *mat.Dense) float64 {
	t.Helper()
	var inverse mat.Dense
	require.NoError(t, inverse.Inverse(m))
	return mat.Norm(m, 1) * mat.Norm(&inverse, 1)
}

// closeTo requires a relative error, in the Euclidean norm, of at most tol.
func closeTo(t testing.TB, want, got []float64, tol float64, what ...any) {
	t.Helper()
	require.Len(t, got, len(want), what...)
	var diff, size float64
	for i, w := range want {
		diff += (got[i] - w) * (got[i] - w)
		size += w * w
	}
	require.LessOrEqual(t, diff, tol*tol*size, what...) // false for NaN
}

// diagonalOf is m's.
func diagonalOf(m *mat.Dense) []float64 {
	n, _ := m.Dims()
	d := make([]float64, n)
	for i := range d {
		d[i] = m.At(i, i)
	}
	return d
}

// bits makes NaN comparable.
func bits(xs ...float64) []uint64 {
	b := make([]uint64, len(xs))
	for i, x := range xs {
		if math.IsNaN(x) {
			x = math.NaN()
		}
		b[i] = math.Float64bits(x)
	}
	return b
}

func nan32() float32 { return float32(math.NaN()) }
func inf32() float32 { return float32(math.Inf(1)) }

// covariance is a factor whose average is the second moment of random rows.
func covariance(r *rand.Rand, n, rows int) *factor[float64] {
	f := newFactor[float64](n)
	g := randomSlice(r, rows*n)
	for i := range g {
		g[i] /= float64(rows)
	}
	f.addGradients(rowsOf(g, rows, f.n), 1, rows, rows, true)
	f.Fold(0)
	return f
}

// dampedPair is A + πγI and G + γ/π I of a layer, from the definition of both
// factors, without any of their code.
func dampedPair(n *network[float64], i int, gamma float64) (a, g *mat.Dense) {
	a, g = factorsOf(n, i, n.grad.Taps[i].Examples)
	pi := balance(mat.Trace(a), n.layers[i].rows, mat.Trace(g), n.layers[i].out)
	return plus(a, pi*gamma), plus(g, gamma/pi)
}

// factorsOf is Ω and Γ over the leading examples.
func factorsOf(n *network[float64], i, examples int) (a, g *mat.Dense) {
	tap, l := n.grad.Taps[i], n.layers[i]
	locations := tap.A.Shape()[0] / tap.Examples
	rows := examples * locations
	x := homogeneous(tap.A.Float64s(), rows, l.in)
	if l.bias < 0 {
		x = mat.DenseCopyOf(x.Slice(0, rows, 0, l.in))
	}
	a = secondMoment(x)
	a.Scale(float64(locations), a)
	y := mat.DenseCopyOf(mat.NewDense(tap.A.Shape()[0], l.out, tap.G.Float64s()).Slice(0, rows, 0, l.out))
	y.Scale(float64(tap.Examples), y)
	return a, secondMoment(y)
}

package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// sides are the orders of a matrix's two averages, L of GGᵀ and R of GᵀG. An order of 0 stands
// for the identity: of a side that is larger than most, and of a parameter that is no
// matrix.
func sides(p *graph.Param, most int) (m matrix, left, right int) {
	m = matrixOf(p)
	if left, right = m.rows, m.cols; left > most {
		left = 0
	}
	if right > most {
		right = 0
	}
	return m, left, right
}

// accumulate adds a gradient to the averages, of which only lower triangles count:
// L ← βL + (1−β)GGᵀ, R ← βR + (1−β)GᵀG. It reports whether they are finite still.
// The diagonals tell: no element of a sum of squares is larger.
func accumulate[T graph.Float](m matrix, left, right int, beta float64, grad, l, r []T) bool {
	if left > 0 {
		blas.Gram(left, m.cols, T(1-beta), grad, m.cols, T(beta), l, left)
	}
	if right > 0 {
		blas.Syrk(right, m.rows, T(1-beta), grad, m.cols, T(beta), r, right)
	}
	return finiteDiagonal(left, l) && finiteDiagonal(right, r)
}

func finiteDiagonal[T graph.Float](n int, a []T) bool {
	for i := range n {
		if v := float64(a[i*n+i]); math.IsInf(v, 0) || math.IsNaN(v) {
			return false
		}
	}
	return true
}

// between computes y = op(left)·x·op(right), with the identity for a side of order
// 0. x is m.rows×m.cols; x, y and work are different memory, and x is kept.
func between[T graph.Float](m matrix, transLeft bool, nl int, left []T, transRight bool, nr int, right []T, x, y, work []T) {
	switch {
	case nl > 0 && nr > 0:
		blas.Gemm(transLeft, false, m.rows, m.cols, m.rows, 1, left, nl, x, m.cols, 0, work, m.cols)
		blas.Gemm(false, transRight, m.rows, m.cols, m.cols, 1, work, m.cols, right, nr, 0, y, m.cols)
	case nl > 0:
		blas.Gemm(transLeft, false, m.rows, m.cols, m.rows, 1, left, nl, x, m.cols, 0, y, m.cols)
	case nr > 0:
		blas.Gemm(false, transRight, m.rows, m.cols, m.cols, 1, x, m.cols, right, nr, 0, y, m.cols)
	default:
		vector.Copy(y, x)
	}
}

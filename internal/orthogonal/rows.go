package orthogonal

import (
	"math"

	"gonum.org/v1/gonum/blas"

	kernels "github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// panel is the number of rows whose reflections are applied together.
const panel = 32

// Workspace is the memory of one call after another, n² numbers and a few rows. Its
// zero value is ready to use. It is not safe for concurrent use.
type Workspace struct {
	v         []float64 // n×n: a reflector in every row, zero before the diagonal
	tau       []float64 // scales of the reflectors
	gram      []float64 // panel×panel
	projected []float64 // n×panel
}

const badLength = "orthogonal: slice shorter than the matrix"

// Rows replaces a, n×n and row-major, by Q. The elements are finite, and their
// squares neither overflow nor vanish: whoever calls scales a, which leaves Q as it
// is. A row that depends on those before it gives a row of Q that is orthogonal to
// them and otherwise arbitrary.
func (w *Workspace) Rows(n int, a []float64) {
	if n < 0 || len(a) < n*n {
		panic(badLength)
	}
	if n == 0 {
		return
	}
	w.resize(n)
	for lo := 0; lo < n; lo += panel {
		w.reduce(n, lo, min(lo+panel, n), a)
	}
	clear(a[:n*n])
	for i := range n {
		a[i*n+i] = 1
	}
	for lo := (n - 1) / panel * panel; lo >= 0; lo -= panel {
		w.apply(n, lo, min(lo+panel, n), lo, blas.Trans, a)
	}
}

func (w *Workspace) resize(n int) {
	if len(w.tau) >= n && len(w.v) >= n*n {
		return
	}
	w.v, w.tau = make([]float64, n*n), make([]float64, n)
	w.gram, w.projected = make([]float64, panel*panel), make([]float64, n*panel)
}

// reduce finds the reflections of rows lo to hi, H = I − τvvᵀ with vᵢ = 1 for row i,
// which clear the rows right of the diagonal, and applies them to the rows below.
func (w *Workspace) reduce(n, lo, hi int, a []float64) {
	for i := lo; i < hi; i++ {
		row, v := a[i*n+i:(i+1)*n], w.v[i*n:(i+1)*n]
		clear(v[:i])
		v = v[i:]
		copy(v, row)
		w.tau[i] = reflector(v)
		if w.tau[i] == 0 {
			continue
		}
		for r := i + 1; r < hi; r++ {
			below := a[r*n+i : (r+1)*n]
			vector.AddScaled(below, -w.tau[i]*vector.Dot(below, v), v)
		}
	}
	w.apply(n, lo, hi, hi, blas.NoTrans, a)
}

// apply multiplies rows from on of a by the reflections of rows lo to hi, or by their
// transpose, from the right. The reflections together are I − VᵀU⁻¹V, where U is the
// upper triangle of VVᵀ with 1/τ for its diagonal (Joffrain et al. 2006).
func (w *Workspace) apply(n, lo, hi, from int, trans blas.Transpose, a []float64) {
	if from == n {
		return
	}
	var k kernels.Implementation
	count, rows, width := hi-lo, n-from, n-lo
	v, rest := w.v[lo*n+lo:], a[from*n+lo:]
	k.Dgemm(blas.NoTrans, blas.Trans, count, count, width, 1, v, n, v, n, 0, w.gram, count)
	for i, tau := range w.tau[lo:hi] {
		w.gram[i*count+i] = 1 // a reflector of zeros reflects nothing, whatever stands here
		if tau != 0 {
			w.gram[i*count+i] = 1 / tau
		}
	}
	k.Dgemm(blas.NoTrans, blas.Trans, rows, count, width, 1, rest, n, v, n, 0, w.projected, count)
	k.Dtrsm(blas.Right, blas.Upper, trans, blas.NonUnit, rows, count, 1, w.gram, count, w.projected, count)
	k.Dgemm(blas.NoTrans, blas.NoTrans, rows, width, count, -1, w.projected, count, v, n, 1, rest, n)
}

// smallestSquare is the sum of squares below which elements are taken for zero. Their
// squares have lost digits.
const smallestSquare = 1e-280

// reflector overwrites x with v, whose first element is 1, such that (I − τvvᵀ)x has
// zeros behind its first element; with zeros, and τ = 0, if x has them.
func reflector(x []float64) (tau float64) {
	alpha := x[0]
	square := vector.Dot(x[1:], x[1:])
	if square < smallestSquare {
		clear(x)
		return 0
	}
	beta := -math.Copysign(math.Sqrt(alpha*alpha+square), alpha)
	vector.Scale(x[1:], 1/(alpha-beta))
	x[0] = 1
	return (beta - alpha) / beta
}

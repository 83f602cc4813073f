package eigen

import (
	"math"
	"sync/atomic"

	kernels "github.com/gokfac/gokfac/internal/blas"
)

// Workspace is the memory of one decomposition after another. Its zero value is ready to use. It grows to the largest
// order it has met. It is not safe for concurrent use.
type Workspace struct {
	// Done, when it is closed, ends a decomposition after the row or block in
	// hand, as if it had failed. Nil: nothing does. One of order 10,000 takes
	// minutes.
	Done <-chan struct{}

	n      int
	stride int       // row stride of all matrices below
	m      []float64 // M, lower triangle and the squares on the diagonal; then reflectors in its rows

	d, e, tau []float64 // tridiagonal: diagonal, beside it; scales of the reflectors

	// tridiagonalise
	pair, swapped []float64 // rows v₀ w₀ v₁ w₁ … and w₀ v₀ w₁ v₁ … of a panel
	coefficients  []float64 // a coefficient for each row of pair
	partial       []float64 // a sum for each piece of a product

	// divide
	vectors         []float64 // Zᵀ: an eigenvector of T in every row
	gathered, basis []float64 // rows of Zᵀ that take part in a merge; eigenvectors of D + ρzzᵀ, in rows
	order, sorted   []int     // rows by value: of vectors, and during a merge
	kind            []rowKind // kind of a row
	z               []float64 // component of a row
	pole, weight    []float64 // D and z without what is deflated
	place           []int     // place of these rows in gathered
	origin          []int     // nearby value of each root
	shift           []float64 // distance of the root from that value
	exact           []float64 // the z to which the roots belong

	// reflect
	gram      []float64 // VVᵀ, then L
	combined  []float64 // L⁻ᵀV
	projected []float64 // ZᵀVᵀ

	factor []float64 // Simultaneous: L, n×n, lower triangle

	failed atomic.Bool
}

var kernel kernels.Implementation

const badLength = "eigen: slice shorter than the matrix"

// Decompose finds the eigenvalues and eigenvectors of the symmetric matrix
// M = Q diag(values) Qᵀ. a is n×n, row-major, and holds the lower triangle of M;
// the upper one is not read. a is overwritten with Q, an eigenvector in every
// column, and values (n) with the eigenvalues in ascending order.
//
// It reports false if an element is not finite, if an eigenvalue overflows, or if
// an iteration does not converge, which no matrix is known to cause, or if Done was
// closed meanwhile. a and values then hold nothing of use.
func (w *Workspace) Decompose(n int, a, values []float64) bool {
	if n < 0 || len(a) < n*n || len(values) < n {
		panic(badLength)
	}
	if n == 0 {
		return true
	}
	w.resize(n)
	exponent, ok := w.balance(a[:n*n])
	if !ok {
		return false
	}
	if !w.tridiagonalise() || !w.divide() || !w.reflect() {
		return false
	}
	return w.deliver(a[:n*n], values[:n], math.Ldexp(1, exponent))
}

// stopped reports whether Done is closed.
func (w *Workspace) stopped() bool {
	select {
	case <-w.Done:
		return true
	default:
		return false
	}
}

// resize makes room for matrices of order n.
func (w *Workspace) resize(n int) {
	w.n = n
	w.stride = (n+7)/8*8 | 8
	if cap(w.d) < n {
		for _, v := range []*[]float64{&w.d, &w.e, &w.tau, &w.z, &w.pole, &w.weight, &w.shift, &w.exact} {
			*v = make([]float64, n)
		}
		for _, v := range []*[]int{&w.origin, &w.order, &w.sorted, &w.place} {
			*v = make([]int, n)
		}
		w.kind = make([]rowKind, n)
		w.pair, w.swapped = make([]float64, 2*panel*w.stride), make([]float64, 2*panel*w.stride)
		w.partial = make([]float64, productPieces*w.stride)
		w.coefficients = make([]float64, 2*panel)
		w.gram = make([]float64, reflectors*reflectors)
		w.combined, w.projected = make([]float64, reflectors*w.stride), make([]float64, reflectors*w.stride)
		for _, v := range []*[]float64{&w.m, &w.vectors, &w.gathered, &w.basis} {
			*v = make([]float64, n*w.stride)
		}
	}
}

package subspace

import (
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// Float is the element type of matrices and vectors.
type Float interface{ float32 | float64 }

// Basis is the leading eigenvectors of a matrix of order n. Its memory is U alone;
// scratch memory is a Workspace's, which many bases share.
type Basis[T Float] struct {
	Vectors []T       // U, n×r, row-major
	Values  []float64 // s, in descending order, none negative
	Trace   float64   // tr M of the last Renew
	n       int
}

// NewBasis returns a basis without vectors for matrices of order n.
func NewBasis[T Float](n int) *Basis[T] { return &Basis[T]{n: n} }

// Rank returns r. It is 0 for a Vectors and Values that do not belong together, which a
// caller may have restored.
func (b *Basis[T]) Rank() int {
	if len(b.Vectors) != b.n*len(b.Values) {
		return 0
	}
	return len(b.Values)
}

// Above returns the number of Ritz values above bound. They are the leading ones.
func (b *Basis[T]) Above(bound float64) int {
	k, r := 0, b.Rank()
	for k < r && b.Values[k] > bound {
		k++
	}
	return k
}

// Tail returns t, the mean of the eigenvalues of M beyond the k leading ones.
func (b *Basis[T]) Tail(k int) float64 {
	rest := b.Trace
	for _, s := range b.Values[:k] {
		rest -= s
	}
	if k == b.n || !(rest > 0) {
		return 0
	}
	return rest / float64(b.n-k)
}

// Resolves reports whether Ritz values of this size are more than the rounding of
// products with M.
func (b *Basis[T]) Resolves(value float64) bool {
	return len(b.Values) == 0 || value > 16*rounding[T]()*b.Values[0]
}

// rounding is the part of the greatest eigenvalue that products with M leave in doubt: some
// units in the last place.
func rounding[T Float]() float64 {
	if _, single := any(T(0)).(float32); single {
		return 0x1p-21
	}
	return 0x1p-48
}

// Resize keeps the leading vectors, and adds random columns if rank is greater than r.
// A Renew must follow if it is greater.
func (b *Basis[T]) Resize(rank int) {
	have := b.Rank()
	if rank == have {
		return
	}
	old, n := b.Vectors, b.n
	keep := min(have, rank)
	if rank > have {
		b.Vectors = make([]T, n*rank)
	} else {
		b.Vectors = old[:n*rank]
	}
	for i := range n { // ascending: to the left, or to other memory
		copy(b.Vectors[i*rank:i*rank+keep], old[i*have:i*have+keep])
	}
	if rank > have {
		r, scale := random(n, have), 1/math.Sqrt(float64(n))
		for i := range n {
			for j := have; j < rank; j++ {
				b.Vectors[i*rank+j] = T(r.NormFloat64() * scale)
			}
		}
	}
	values := make([]float64, rank)
	copy(values, b.Values[:keep])
	b.Values = values
}

// Renew renews the vectors and the values from m, which is n×n with both triangles. It
// reports false if m is not finite or the values overflow, or if Done was closed. The basis
// is as it was then.
func (b *Basis[T]) Renew(m []T, w *Workspace[T]) bool {
	n, r := b.n, b.Rank()
	if r == 0 {
		return true
	}
	var trace float64
	for i := range n {
		trace += float64(m[i*n+i])
	}
	w.resize(n, r)
	blas.Gemm(false, false, n, r, n, 1, m, n, b.Vectors, r, 0, w.product, r)
	return b.renew(trace, w)
}

// RenewRows is Renew for the matrix M = Σ c_i y_iᵀy_i of the rows y_i of y (len(c)×n), which
// is never formed. trace is its trace. It takes fewer multiplications than Renew where there
// are less than n/2 rows.
func (b *Basis[T]) RenewRows(y []T, c []float64, trace float64, w *Workspace[T]) bool {
	n, r, rows := b.n, b.Rank(), len(c)
	if r == 0 {
		return true
	}
	w.resize(n, r)
	w.rows = grow(w.rows, rows*r)
	blas.Gemm(false, false, rows, r, n, 1, y, n, b.Vectors, r, 0, w.rows, r)
	for i, c := range c {
		vector.Scale(w.rows[i*r:(i+1)*r], T(c))
	}
	blas.Gemm(true, false, n, r, rows, 1, y, n, w.rows, r, 0, w.product, r)
	return b.renew(trace, w)
}

// renew renews from the product MU in the workspace.
func (b *Basis[T]) renew(trace float64, w *Workspace[T]) bool {
	n, r := b.n, b.Rank()
	vector.ToFloat64(w.y, w.product)
	vector.ToFloat64(w.u, b.Vectors)
	nu, ok := w.nystrom(n, r, rounding[T]())
	if !ok || trace-trace != 0 || math.IsInf(w.values[r-1], 1) {
		return false
	}
	least := w.values[r-1] * negligible
	for i := range r { // from ascending to descending order
		s := w.values[r-1-i]
		b.Values[i] = max(0, s-nu)
		scale := 0.0
		if s > least {
			scale = 1 / math.Sqrt(s)
		}
		for j := range r {
			w.turn[j*r+i] = w.gram[j*r+r-1-i] * scale
		}
	}
	blas.Gemm(false, false, n, r, r, 1, w.y, r, w.turn, r, 0, w.u, r)
	vector.FromFloat64(b.Vectors, w.u)
	for i := range r {
		if !(w.values[r-1-i] > least) {
			b.renewColumn(i)
		}
	}
	b.Trace = trace
	return true
}

// negligible is the part of the greatest value below which a vector is rounding.
const negligible = 1e-13

// renewColumn replaces the i-th column by random numbers.
func (b *Basis[T]) renewColumn(i int) {
	r := len(b.Values)
	source, scale := random(b.n, r+i), 1/math.Sqrt(float64(b.n))
	for k := range b.n {
		b.Vectors[k*r+i] = T(source.NormFloat64() * scale)
	}
}

// random returns the generator of new columns. Each size of a basis has other columns.
func random(n, have int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), uint64(have))) }

package curvature

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// basis is orthonormal vectors of length n, in the rows of a matrix.
type basis struct {
	n, count int
	rows     []float64
}

// newBasis reserves memory for so many vectors. The system hands it out as it is used. More
// vectors can be appended.
func newBasis(n, vectors int) *basis {
	return &basis{n: n, rows: make([]float64, 0, n*min(n, vectors))}
}

func (b *basis) row(i int) []float64 { return b.rows[i*b.n : (i+1)*b.n] }

func (b *basis) append(v []float64) {
	b.rows = append(b.rows[:b.count*b.n], v...)
	b.count++
}

func (b *basis) matrix() blas64.General {
	return blas64.General{Rows: b.count, Cols: b.n, Stride: b.n, Data: b.rows}
}

// remove takes out of w its part in the span, VᵀVw, and adds Vw to c, of at least count
// elements.
func (b *basis) remove(w, c []float64) {
	if b.count == 0 {
		return
	}
	part := blas64.Vector{N: b.count, Inc: 1, Data: make([]float64, b.count)}
	in := blas64.Vector{N: b.n, Inc: 1, Data: w}
	blas64.Gemv(blas.NoTrans, 1, b.matrix(), in, 0, part)
	blas64.Gemv(blas.Trans, -1, b.matrix(), part, 1, in)
	for i, x := range part.Data {
		c[i] += x
	}
}

// combine replaces the vectors by y·V, where y is k×count and k ≤ count, some columns at a
// time.
func (b *basis) combine(y *mat.Dense) {
	const columns = 1024
	k, _ := y.Dims()
	product := make([]float64, k*min(columns, b.n))
	for lo := 0; lo < b.n; lo += columns {
		part := b.matrix()
		part.Cols, part.Data = min(columns, b.n-lo), part.Data[lo:]
		to := blas64.General{Rows: k, Cols: part.Cols, Stride: part.Cols, Data: product}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, y.RawMatrix(), part, 0, to)
		for i := range k {
			copy(b.row(i)[lo:], product[i*part.Cols:(i+1)*part.Cols])
		}
	}
	b.count = k
}

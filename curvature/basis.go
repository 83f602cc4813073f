package curvature

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// basis is orthonormal vectors of length n, in the rows of a matrix.
type basis struct {
	n, count int
	rows     []float64 // grows as vectors come
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

// combine replaces the vectors by y·V, where y is k×count.
func (b *basis) combine(y *mat.Dense) {
	k, _ := y.Dims()
	product := make([]float64, k*b.n)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, y.RawMatrix(), b.matrix(), 0, blas64.General{Rows: k, Cols: b.n, Stride: b.n, Data: product})
	b.count = k
	copy(b.rows, product)
}

// normals fills v with normal variates, signs with ±1.
func normals(v []float64, rng *rand.Rand) {
	for i := range v {
		v[i] = rng.NormFloat64()
	}
}

func signs(v []float64, rng *rand.Rand) {
	var bits uint64
	for i := range v {
		if i%64 == 0 {
			bits = rng.Uint64()
		}
		v[i] = float64(1 - 2*int(bits&1))
		bits >>= 1
	}
}

// generator is the stream of a seed, apart from those of other uses of the same seed.
func generator(seed, use uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, use)) }

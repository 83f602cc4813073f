package blas

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/blas"
)

// counted multiplies with gonum and counts.
type counted[T Float] struct{ gemms, syrks atomic.Int32 }

func (e *counted[T]) Gemm(transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	e.gemms.Add(1)
	switch c := any(c).(type) {
	case []float32:
		reference.Sgemm(transpose(transA), transpose(transB), m, n, k, float32(alpha), any(a).([]float32), lda, any(b).([]float32), ldb, float32(beta), c, ldc)
	case []float64:
		reference.Dgemm(transpose(transA), transpose(transB), m, n, k, float64(alpha), any(a).([]float64), lda, any(b).([]float64), ldb, float64(beta), c, ldc)
	}
}

func (e *counted[T]) Syrk(above, trans bool, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	e.syrks.Add(1)
	ul := blas.Lower
	if above {
		ul = blas.Upper
	}
	if beta == 0 { // gonum multiplies by it, which keeps a NaN
		scaleTriangle(triangleOf(ul), n, 0, c, ldc)
	}
	switch c := any(c).(type) {
	case []float32:
		reference.Ssyrk(ul, transpose(trans), n, k, float32(alpha), any(a).([]float32), lda, float32(beta), c, ldc)
	case []float64:
		reference.Dsyrk(ul, transpose(trans), n, k, float64(alpha), any(a).([]float64), lda, float64(beta), c, ldc)
	}
}

// TestExternal: a library is called for every kind of product that is large enough, once for each, and for no other.
func TestExternal(t *testing.T) {
	single, double := &counted[float32]{}, &counted[float64]{}
	use(t, withExternal(tiers()[0], single, double))
	const n = 48
	x, y := make([]float32, n*n), make([]float64, n*n)
	for i := range n {
		y[i*n+i] = 1
	}
	for _, c := range []struct {
		name         string
		call         func()
		gemms, syrks int32
	}{
		{"Gemm", func() { Gemm(true, false, n, n, n, 1, x, n, x, n, 0, make([]float32, n*n), n) }, 1, 0},
		{"Affine", func() { Affine(n, n, n, x, n, x, n, x[:n], make([]float32, n*n), n) }, 1, 0},
		{"Syrk", func() { Syrk(n, n, 1, x, n, 0, make([]float32, n*n), n) }, 0, 1},
		{"Gram", func() { Gram(n, n, 1, y, n, 0, make([]float64, n*n), n) }, 0, 1},
		{"Dgemm", func() {
			Implementation{}.Dgemm(blas.NoTrans, blas.Trans, n, n, n, 1, y, n, y, n, 0, make([]float64, n*n), n)
		}, 1, 0},
		{"Dtrsm", func() { // of 96 rows: two blocks of 48, between which there is one product
			a := make([]float64, 4*n*n)
			for i := range 2 * n {
				a[i*2*n+i] = 1
			}
			Implementation{}.Dtrsm(blas.Left, blas.Lower, blas.NoTrans, blas.NonUnit, 2*n, n, 1, a, 2*n, make([]float64, 2*n*n), n)
		}, 1, 0},
		{"one row", func() {
			Gemm(false, false, 1, n, n*n, 1, make([]float32, n*n), n*n, make([]float32, n*n*n), n, 0, make([]float32, n), n)
		}, 0, 0},
		{"one column", func() {
			Gemm(false, false, n, 1, n*n, 1, make([]float32, n*n*n), n*n, make([]float32, n*n), 1, 0, make([]float32, n), 1)
		}, 0, 0},
		{"small", func() { Gemm(false, false, 40, 40, 40, 1, x, n, x, n, 0, make([]float32, n*n), n) }, 0, 0},
		{"alone", func() { GemmAlone(false, false, n, n, n, 1, x, n, x, n, 0, make([]float32, n*n), n) }, 0, 0},
		{"affine alone", func() { AffineAlone(n, n, n, x, n, x, n, x[:n], make([]float32, n*n), n) }, 0, 0},
	} {
		c.call()
		assert.Equal(t, c.gemms, single.gemms.Swap(0)+double.gemms.Swap(0), c.name)
		assert.Equal(t, c.syrks, single.syrks.Swap(0)+double.syrks.Swap(0), c.name)
	}
}

// TestExternalSizes: what does not fit in 31 bits is not left to a library.
func TestExternalSizes(t *testing.T) {
	assert.True(t, isExternal(40, 41, 40, 40, 41, 41))
	assert.False(t, isExternal(40, 40, 40, 40, 40, 40), "64000 multiplications")
	assert.True(t, isExternal(1<<20, 2, 2047, 2047, 2, 2))
	assert.False(t, isExternal(1<<20, 2, 2048, 2048, 2, 2), "2³¹ elements")
	const huge = math.MaxInt/2 + 1 // 2⁶², or 2³⁰ where ints have 32 bits
	assert.False(t, isExternal(2, 2, huge, 2, 2, 2), "that many terms")
	assert.False(t, isExternal(2, 2, 1<<20, huge, 2, 2), "rows that far apart")
	assert.False(t, isExternal(1, 1<<20, 1000, 1000, 1<<20, 1<<20), "one row")
}

// TestExternalTables runs tables of products on a tier with a library in front: gonum, and what else there is.
func TestExternalTables(t *testing.T) {
	tables := func(name string, tier *tier) {
		t.Run(name+"/float32", func(t *testing.T) { testExternal[float32](t, tier) })
		t.Run(name+"/float64", func(t *testing.T) { testExternal[float64](t, tier) })
	}
	// Everything that programs do with a library is done with gonum in its place; OpenBLAS shows that libraries can be called.
	tables("gonum", withExternal(tiers()[0], &counted[float32]{}, &counted[float64]{}))
	for name, tier := range libraries(t) {
		tables(name, tier)
		t.Run(name+"/Syrk/float32", func(t *testing.T) { testSyrk[float32](t, tier) })
		t.Run(name+"/Syrk/float64", func(t *testing.T) { testSyrk[float64](t, tier) })
		t.Run(name+"/triangular/float32", func(t *testing.T) { testTriangular[float32](t, tier) })
		t.Run(name+"/triangular/float64", func(t *testing.T) { testTriangular[float64](t, tier) })
	}
}

func testExternal[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(31, 32))
	for i, s := range []shape{{m: 2, n: 130, k: 300}, {m: 130, n: 2, k: 300}, {m: 130, n: 127, k: 4}, {m: 33, n: 31, k: 70}, {m: 45, n: 60, k: 600}} {
		for variant := range 12 {
			s.transA, s.transB, s.pad = variant&1 != 0, variant&2 != 0, (i+variant)%3
			checkProduct(t, tier, rng, s, T(1+i%2), []T{0, 1, -0.5}[variant/4])
		}
		checkAffineShape(t, tier, rng, shape{m: s.m, n: s.n, k: s.k, pad: i % 3}, func(m matrix[T]) matrix[T] { return m })
	}
	for variant := range 12 {
		s := shape{m: 60, n: 60, k: 45, transA: variant&1 != 0, transB: variant&1 == 0}
		ul, inside := blas.Upper, func(i, j int) bool { return i <= j }
		if variant&2 != 0 {
			ul, inside = blas.Lower, func(i, j int) bool { return i >= j }
		}
		beta := []T{0, 1, -0.5}[variant/4]
		a, _, c := operands[T](rng, s)
		value, magnitude := product(s, 2, a, a, beta, c)
		tierSyrk(tier, ul, transpose(s.transA), s.n, s.k, 2, a.data, a.stride, beta, c.data, c.stride)
		requireClose(t, s.k, c, value, magnitude, inside)
		c.requireGuarded(t)
	}
}

// skipExternal skips what a library does not promise: which bits its products have.
func skipExternal(t *testing.T, tier *tier) {
	t.Helper()
	if tier.f32.external != nil {
		t.Skip("a library's products need not have the same bits")
	}
}

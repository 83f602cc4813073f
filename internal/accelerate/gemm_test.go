//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

type shape struct {
	transA, transB bool
	m, n, k, pad   int
}

func TestGemm(t *testing.T) {
	l := open(t)
	t.Run("float32", func(t *testing.T) { testGemm(t, &l.Single) })
	t.Run("float64", func(t *testing.T) { testGemm(t, &l.Double) })
}

func testGemm[T Float](t *testing.T, p *Products[T]) {
	rng := rand.New(rand.NewPCG(1, 2))
	scalars := []T{0, 1, -0.5}
	count := 0
	for _, size := range [][3]int{{2, 2, 1}, {2, 3, 5}, {3, 2, 7}, {5, 7, 3}, {13, 11, 17}, {16, 32, 8}, {33, 31, 65}, {64, 10, 100}, {10, 64, 129}, {127, 130, 70}} {
		for variant := range 36 {
			s := shape{variant&1 != 0, variant&2 != 0, size[0], size[1], size[2], count % 5}
			count++
			checkGemm(t, p, rng, s, scalars[variant/4%3], scalars[variant/12])
		}
	}
}

// stored are the numbers of rows and columns of an operand in memory.
func stored(transposed bool, rows, cols int) (int, int) {
	if transposed {
		return cols, rows
	}
	return rows, cols
}

// checkGemm compares a product with its definition. With β = 0, C holds NaN, which must not be read.
func checkGemm[T Float](t *testing.T, p *Products[T], rng *rand.Rand, s shape, alpha, beta T) {
	t.Helper()
	aRows, aCols := stored(s.transA, s.m, s.k)
	bRows, bCols := stored(s.transB, s.k, s.n)
	a, b, c := newMatrix[T](rng, aRows, aCols, s.pad), newMatrix[T](rng, bRows, bCols, 2*s.pad), newMatrix[T](rng, s.m, s.n, 3*s.pad)
	before := append([]T{}, c.data...)
	if beta == 0 {
		for i := range c.data {
			c.data[i] = T(math.NaN())
		}
	}
	p.Gemm(s.transA, s.transB, s.m, s.n, s.k, alpha, a.data, a.stride, b.data, b.stride, beta, c.data, c.stride)
	for i := range s.m {
		for j := range s.n {
			sum, magnitude := dot(s.k, func(l int) float64 { return a.at(s.transA, i, l) }, func(l int) float64 { return b.at(s.transB, l, j) })
			old := 0.0
			if beta != 0 {
				old = float64(beta) * float64(before[i*c.stride+j])
			}
			want, got := float64(alpha)*sum+old, c.at(false, i, j)
			if !(math.Abs(got-want) <= bound[T](s.k, math.Abs(float64(alpha))*magnitude+math.Abs(old))) {
				t.Fatalf("%+v, α = %v, β = %v: element (%d, %d) is %v, want %v", s, alpha, beta, i, j, got, want)
			}
		}
	}
	c.requireGuarded(t)
}

// TestGemmByHand is worked out on paper: all four forms of [1 2 3; 4 5 6]·[1 0; 0 1; 1 1].
func TestGemmByHand(t *testing.T) {
	l := open(t)
	a, aT := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 4, 2, 5, 3, 6}
	b, bT := []float32{1, 0, 0, 1, 1, 1}, []float32{1, 0, 1, 0, 1, 1}
	for _, c := range []struct {
		transA, transB bool
		a, b           []float32
		lda, ldb       int
	}{{false, false, a, b, 3, 2}, {true, false, aT, b, 2, 2}, {false, true, a, bT, 3, 3}, {true, true, aT, bT, 2, 3}} {
		got := []float32{10, 20, 30, 40}
		l.Single.Gemm(c.transA, c.transB, 2, 2, 3, 2, c.a, c.lda, c.b, c.ldb, 1, got, 2)
		assert.Equal(t, []float32{10 + 2*4, 20 + 2*5, 30 + 2*10, 40 + 2*11}, got, "%+v", c)
	}
}

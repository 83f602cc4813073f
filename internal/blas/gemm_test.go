package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// reference is what results are compared with.
var reference gonum.Implementation

// shape is one product: op(A) is m×k, op(B) is k×n; pad widens every stride.
type shape struct {
	transA, transB bool
	m, n, k, pad   int
}

func (s shape) String() string {
	return fmt.Sprintf("%s%s/%dx%dx%d+%d", letter(s.transA), letter(s.transB), s.m, s.n, s.k, s.pad)
}

func letter(trans bool) string {
	if trans {
		return "T"
	}
	return "N"
}

// matrix is a random rows×cols matrix with NaN wherever no element is: in the
// padding of its rows and in a guard zone on both sides.
type matrix[T Float] struct {
	all    []T
	data   []T
	stride int
	rows   int
	cols   int
}

const guard = 64

func newMatrix[T Float](rng *rand.Rand, rows, cols, pad int) matrix[T] {
	stride := max(1, cols+pad)
	length := 0
	if rows > 0 {
		length = (rows-1)*stride + cols
	}
	all := make([]T, length+2*guard)
	for i := range all {
		all[i] = T(math.NaN())
	}
	m := matrix[T]{all, all[guard : guard+length : guard+length], stride, rows, cols}
	for i := range rows {
		for j := range cols {
			m.data[i*stride+j] = T(2*rng.Float64() - 1)
		}
	}
	return m
}

// requireGuarded fails if anything but elements of the matrix was written.
func (m matrix[T]) requireGuarded(t *testing.T) {
	t.Helper()
	for i, v := range m.all {
		at := i - guard
		element := at >= 0 && at < len(m.data) && at%m.stride < m.cols
		if element || v != v {
			continue
		}
		t.Fatalf("wrote %v at %d, outside the %d×%d matrix with stride %d", v, at, m.rows, m.cols, m.stride)
	}
}

func (m matrix[T]) clone() matrix[T] {
	all := append([]T(nil), m.all...)
	m.all, m.data = all, all[guard:guard+len(m.data):guard+len(m.data)]
	return m
}

// wide returns the elements in float64 without padding, or their magnitudes.
func (m matrix[T]) wide(magnitude bool) []float64 {
	w := make([]float64, m.rows*max(1, m.cols))
	for i := range m.rows {
		for j := range m.cols {
			v := float64(m.data[i*m.stride+j])
			if magnitude {
				v = math.Abs(v)
			}
			w[i*m.cols+j] = v
		}
	}
	return w
}

// epsilon is the unit roundoff of T.
func epsilon[T Float]() float64 {
	var v T
	if _, single := any(v).(float32); single {
		return 1.0 / (1 << 24)
	}
	return 1.0 / (1 << 53)
}

// product is α·op(A)·op(B) + β·C in float64 by gonum, and the same of all
// magnitudes, to which rounding errors are proportional.
func product[T Float](s shape, alpha T, a, b matrix[T], beta T, c matrix[T]) (value, magnitude []float64) {
	value, magnitude = c.wide(false), c.wide(true)
	if beta == 0 {
		clear(value)
		clear(magnitude)
	}
	for _, abs := range []bool{false, true} {
		to, alpha, beta := value, float64(alpha), float64(beta)
		if abs {
			to, alpha, beta = magnitude, math.Abs(alpha), math.Abs(beta)
		}
		reference.Dgemm(transpose(s.transA), transpose(s.transB), s.m, s.n, s.k, alpha, a.wide(abs), max(1, a.cols), b.wide(abs), max(1, b.cols), beta, to, max(1, s.n))
	}
	return value, magnitude
}

// requireClose checks every element against the forward error bound of a sum
// of k products in any order, (k+3)·ε·(|α||A||B| + |β||C|), once for the
// function under test and once more for the reference.
func requireClose[T Float](t *testing.T, k int, got matrix[T], value, magnitude []float64, in func(i, j int) bool) {
	t.Helper()
	for i := range got.rows {
		for j := range got.cols {
			if in != nil && !in(i, j) {
				continue
			}
			g, w := float64(got.data[i*got.stride+j]), value[i*got.cols+j]
			bound := 2 * float64(k+3) * epsilon[T]() * magnitude[i*got.cols+j]
			if !(math.Abs(g-w) <= bound) {
				t.Fatalf("element (%d, %d) is %v, want %v ± %.2g", i, j, g, w, bound)
			}
		}
	}
}

// tierGemm is Gemm on a chosen tier.
func tierGemm[T Float](tier *tier, transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		sgemm(tier, transpose(transA), transpose(transB), m, n, k, float32(alpha), any(a).([]float32), lda, any(b).([]float32), ldb, float32(beta), c, ldc)
	case []float64:
		dgemm(tier, transpose(transA), transpose(transB), m, n, k, float64(alpha), any(a).([]float64), lda, any(b).([]float64), ldb, float64(beta), c, ldc)
	}
}

func operands[T Float](rng *rand.Rand, s shape) (a, b, c matrix[T]) {
	rows, cols := s.m, s.k
	if s.transA {
		rows, cols = cols, rows
	}
	a = newMatrix[T](rng, rows, cols, s.pad)
	rows, cols = s.k, s.n
	if s.transB {
		rows, cols = cols, rows
	}
	b = newMatrix[T](rng, rows, cols, s.pad)
	return a, b, newMatrix[T](rng, s.m, s.n, s.pad)
}

// checkProduct compares one product with the reference.
func checkProduct[T Float](t *testing.T, tier *tier, rng *rand.Rand, s shape, alpha, beta T) {
	t.Helper()
	a, b, c := operands[T](rng, s)
	value, magnitude := product(s, alpha, a, b, beta, c)
	if beta == 0 {
		for i := range c.data {
			c.data[i] = T(math.NaN()) // must not be read
		}
	}
	tierGemm(tier, s.transA, s.transB, s.m, s.n, s.k, alpha, a.data, a.stride, b.data, b.stride, beta, c.data, c.stride)
	requireClose(t, s.k, c, value, magnitude, nil)
	c.requireGuarded(t)
}

// eachTier runs a test on every tier of the machine, in both precisions.
func eachTier(t *testing.T, single func(*testing.T, *tier), double func(*testing.T, *tier)) {
	for _, tier := range tiers() {
		t.Run(tier.set.String()+"/float32", func(t *testing.T) { single(t, tier) })
		t.Run(tier.set.String()+"/float64", func(t *testing.T) { double(t, tier) })
	}
}

func TestGemm(t *testing.T) { eachTier(t, testGemm[float32], testGemm[float64]) }

func testGemm[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(1, 2))
	scalars := []T{0, 1, -0.5}
	sizes := []int{0, 1, 3, 5, 8, 13, 17, 31, 33, 49, 70}
	var shapes []shape
	for _, m := range sizes {
		for _, n := range sizes {
			for _, k := range []int{0, 1, 4, 7, 33, 70} {
				shapes = append(shapes, shape{m: m, n: n, k: k, pad: rng.IntN(2) * rng.IntN(9)})
			}
		}
	}
	for _, s := range [][3]int{{300, 10, 512}, {301, 302, 10}, {64, 200, 784}, {385, 130, 401}, {100, 1, 1100}, {1, 300, 1030}, {210, 75, 1500}, {2100, 35, 20}, {33, 2077, 40}, {20, 200, 1100}, {1, 2300, 37}, {2300, 1, 37}, {530, 70, 300}, {200, 1021, 30}} {
		shapes = append(shapes, shape{m: s[0], n: s[1], k: s[2], pad: 3})
	}
	for i, s := range shapes {
		if raceEnabled && i%9 != 0 {
			continue
		}
		for trans := range 4 {
			s.transA, s.transB = trans&1 != 0, trans&2 != 0
			alpha, beta := scalars[(i+trans)%3], scalars[(i/3+trans)%3]
			if i >= len(shapes)-14 {
				alpha, beta = -0.5, scalars[trans%3]
			}
			checkProduct(t, tier, rng, s, alpha, beta)
			if t.Failed() {
				t.Fatalf("in %v, α = %v, β = %v", s, alpha, beta)
			}
		}
	}
}

func transpose(t bool) blas.Transpose { return trans(t) }

package blas

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
)

func tierTriangular[T Float](tier *tier, solve bool, s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	switch b := any(b).(type) {
	case []float32:
		f := strmm
		if solve {
			f = strsm
		}
		f(tier, s, ul, tA, d, m, n, float32(alpha), any(a).([]float32), lda, b, ldb)
	case []float64:
		f := dtrmm
		if solve {
			f = dtrsm
		}
		f(tier, s, ul, tA, d, m, n, float64(alpha), any(a).([]float64), lda, b, ldb)
	}
}

func TestTriangular(t *testing.T) { eachTier(t, testTriangular[float32], testTriangular[float64]) }

// testTriangular compares with gonum in float64, on triangles whose diagonal
// outweighs the rest: then ‖|A⁻¹||A|‖ is small and rounding errors stay within
// a small multiple of k·ε of the largest element.
func testTriangular[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(3, 4))
	sizes := [][2]int{{0, 3}, {3, 0}, {1, 1}, {3, 5}, {8, 8}, {9, 4}, {17, 33}, {40, 7}, {7, 40}, {65, 66}, {130, 70}}
	for variant := range 32 {
		solve := variant&1 != 0
		s, ul, tA, d := blas.Left, blas.Upper, blas.NoTrans, blas.NonUnit
		if variant&2 != 0 {
			s = blas.Right
		}
		if variant&4 != 0 {
			ul = blas.Lower
		}
		if variant&8 != 0 {
			tA = blas.Trans
		}
		if variant&16 != 0 {
			d = blas.Unit
		}
		for i, size := range sizes {
			m, n := size[0], size[1]
			k := m
			if s == blas.Right {
				k = n
			}
			alpha := []T{1, -0.5, 2}[i%3]
			a := newMatrix[T](rng, k, k, i%4)
			for x := range k {
				for y := range k {
					v := &a.data[x*a.stride+y]
					*v /= T(k)
					switch {
					case x == y && d == blas.NonUnit:
						*v += 2
					case x == y, (x < y) != (ul == blas.Upper):
						*v = T(math.NaN()) // must not be read
					}
				}
			}
			b := newMatrix[T](rng, m, n, i%3)
			want := b.wide(false)
			if m == 0 || n == 0 {
				want = nil
			}
			if solve {
				reference.Dtrsm(s, ul, tA, d, m, n, float64(alpha), a.wide(false), max(1, k), want, max(1, n))
			} else {
				reference.Dtrmm(s, ul, tA, d, m, n, float64(alpha), a.wide(false), max(1, k), want, max(1, n))
			}
			tierTriangular(tier, solve, s, ul, tA, d, m, n, alpha, a.data, a.stride, b.data, b.stride)
			bound := 16 * float64(k+3) * epsilon[T]()
			for x := range m {
				for y := range n {
					require.InDelta(t, want[x*n+y], float64(b.data[x*b.stride+y]), bound, "variant %b, %d×%d, element (%d, %d)", variant, m, n, x, y)
				}
			}
			b.requireGuarded(t)
		}
	}
}

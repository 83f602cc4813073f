package blas

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
)

// TestSyrkBits: an element of a symmetric product has the bits that it has in a whole product of the same matrices, so it
// depends neither on whether the diagonal crosses its tile nor on how large the tiles are.
func TestSyrkBits(t *testing.T) { eachTier(t, testSyrkBits[float32], testSyrkBits[float64]) }

func testSyrkBits[T Float](t *testing.T, tier *tier) {
	skipExternal(t, tier)
	rng := rand.New(rand.NewPCG(41, 42))
	for _, n := range []int{13, 31, 50, 97} {
		for _, k := range []int{1, 40, 600, 1100} {
			for _, beta := range []T{0, 1, 0.5, 0.95, -3} {
				for variant := range 4 {
					ul, inside := blas.Upper, func(i, j int) bool { return i <= j }
					if variant&1 != 0 {
						ul, inside = blas.Lower, func(i, j int) bool { return i >= j }
					}
					s := shape{m: n, n: n, k: k, transA: variant&2 != 0, pad: variant}
					s.transB = !s.transA
					a, _, c := operands[T](rng, s)
					salt(rng, a)
					whole := c.clone()
					tierGemm(tier, s.transA, s.transB, n, n, k, 0.3, a.data, a.stride, a.data, a.stride, beta, whole.data, whole.stride)
					tierSyrk(tier, ul, transpose(s.transA), n, k, 0.3, a.data, a.stride, beta, c.data, c.stride)
					for i := range n {
						for j := range n {
							if !inside(i, j) {
								continue
							}
							want, got := whole.data[i*whole.stride+j], c.data[i*c.stride+j]
							require.True(t, got == want || got != got && want != want, "element (%d, %d) of %v, β = %v: %v, in a whole product %v", i, j, s, beta, got, want)
						}
					}
				}
			}
		}
	}
}

// TestFlippedBits: an element of a product that is formed as the transpose of the opposite one has the bits that it has in
// a product of other sizes, which is not.
func TestFlippedBits(t *testing.T) { eachTier(t, testFlippedBits[float32], testFlippedBits[float64]) }

func testFlippedBits[T Float](t *testing.T, tier *tier) {
	skipExternal(t, tier)
	rng := rand.New(rand.NewPCG(43, 44))
	for _, s := range []shape{{m: 70, n: 40, k: 200, transA: true, pad: 1}, {m: 75, n: 101, k: 130, transB: true}} {
		for _, beta := range []T{0, 1, 0.5, 0.95} {
			a, b, c := operands[T](rng, s)
			part, rows, columns := c.clone(), s.m, s.n
			if s.transA {
				columns = 2 + rng.IntN(flipCols-1)
			} else {
				rows = 2 + rng.IntN(s.n/flipRatio-1)
			}
			opA, opB := operand[T]{a.data, a.stride, s.transA}, operand[T]{b.data, b.stride, !s.transB}
			require.False(t, flips(s.m, s.n, s.k, opA, opB))
			require.True(t, flips(rows, columns, s.k, opA, opB))
			tierGemm(tier, s.transA, s.transB, s.m, s.n, s.k, 0.3, a.data, a.stride, b.data, b.stride, beta, c.data, c.stride)
			tierGemm(tier, s.transA, s.transB, rows, columns, s.k, 0.3, a.data, a.stride, b.data, b.stride, beta, part.data, part.stride)
			for i := range rows {
				require.Equal(t, c.data[i*c.stride:][:columns], part.data[i*part.stride:][:columns], "row %d of %d×%d of %v, β = %v", i, rows, columns, s, beta)
			}
		}
	}
}

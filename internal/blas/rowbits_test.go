package blas

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRowBits: a row of A·B has the same bits in a product of any number of rows, in the forms that forward passes take,
// for predictions not to depend on the batch that they were made in.
func TestRowBits(t *testing.T) { eachTier(t, testRowBits[float32], testRowBits[float64]) }

func testRowBits[T Float](t *testing.T, tier *tier) {
	skipExternal(t, tier)
	rng := rand.New(rand.NewPCG(21, 22))
	for _, k := range []int{1, 2, 7, 33, 64, 512, 513, 784, 1030, 2100} {
		for _, n := range []int{1, 2, 3, 10, 33, 130, 2077} {
			if n > 1000 && k > 600 || raceEnabled && n*k > 20000 {
				continue
			}
			const most = 77
			s := shape{m: most, n: n, k: k}
			a, b, c := operands[T](rng, s)
			bias := newMatrix[T](rng, 1, n, 0)
			product := func(withBias bool, first, m int) [][]T {
				rows := a.data[first*a.stride:]
				if withBias {
					tierAffine(tier, m, n, k, rows, a.stride, b.data, b.stride, bias.data, c.data, c.stride)
				} else {
					tierGemm(tier, false, false, m, n, k, 1, rows, a.stride, b.data, b.stride, 0, c.data, c.stride)
				}
				list := make([][]T, m)
				for i := range list {
					list[i] = append([]T{}, c.data[i*c.stride:i*c.stride+n]...)
				}
				return list
			}
			for _, withBias := range []bool{false, true} {
				want := product(withBias, 0, most)
				for first, m := 0, 1; first+m <= most; first, m = first+m, 1+(2*m+first)%29 {
					require.Equal(t, want[first:first+m], product(withBias, first, m), "rows %d to %d of %v, bias %v", first, first+m-1, s, withBias)
					require.Equal(t, want[first:first+1], product(withBias, first, 1), "row %d of %v, bias %v", first, s, withBias)
				}
			}
		}
	}
}

package blas

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/internal/isa"
)

// TestBits: every tier with an instruction for a product and a sum in one rounding forms the same bits, on every
// architecture. They are held against numbers, for no machine has all of these tiers.
func TestBits(t *testing.T) {
	for _, tier := range tiers() {
		if tier.set == isa.Generic {
			continue // it rounds products, unless the compiler joins them to sums
		}
		t.Run(tier.set.String(), func(t *testing.T) {
			skipExternal(t, tier)
			assert.Equal(t, uint64(0xe7f55bbe9993c3d4), gemmBits[float32](tier))
			assert.Equal(t, uint64(0x1618c8560eb60d05), gemmBits[float64](tier))
			assert.Equal(t, uint64(0xcdc6a0402f26f394), otherBits[float32](tier))
			assert.Equal(t, uint64(0x4ec64a404d721f44), otherBits[float64](tier))
			if tier.set != isa.AVX512 { // its sums over two rows have the order of its longer vectors
				assert.Equal(t, uint64(0xd857eaba9b254c0b), dotBits[float32](tier))
				assert.Equal(t, uint64(0x4f09f712e60017ce), dotBits[float64](tier))
			}
		})
	}
}

// digest is of the bits of all elements. One NaN is as good as another, for processors differ in them.
func digest[T Float](products []matrix[T]) uint64 {
	hash := fnv.New64a()
	for _, m := range products {
		for i := range m.rows {
			for _, v := range m.data[i*m.stride : i*m.stride+m.cols] {
				bits := math.Float64bits(float64(v))
				if v != v {
					bits = 1
				}
				hash.Write(binary.LittleEndian.AppendUint64(nil, bits))
			}
		}
	}
	return hash.Sum64()
}

// salt makes some elements 0, −0, subnormal, or so great that products overflow.
func salt[T Float](rng *rand.Rand, m matrix[T]) {
	greatest, least := math.MaxFloat32, math.SmallestNonzeroFloat32
	if epsilon[T]() < 1e-10 {
		greatest, least = math.MaxFloat64, math.SmallestNonzeroFloat64
	}
	values := []T{0, T(math.Copysign(0, -1)), T(least), T(-3 * least), T(greatest / 2)}
	for i := range m.rows {
		for j := range m.cols {
			if at := rng.IntN(80); at < len(values) {
				m.data[i*m.stride+j] = values[at]
			}
		}
	}
}

// gemmBits is a digest of products of all forms and of many shapes.
func gemmBits[T Float](tier *tier) uint64 {
	rng := rand.New(rand.NewPCG(31, 32))
	var products []matrix[T]
	for _, s := range []shape{
		{m: 1, n: 1, k: 5}, {m: 4, n: 12, k: 7}, {m: 13, n: 31, k: 64}, {m: 64, n: 10, k: 200}, {m: 37, n: 49, k: 530},
		{m: 20, n: 97, k: 1030}, {m: 9, n: 23, k: 2050}, {m: 201, n: 40, k: 33}, {m: 30, n: 300, k: 40},
	} {
		for trans := range 4 {
			s.transA, s.transB, s.pad = trans&1 != 0, trans&2 != 0, trans
			for _, beta := range []T{0, 1, -0.75, 0.95} {
				a, b, c := operands[T](rng, s)
				salt(rng, a)
				salt(rng, b)
				salt(rng, c)
				tierGemm(tier, s.transA, s.transB, s.m, s.n, s.k, 1.25, a.data, a.stride, b.data, b.stride, beta, c.data, c.stride)
				products = append(products, c)
			}
		}
	}
	return digest(products)
}

// otherBits is a digest of the other products: one with a bias, one with a row of A, symmetric and triangular ones. The
// latter are so wide that all tiers have kernels for the whole of them, or so small that none has.
func otherBits[T Float](tier *tier) uint64 {
	rng := rand.New(rand.NewPCG(33, 34))
	var products []matrix[T]
	for _, m := range []int{1, 2, 50} {
		s := shape{m: m, n: 70, k: 600}
		a, b, c := operands[T](rng, s)
		bias := newMatrix[T](rng, 1, s.n, 0)
		tierAffine(tier, m, s.n, s.k, a.data, a.stride, b.data, b.stride, bias.data, c.data, c.stride)
		products = append(products, c)
	}
	for _, beta := range []T{0, 1, 0.5, 0.95} {
		for _, ul := range []blas.Uplo{blas.Upper, blas.Lower} {
			a, c := newMatrix[T](rng, 90, 53, 1), newMatrix[T](rng, 53, 53, 0)
			tierSyrk(tier, ul, blas.Trans, 53, 90, 1.25, a.data, a.stride, beta, c.data, c.stride)
			products = append(products, c)
		}
	}
	for variant := range 16 {
		solve, side, ul, tA := variant&1 != 0, blas.Left, blas.Upper, blas.NoTrans
		if variant&2 != 0 {
			side = blas.Right
		}
		if variant&4 != 0 {
			ul = blas.Lower
		}
		if variant&8 != 0 {
			tA = blas.Trans
		}
		for _, k := range []int{7, 40} {
			a, b := newMatrix[T](rng, k, k, 0), newMatrix[T](rng, k, 48, 1)
			if side == blas.Right {
				b = newMatrix[T](rng, 48, k, 2)
			}
			for i := range k {
				a.data[i*a.stride+i] += T(k)
			}
			tierTriangular(tier, solve, side, ul, tA, blas.NonUnit, b.rows, b.cols, 1.25, a.data, a.stride, b.data, b.stride)
			products = append(products, b)
		}
	}
	return digest(products)
}

// dotBits is a digest of products with a vector that are sums over the rows of the matrix.
func dotBits[T Float](tier *tier) uint64 {
	rng := rand.New(rand.NewPCG(35, 36))
	var products []matrix[T]
	for _, m := range []int{1, 7, 20} {
		for _, k := range []int{3, 8, 100, 333} {
			s := shape{m: m, n: 1, k: k}
			a, b, c := operands[T](rng, s)
			tierGemm(tier, false, false, m, 1, k, 1.25, a.data, a.stride, b.data, b.stride, 1, c.data, c.stride)
			products = append(products, c)
		}
	}
	return digest(products)
}

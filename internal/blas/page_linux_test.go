package blas

import (
	"math/rand/v2"
	"testing"

	"github.com/gokfac/gokfac/internal/fence"
)

// fenced copies the matrix to memory that ends (or starts) at a page no one may
// touch, so that a kernel that strays beyond the slice by one element dies.
func (m matrix[T]) fenced(t *testing.T, atEnd bool) matrix[T] {
	t.Helper()
	m.data, m.all = fence.Slice(t, m.data, atEnd), nil
	return m
}

func TestFences(t *testing.T) { eachTier(t, testFences[float32], testFences[float64]) }

func testFences[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(13, 14))
	sizes := []int{1, 2, 4, 7, 12, 16, 17, 33, 64, 65, 200}
	for range 150 {
		s := shape{
			transA: rng.IntN(2) == 0, transB: rng.IntN(2) == 0, pad: rng.IntN(3),
			m: sizes[rng.IntN(len(sizes))], n: sizes[rng.IntN(len(sizes))], k: sizes[rng.IntN(len(sizes))],
		}
		atEnd := rng.IntN(2) == 0
		a, b, c := operands[T](rng, s)
		value, magnitude := product(s, 1, a, b, 1, c)
		a, b, c = a.fenced(t, atEnd), b.fenced(t, atEnd), c.fenced(t, atEnd)
		tierGemm(tier, s.transA, s.transB, s.m, s.n, s.k, 1, a.data, a.stride, b.data, b.stride, 1, c.data, c.stride)
		requireClose(t, s.k, c, value, magnitude, nil)
	}
}

func TestAffineFences(t *testing.T) {
	eachTier(t, testAffineFences[float32], testAffineFences[float64])
}

func testAffineFences[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(21, 22))
	sizes := []int{1, 2, 4, 7, 12, 16, 17, 33, 64, 65, 200}
	for range 60 {
		s := shape{m: sizes[rng.IntN(len(sizes))], n: sizes[rng.IntN(len(sizes))], k: sizes[rng.IntN(len(sizes))], pad: rng.IntN(3)}
		atEnd := rng.IntN(2) == 0
		checkAffineShape(t, tier, rng, s, func(m matrix[T]) matrix[T] { return m.fenced(t, atEnd) })
	}
}

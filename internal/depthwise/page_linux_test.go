package depthwise

import (
	"testing"

	"github.com/gokfac/gokfac/internal/fence"
	"github.com/gokfac/gokfac/internal/isa"
)

func TestFences(t *testing.T) {
	for _, set := range isa.Supported() {
		t.Run(set.String(), func(t *testing.T) {
			testFences(t, kernelsFor[float32](set))
			testFences(t, kernelsFor[float64](set))
		})
	}
}

func testFences[T Float](t *testing.T, own kernels[T]) {
	for _, n := range []int{1, 4, 5, 8, 9, 16, 17, 40} {
		for _, m := range []int{1, 3, 4, 9} {
			for _, atEnd := range []bool{false, true} {
				d := Map[T]{[]int{0, 5, 2 * n}, 2 * n, n, own}
				place := func(size int) []T { return fence.Slice(t, make([]T, size), atEnd) }
				x := place(max(5, 2*n) + (m-1)*d.Step + n)
				y, w, bias := place(m*n), place(len(d.Offsets)*n), place(n)
				d.Multiply(m, y, x, w, bias)
				d.AddTransposed(m, w, x, y)
			}
		}
	}
}

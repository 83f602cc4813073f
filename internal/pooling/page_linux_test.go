package pooling

import (
	"math/rand/v2"
	"testing"

	"github.com/gokfac/gokfac/internal/fence"
	"github.com/gokfac/gokfac/internal/isa"
)

func TestFences(t *testing.T) {
	for _, set := range isa.Supported() {
		t.Run(set.String(), func(t *testing.T) {
			testFences[float32](t, set)
			testFences[float64](t, set)
		})
	}
}

func testFences[T Float](t *testing.T, set isa.Set) {
	own, r := of[T](set), rand.New(rand.NewPCG(1, 3))
	for _, n := range []int{1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 31, 33, 50, 65} {
		for _, w := range lines(r, n) {
			for _, atEnd := range []bool{false, true} {
				place := func(size int) []T { return fence.Slice(t, inner(operands[T](r, size, false)), atEnd) }
				x, dx, y, dy, choice := place(w.size()), place(w.size()), place(n*w.Windows), place(n*w.Windows), place(n*w.Windows)
				for _, run := range trials[T](w) {
					run(own, x, dx, y, dy, choice)
				}
			}
		}
	}
}

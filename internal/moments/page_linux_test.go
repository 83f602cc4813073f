package moments

import (
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
	own := of[T](set)
	for _, n := range []int{1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 31, 32, 33, 50, 63, 65, 130} {
		for _, rows := range []int{1, 3} {
			for _, atEnd := range []bool{false, true} {
				var s [9][]T
				for i := range s {
					size := n
					if i > 5 {
						size = n * rows
					}
					s[i] = fence.Slice(t, fill[T](size, 5, uint64(i)), atEnd)
				}
				for _, run := range trials[T](rows) {
					run(own, s)
				}
			}
		}
	}
}

package vector

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gokfac/gokfac/internal/fence"
)

func TestFences(t *testing.T) { eachSet(t, testFences[float32], testFences[float64]) }

func testFences[T Float](t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 65, 70, 1000} {
		for _, atEnd := range []bool{false, true} {
			for _, tr := range trials[T]() {
				o := newOperands[T](n, 0, 13)
				want := o.clone()
				for s := range o.part {
					o.part[s] = fence.Slice(t, o.part[s], atEnd)
				}
				o.apply(tr.run)
				want.apply(tr.loop)
				for s := range o.part {
					requireSame(t, want.part[s], o.part[s], tr.name)
				}
			}
			wide, slim := fence.Slice(t, make([]float64, n), atEnd), fence.Slice(t, make([]float32, n), atEnd)
			Widen(wide, slim)
			Narrow(slim, wide)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		rows, cols, atEnd := rng.IntN(40), 1+rng.IntN(70), rng.IntN(2) == 0
		x := newOperands[T](rows*cols, 0, 14).part[0]
		want := make([]T, cols)
		groupedSums(want, x)
		got := fence.Slice(t, make([]T, cols), atEnd)
		ColumnSums(got, fence.Slice(t, x, atEnd))
		requireSame(t, want, got, fmt.Sprintf("%d×%d", rows, cols))

		x = newOperands[T](cols*cols, 0, 15).part[0]
		mirrored := fence.Slice(t, x, atEnd)
		triangle(x, cols, 0, cols)
		Mirror(mirrored, cols)
		requireSame(t, x, mirrored, fmt.Sprint("order ", cols))
	}
}

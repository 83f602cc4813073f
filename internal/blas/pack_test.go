package blas

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPackTogether: four panels packed in one loop are those packed one after the other, and nothing beside them is written.
// Groups that are not whole, that end in padding or have wider panels are left to the latter way.
func TestPackTogether(t *testing.T) {
	eachTier(t, testPackTogether[float32], testPackTogether[float64])
}

func testPackTogether[T Float](t *testing.T, tier *tier) {
	kern, _ := kernelsOf[T](tier)
	if kern.copyPanels == nil {
		t.Skip("panels are packed one at a time here")
	}
	single := *kern
	single.copyPanels = nil
	rng := rand.New(rand.NewPCG(47, 48))
	together := 0
	for _, k := range []int{1, 2, 127, 129, 400} {
		for _, total := range []int{3, 8, 15, 16, 19, 32, 33, 48} {
			for _, most := range []int{1, 3} {
				from := newMatrix[T](rng, k, total, 5)
				o := operand[T]{from.data, from.stride, true}
				var sides [2]side[T]
				for i, kern := range []*kernels[T]{&single, kern} {
					s := &sides[i]
					memory := make([]T, s.cut(o, newPartition(total, packUnit, most), k, false))
					s.place(memory)
					for group := range s.groups() {
						s.pack(kern, group)
					}
				}
				for i, want := range sides[0].panels {
					got := sides[1].panels[i]
					for l := range k {
						require.Equal(t, want.data[l*want.size:][:want.valid], got.data[l*got.size:][:got.valid], "step %d of panel %d of %d columns", l, i, total)
					}
				}
				if s := &sides[1]; len(s.panels) >= packGroup && s.packTogether(kern, s.panels[:packGroup]) {
					together++
				}
			}
		}
	}
	require.Equal(t, 5*5, together) // 15 columns and fewer are not whole, and panels of up to 12 are too wide
}

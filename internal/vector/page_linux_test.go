package vector

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// fenced copies x to memory that ends (or starts) at a page no one may touch,
// so that a kernel that strays beyond the slice by one element dies.
func fenced[T Float](t *testing.T, x []T, atEnd bool) []T {
	if len(x) == 0 {
		return x
	}
	page := syscall.Getpagesize()
	size := len(x) * int(unsafe.Sizeof(x[0]))
	pages := (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, pages+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(memory)) })
	require.NoError(t, syscall.Mprotect(memory[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(memory[page+pages:], syscall.PROT_NONE))
	at := page
	if atEnd {
		at = page + pages - size
	}
	data := unsafe.Slice((*T)(unsafe.Pointer(&memory[at])), len(x))
	copy(data, x)
	return data
}

func TestFences(t *testing.T) { eachSet(t, testFences[float32], testFences[float64]) }

func testFences[T Float](t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 65, 70, 1000} {
		for _, atEnd := range []bool{false, true} {
			for _, tr := range trials[T]() {
				o := newOperands[T](n, 0, 13)
				want := o.clone()
				for s := range o.part {
					o.part[s] = fenced(t, o.part[s], atEnd)
				}
				o.apply(tr.run)
				want.apply(tr.loop)
				for s := range o.part {
					requireSame(t, want.part[s], o.part[s], tr.name)
				}
			}
			wide, slim := fenced(t, make([]float64, n), atEnd), fenced(t, make([]float32, n), atEnd)
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
		got := fenced(t, make([]T, cols), atEnd)
		ColumnSums(got, fenced(t, x, atEnd))
		requireSame(t, want, got, fmt.Sprintf("%d×%d", rows, cols))

		x = newOperands[T](cols*cols, 0, 15).part[0]
		mirrored := fenced(t, x, atEnd)
		triangle(x, cols, 0, cols)
		Mirror(mirrored, cols)
		requireSame(t, x, mirrored, fmt.Sprint("order ", cols))
	}
}

package depthwise

import (
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// fenced is a slice that ends, or starts, at a page no one may touch, so that a kernel that strays beyond it by one
// element dies.
func fenced[T Float](t *testing.T, x []T, atEnd bool) []T {
	page, size := syscall.Getpagesize(), len(x)*int(unsafe.Sizeof(x[0]))
	middle := (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, middle+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(memory)) })
	require.NoError(t, syscall.Mprotect(memory[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(memory[page+middle:], syscall.PROT_NONE))
	at := page
	if atEnd {
		at += middle - size
	}
	data := unsafe.Slice((*T)(unsafe.Pointer(&memory[at])), len(x))
	copy(data, x)
	return data
}

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
				place := func(size int) []T { return fenced(t, make([]T, size), atEnd) }
				x := place(max(5, 2*n) + (m-1)*d.Step + n)
				y, w, bias := place(m*n), place(len(d.Offsets)*n), place(n)
				d.Multiply(m, y, x, w, bias)
				d.AddTransposed(m, w, x, y)
			}
		}
	}
}

package moments

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
					s[i] = fenced(t, fill[T](size, 5, uint64(i)), atEnd)
				}
				for _, run := range trials[T](rows) {
					run(own, s)
				}
			}
		}
	}
}

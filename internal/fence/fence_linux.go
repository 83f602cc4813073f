package fence

import (
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// Slice copies x to memory that ends, or else starts, at a page no one may touch. It goes back to the system when the test
// is over.
func Slice[T float32 | float64](t testing.TB, x []T, atEnd bool) []T {
	t.Helper()
	if len(x) == 0 {
		return x
	}
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

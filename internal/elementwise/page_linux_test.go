package elementwise

import (
	"fmt"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// fencedPage holds slices that end, or start, at a page no one may touch, so
// that a kernel that reads or writes beyond one by one element dies.
type fencedPage []byte

func newFencedPage(t *testing.T) fencedPage {
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(memory)) })
	require.NoError(t, syscall.Mprotect(memory[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(memory[2*page:], syscall.PROT_NONE))
	return memory[page : 2*page]
}

func (p fencedPage) slice(n int, atEnd bool) []float32 {
	at := 0
	if atEnd {
		at = len(p) - 4*n
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&p[at : at+1 : at+1][0])), n)
}

func TestFences(t *testing.T) {
	a, b, c := newFencedPage(t), newFencedPage(t), newFencedPage(t)
	for _, k := range supported() {
		for _, atEnd := range []bool{false, true} {
			t.Run(fmt.Sprint(k.set, " ", atEnd), func(t *testing.T) {
				for n := 1; n <= 200; n++ {
					x, y, out := a.slice(n, atEnd), b.slice(n, atEnd), c.slice(n, atEnd)
					for i := range x {
						x[i], y[i] = float32(i%7)-3, 0.25
					}
					for _, f := range elementFunctions {
						f.run(k, out, x, y)
					}
					k.sigmoidCost(x, y)
					clear(y)
					for _, classes := range classCounts {
						if n%classes == 0 {
							k.softmax(out, x, classes)
							k.softmaxCost(x, y[:n/classes], classes)
						}
					}
				}
			})
		}
	}
}

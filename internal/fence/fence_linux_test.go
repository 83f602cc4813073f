package fence

import (
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// TestSlice: the elements are there to be changed, and the one beyond them cannot be read.
func TestSlice(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for _, n := range []int{1, 3, 1000, 1024, 5000} {
		for _, atEnd := range []bool{false, true} {
			x := make([]float32, n)
			x[0], x[n-1] = 1, 2
			got := Slice(t, x, atEnd)
			assert.Equal(t, x, got)
			got[0], got[n-1] = 3, 4
			beyond := unsafe.Add(unsafe.Pointer(&got[0]), -4)
			if atEnd {
				beyond = unsafe.Add(unsafe.Pointer(&got[0]), 4*n)
			}
			assert.Panics(t, func() { sink = *(*float32)(beyond) }, "%d, at the end %v", n, atEnd)
		}
	}
	assert.Empty(t, Slice(t, []float64{}, true))
}

var sink float32

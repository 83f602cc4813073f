package layers

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// The locations of a window are those found by trying every start.
func TestWindowCountsItsLocations(t *testing.T) {
	for kernel := 1; kernel <= 4; kernel++ {
		for stride := 0; stride <= 3; stride++ {
			for dilation := 0; dilation <= 2; dilation++ {
				for padding := 0; padding <= 2; padding++ {
					const height, width = 9, 11
					count := func(in int) (n int) {
						for at := -padding; at+max(dilation, 1)*(kernel-1) < in+padding; at += max(stride, 1) {
							n++
						}
						return n
					}
					win := window{kernel: [2]int{kernel, kernel}, stride: [2]int{stride, stride},
						padding: [2]int{padding, padding}, dilation: [2]int{dilation, dilation}}
					w, err := win.place("pool1", 2, tensor.Shape{2, height, width, 3}, 3)
					require.NoError(t, err)
					name := fmt.Sprintf("%+v", win)
					assert.Equal(t, count(height), w.vertical.out, name)
					assert.Equal(t, count(width), w.horizontal.out, name)
					assert.Equal(t, kernel*kernel*3, w.features(), name)
				}
			}
		}
	}
}

func TestWindowErrorsNameLayerAndShapes(t *testing.T) {
	_, err := window{kernel: [2]int{5, 2}}.place("pool1", 2, tensor.Shape{2, 4, 4, 3}, 3)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "pool1")
	assert.Contains(t, err.Error(), "(2, 4, 4, 3)")
	assert.Contains(t, err.Error(), "kernel 5×2")
}

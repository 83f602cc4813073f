package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// TestTooLarge: a model that does not fit in a file is refused before there is memory for it.
func TestTooLarge(t *testing.T) {
	for _, shape := range [][]int{{1 << 20, 600}, {1 << 40, 1 << 40}, {math.MaxInt, 2}} {
		g := newGraph(SaveConfig{})
		g.floats("first", []int{3}, func(int) float64 { return 1 })
		g.floats("large", shape, func(int) float64 { panic("the numbers are read") })
		assert.ErrorIs(t, g.err, onnxproto.ErrTooLarge)
		assert.Len(t, g.out.Initializers, 1)
	}
}

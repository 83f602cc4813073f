package losses

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// all reports whether f32, or f64, holds for the elements of a float tensor. Targets as large as an autoencoder's are
// checked in every step, so the loss's own loop clears a good batch, and firstBad's call for every element, four times as
// slow, is left for the bad one.
func all(t *tensor.Dense, f32 func([]float32) bool, f64 func([]float64) bool) bool {
	if t.Dtype() == graph.Float32 {
		return f32(t.Float32s())
	}
	return f64(t.Float64s())
}

// firstBad is the index and value of the first element of a float tensor
// that fails ok, or -1.
func firstBad(t *tensor.Dense, ok func(v float64) bool) (int, float64) {
	if t.Dtype() == graph.Float32 {
		return scan(t.Float32s(), ok)
	}
	return scan(t.Float64s(), ok)
}

func scan[T graph.Float](x []T, ok func(v float64) bool) (int, float64) {
	for i, v := range x {
		if !ok(float64(v)) {
			return i, float64(v)
		}
	}
	return -1, 0
}

package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// copyOf is a copy of all the parameters. A sample of them would miss a run
// that moves few.
func copyOf(params []*graph.Param) graph.Direction {
	d := graph.NewDirection(params)
	d.Copy(graph.Values(params))
	return d
}

// unmoved reports whether two states of the parameters differ by less than a
// millionth of their length: a run whose steps were too small to do anything.
// Parameters that were all 0 have no length to compare with: they have not
// moved if each is below the rounding of float32 still.
func unmoved(before, after graph.Direction) bool {
	var d distance
	for i := range before {
		if before[i].Dtype() == graph.Float32 {
			addDistance(&d, before[i].Float32s(), after[i].Float32s())
		} else {
			addDistance(&d, before[i].Float64s(), after[i].Float64s())
		}
	}
	if d.length == 0 {
		return d.greatest < leastScale
	}
	return math.Sqrt(d.moved) < 1e-6*math.Sqrt(d.length)
}

// distance compares two states: the squares of how far the second is from the
// first and of the first's length, and the greatest element of the difference.
type distance struct{ moved, length, greatest float64 }

func addDistance[T graph.Float](d *distance, before, after []T) {
	for i, v := range before {
		x, step := float64(v), float64(after[i])-float64(v)
		d.moved += step * step
		d.length += x * x
		d.greatest = max(d.greatest, math.Abs(step))
	}
}

package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// someOf are some of the parameters, evenly spread: at most about 4096.
func someOf(params []*graph.Param) []float64 {
	total := 0
	for _, p := range params {
		total += p.Value.DataSize()
	}
	every, at := total/4096+1, 0
	list := make([]float64, 0, total/every+1)
	for _, p := range params {
		n := p.Value.DataSize()
		for ; at < n; at += every {
			if p.Value.Dtype() == graph.Float32 {
				list = append(list, float64(p.Value.Float32s()[at]))
			} else {
				list = append(list, p.Value.Float64s()[at])
			}
		}
		at -= n
	}
	return list
}

// unmoved reports whether samples of the parameters differ by less than a
// millionth of their length: a run whose steps were too small to do anything.
func unmoved(before, after []float64) bool {
	var moved, length float64
	for i, v := range before {
		d := after[i] - v
		moved += d * d
		length += v * v
	}
	return length > 0 && math.Sqrt(moved) < 1e-6*math.Sqrt(length)
}

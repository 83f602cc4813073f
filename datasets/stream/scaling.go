package stream

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/gokfac/gokfac/internal/standard"
	"github.com/gokfac/gokfac/scaling"
)

// MeasureScaling reads a sequence once and returns the scaling that gives its values mean 0 and deviation 1, as
// datasets.Dataset.Standardize does for data in memory: for each of the examples' values its own, moved to no further than 10
// deviations. A value that is the same in all examples becomes 0. Memory is that of one example.
//
// It belongs into Options.Scaling and trainer.Preparation.Inputs. The targets' scaling is that of a
// sequence whose X are the targets.
//
// Mean and squares about it are brought up to date with each example (Welford 1962), in float64.
func MeasureScaling(examples iter.Seq2[Example, error]) (scaling.Scaling, error) {
	var s scaling.Scaling
	var first []float64
	var varies []bool
	n := 0.0
	for example, err := range examples {
		if err != nil {
			return scaling.Scaling{}, fmt.Errorf("stream: after %.0f examples: %w", n, err)
		}
		if n == 0 {
			first = append(first, example.X...)
			s.Mean, s.Deviation, varies = make([]float64, len(first)), make([]float64, len(first)), make([]bool, len(first))
		}
		if n++; len(example.X) != len(first) {
			return scaling.Scaling{}, fmt.Errorf("stream: example %.0f: %d values, and the first has %d", n, len(example.X), len(first))
		}
		for j, v := range example.X {
			if v-v != 0 {
				return scaling.Scaling{}, fmt.Errorf("stream: example %.0f: value %d is %v: want finite numbers", n, j+1, v)
			}
			from := v - s.Mean[j]
			s.Mean[j] += from / n
			s.Deviation[j] += from * (v - s.Mean[j])
			varies[j] = varies[j] || !standard.Same(v, first[j])
		}
	}
	if n == 0 {
		return scaling.Scaling{}, errors.New("stream: the sequence gave no example")
	}
	for j, squares := range s.Deviation {
		if s.Deviation[j] = math.Sqrt(squares / n); !varies[j] {
			s.Mean[j], s.Deviation[j] = first[j], 0
		}
	}
	s.Bound = standard.Bound
	return s, nil
}

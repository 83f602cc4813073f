package stream

import (
	"fmt"
	"iter"
)

// Rows is a sequence of examples that are in memory: example i has the values x[i] and the class labels[i]. With Window
// and Examples set to their number, every epoch is a shuffle of all.
func Rows(x [][]float64, labels []int) iter.Seq2[Example, error] {
	return inMemory(x, len(labels), "labels", func(e *Example, i int) { e.Label = labels[i] })
}

// Pairs is Rows for values to predict: example i has the values x[i] and the target y[i].
func Pairs(x, y [][]float64) iter.Seq2[Example, error] {
	return inMemory(x, len(y), "targets", func(e *Example, i int) { e.Y = y[i] })
}

func inMemory(x [][]float64, n int, what string, target func(e *Example, i int)) iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		if n != len(x) {
			yield(Example{}, fmt.Errorf("%d examples have %d %s", len(x), n, what))
			return
		}
		for i := range x {
			e := Example{X: x[i]}
			if target(&e, i); !yield(e, nil) {
				return
			}
		}
	}
}

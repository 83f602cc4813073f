package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// leading is how many of n examples are a fraction of them, rounded up.
func leading(fraction float64, n int) int { return int(math.Ceil(fraction * float64(n))) }

// outerScale makes a sum of outer products of a tap's gradients, over the
// leading examples, a mean of outer products of per-example gradients. The rows
// of G are 1/N of an example's own gradient.
func outerScale[T graph.Float](t *graph.Tap, examples int) T {
	n := T(t.Examples)
	return n * n / T(examples)
}

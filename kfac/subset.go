package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// leading returns the number of examples in a fraction of n examples, rounded up.
func leading(fraction float64, n int) int { return int(math.Ceil(fraction * float64(n))) }

// outerScale returns N²/n for a tap of N examples, n = examples of which are measured. A
// row of the tap's G is 1/N of a per-example gradient. Multiplied by N²/n, a sum of outer
// products of rows over n examples is the mean of outer products of per-example gradients.
func outerScale[T graph.Float](t *graph.Tap, examples int) T {
	n := T(t.Examples)
	return n * n / T(examples)
}

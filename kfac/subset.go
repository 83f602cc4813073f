package kfac

import (
	"cmp"
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

// sampled says which rows of a tap with several locations the factors are measured on: of
// the rows of the mini-batch every s-th. Of a part with consecutive examples these are the
// tap's row first, and every s-th after it; see picked for others. s is the least
// that leaves at most so many rows (Pass.most) and has no factor in common with the number
// of locations: among s examples each location occurs once.
// Rows of one example, such as the overlapping windows of an image, are much alike: the
// sample has rows of all examples, in the place of all rows of a few. A tap in several groups
// has a quarter as many: the factors of a group are of low order, and known from fewer rows.
func (p *Pass) sampled(t *graph.Tap, locations int) (first, every int) {
	every = 1
	if p.most == 0 || locations <= 1 {
		return 0, every
	}
	most := p.most
	if t.Groups > 1 {
		most = max(most/4, 1)
	}
	rows := cmp.Or(p.whole, t.Examples) * locations
	if f := p.fraction; f > 0 && f < 1 {
		rows = leading(f, cmp.Or(p.whole, t.Examples)) * locations
	}
	for every = (rows + most - 1) / most; divisor(every, locations) > 1; {
		every++
	}
	return (every - p.first*locations%every) % every, every
}

// divisor is the greatest common divisor.
func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// picked returns those rows of x that are measured, of so many locations for each example,
// by the first and every of Pass.sampled. Where a part has every P-th example of the
// mini-batch they are not equally far apart, and are copied to the scratch memory.
func picked[T graph.Float](p *Pass, x tapRows[T], first, every, locations int, scratch *reduction[T]) tapRows[T] {
	if every == 1 || p.step <= 1 {
		return x.sampled(first, every)
	}
	n, rows := 0, scratch.rows[:0]
	for r := range x.n {
		if p.row(r, locations)%every == 0 {
			rows = append(rows, x.row(r)...)
			n++
		}
	}
	scratch.rows = rows
	return rowsOf(rows, n, x.cols)
}

// row is the number, among the rows of the whole mini-batch, of the tap's r-th row.
func (p *Pass) row(r, locations int) int { return p.number(r/locations)*locations + r%locations }

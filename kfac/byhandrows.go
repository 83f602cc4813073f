package kfac

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// byHandRows is the inputs or the output gradients of a map: N·T rows, the T rows of an
// example together, which are handed over at once or one location after the other.
type byHandRows[T graph.Float] struct {
	data  []T
	cols  int
	seen  []bool // locations that have been handed over; nil for those of all at once
	count int    // of them

	views map[int]*tensor.Dense // of the leading rows, by number
}

// begin forgets what was handed over.
func (r *byHandRows[T]) begin() {
	clear(r.seen)
	r.count = 0
}

// all takes the rows of all locations.
func (r *byHandRows[T]) all(x []T, locations int) {
	copy(r.reserve(len(x)), x)
	r.count = locations
}

// at takes the rows of one location, one for each example. It reports false if this location,
// or all, have been handed over before.
func (r *byHandRows[T]) at(x []T, location, locations int) bool {
	if r.seen == nil {
		r.seen = make([]bool, locations)
	}
	if r.seen[location] || r.count == locations {
		return false
	}
	r.seen[location] = true
	r.count++
	data := r.reserve(len(x) * locations)
	for i := 0; i < len(x); i += r.cols {
		copy(data[i*locations+location*r.cols:], x[i:i+r.cols])
	}
	return true
}

// reserve is the memory of n elements. It allocates only where there has never been as much.
func (r *byHandRows[T]) reserve(n int) []T {
	if n > len(r.data) {
		r.data = append(r.data, make([]T, n-len(r.data))...) // keeps the locations before
		clear(r.views)
	}
	return r.data[:n]
}

// mostViews is the number of numbers of rows that a tensor is kept for.
const mostViews = 64

// view is the leading rows as a tensor. One for each number of rows is kept, so that steps
// whose mini-batches have one of a few sizes allocate nothing.
func (r *byHandRows[T]) view(rows int) *tensor.Dense {
	r.reserve(rows * r.cols)
	if v, ok := r.views[rows]; ok {
		return v
	}
	if r.views == nil || len(r.views) >= mostViews {
		r.views = map[int]*tensor.Dense{}
	}
	v := tensor.New(tensor.WithShape(rows, r.cols), tensor.WithBacking(r.data[:rows*r.cols]))
	r.views[rows] = v
	return v
}

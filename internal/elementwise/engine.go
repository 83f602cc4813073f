package elementwise

import (
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/parallel"
)

// engine runs kernels over pieces of slices.
type engine[T Float] struct {
	kernels  *kernels[T]
	pool     *parallel.Pool[call[T]]
	partials parallel.Spares[[maxPartials]float64]
	piece    func(*call[T], int) // made once, because a generic function value is allocated
}

var (
	single = newEngine(kernelsOf(isa.Active()))
	double = newEngine(plain[float64]())
)

func newEngine[T Float](k *kernels[T]) *engine[T] {
	return &engine[T]{k, parallel.NewPool[call[T]](), parallel.NewSpares(4, newPartials), (*call[T]).piece}
}

func newPartials() *[maxPartials]float64 { return new([maxPartials]float64) }

func engineOf[T Float]() *engine[T] {
	if e, ok := any(single).(*engine[T]); ok {
		return e
	}
	return any(double).(*engine[T])
}

// maxPartials is the greatest number of pieces of a sum. Beyond it the pieces grow.
const maxPartials = 64

// call is a function over slices. Its units, which are elements or rows of classes elements, are cut into pieces.
type call[T Float] struct {
	unary       func(y, x []T)
	binary      func(dx, y, dy []T)
	scaled      func(y, x []T, scale T)
	scaledPair  func(dx, y, dy []T, scale T)
	rows        func(p, z []T, classes int)
	cost        func(z, y []T) float64
	rowCost     func(z, labels []T, classes int) float64
	out, a, b   []T
	scale       T
	classes     int
	units, size int // units in all, and units of a piece
	partials    *[maxPartials]float64
}

// run computes the units from first to end, and returns their sum if the function has one.
func (c *call[T]) run(first, end int) float64 {
	from, to := first*c.classes, end*c.classes
	switch {
	case c.unary != nil:
		c.unary(c.out[from:to], c.a[from:to])
	case c.binary != nil:
		c.binary(c.out[from:to], c.a[from:to], c.b[from:to])
	case c.scaled != nil:
		c.scaled(c.out[from:to], c.a[from:to], c.scale)
	case c.scaledPair != nil:
		c.scaledPair(c.out[from:to], c.a[from:to], c.b[from:to], c.scale)
	case c.rows != nil:
		c.rows(c.out[from:to], c.a[from:to], c.classes)
	case c.cost != nil:
		return c.cost(c.a[from:to], c.b[from:to])
	case c.rowCost != nil:
		return c.rowCost(c.a[from:to], c.b[first:end], c.classes)
	}
	return 0
}

func (c *call[T]) piece(i int) {
	partial := c.run(i*c.size, min((i+1)*c.size, c.units))
	if c.partials != nil {
		c.partials[i] = partial
	}
}

// elements runs the call in pieces of a number of elements. The bounds of pieces depend on the length of the slices
// only, so results do not depend on the number of workers. Slices shorter than two pieces stay with the caller.
func (e *engine[T]) elements(c call[T], size int) {
	c.size = max(1, size/c.classes)
	if c.units < 2*c.size {
		c.run(0, c.units)
		return
	}
	e.pool.Run((c.units+c.size-1)/c.size, c, e.piece)
}

// sum runs the call in pieces and adds their sums in order.
func (e *engine[T]) sum(c call[T]) float64 {
	c.size = max(1, e.kernels.costlyPiece/c.classes, (c.units+maxPartials-1)/maxPartials)
	if c.units < 2*c.size {
		return c.run(0, c.units)
	}
	c.partials = e.partials.Get()
	pieces := (c.units + c.size - 1) / c.size
	e.pool.Run(pieces, c, e.piece)
	var sum float64
	for _, partial := range c.partials[:pieces] {
		sum += partial
	}
	e.partials.Put(c.partials)
	return sum
}

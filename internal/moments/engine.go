package moments

import (
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/parallel"
)

// Engine computes over arrays of one layout. It keeps its memory, and is not safe for concurrent use.
type Engine[T Float] struct {
	Layout
	cut
	epsilon float64
	k       *kernels[T]
	fold    int     // rows that are taken as one, of few channels
	share   float64 // of an element in the mean of its part
	ones    []T     // in the place of a weight
	zeros   []T     // and of a bias, where parts are rows
	pool    *parallel.Pool[job[T]]
	spares  parallel.Spares[scratch[T]]
	partial []float64 // of each piece, two rows of C
	steps   [5]func(*job[T], int)
	alone   job[T] // that the caller does
}

// job is a pass over the arrays.
type job[T Float] struct {
	*Engine[T]
	y, x, g        []T
	m              parts[T]
	weight, bias   []T // nil: ones, zeros
	dWeight, dBias []T // of a tangent; nil: zeros
	sums           []T // nil: zeros
	tangent        bool
}

// scratch is a worker's memory.
type scratch[T Float] struct {
	k, a, d, c []T
	s, t       []T
	sum, dot   []float64
}

// mostFolded is about how many elements of a row are worth a call.
const mostFolded = 64

// New returns an engine for arrays of the layout, with ε.
func New[T Float](l Layout, epsilon float64) *Engine[T] {
	e := &Engine[T]{Layout: l, cut: l.cut(), epsilon: epsilon, share: 1 / float64(l.Rows*l.Width), k: of[T](isa.Active()), fold: max(1, mostFolded/l.Channels())}
	e.pool = parallel.NewPool[job[T]]()
	// Method values of generic types are allocated: they are made once.
	e.steps = [...]func(*job[T], int){(*job[T]).findPiece, (*job[T]).putTogether, (*job[T]).mapPiece, (*job[T]).sumPiece, (*job[T]).partSums}
	if l.Rows == 1 {
		e.ones, e.zeros = make([]T, l.Channels()), make([]T, l.Channels())
		for i := range e.ones {
			e.ones[i] = 1
		}
	}
	n := e.fold * l.Channels()
	e.spares = parallel.NewSpares(8, func() *scratch[T] {
		w := &scratch[T]{sum: make([]float64, l.Channels()), dot: make([]float64, l.Channels())}
		for _, s := range []*[]T{&w.k, &w.a, &w.d, &w.c, &w.s, &w.t} {
			*s = make([]T, n)
		}
		return w
	})
	return e
}

const (
	find = iota
	together
	mapping
	sum
	partSum
)

func of[T Float](set isa.Set) *kernels[T] {
	single, double := kernelsOf(set)
	if k, ok := any(single).(*kernels[T]); ok {
		return k
	}
	return any(double).(*kernels[T])
}

// serialBelow is how many elements are not worth a second goroutine. Only tests change it.
var serialBelow = 1 << 14

// run is one step over so many pieces.
func (e *Engine[T]) run(pieces int, j job[T], step int) {
	if e.Size() < serialBelow {
		e.alone = j // an argument of a function value would be allocated
		for i := range pieces {
			e.steps[step](&e.alone, i)
		}
		return
	}
	e.pool.Run(pieces, j, e.steps[step])
}

// memory is the partial sums of all pieces.
func (e *Engine[T]) memory() []float64 {
	if e.partial == nil {
		e.partial = make([]float64, e.Scratch())
	}
	return e.partial
}

// of returns the two rows of a piece.
func (e *Engine[T]) partials(piece int) (one, two []float64) {
	c := e.Channels()
	rows := e.memory()[2*piece*c:]
	return rows[:c], rows[c : 2*c]
}

// batch is how many terms are added in the element type.
const batch = 64

// next is how many rows a kernel is to take, of rows that are left: rows times fold.
func (e *Engine[T]) next(left int) (rows, fold int) {
	if left >= e.fold {
		return min(batch, left/e.fold), e.fold
	}
	return min(batch, left), 1
}

// repeat fills the folded row with its first part.
func (e *Engine[T]) repeat(row []T) {
	c := e.Channels()
	for at := c; at < len(row); at += c {
		copy(row[at:], row[:c])
	}
}

// widen adds the folds of part to sum.
func widen[T Float](sum []float64, part []T) {
	for ; len(part) > 0; part = part[len(sum):] {
		for j := range sum {
			sum[j] += float64(part[j])
		}
	}
}

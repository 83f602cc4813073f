package pooling

import "github.com/gokfac/gokfac/internal/isa"

// Float is the set of element types.
type Float interface{ float32 | float64 }

// Window is where the places of a window are: Row elements from one row to the next, Col elements from one column to
// the next. Rows and Cols are at least 1.
type Window struct{ Rows, Cols, Row, Col int }

// Line is some windows of one form, of the given channels, that begin Step elements apart. Windows is at least 1.
type Line struct {
	Window
	Channels, Windows, Step int
}

// Kernels are the loops of one set of instructions. Slices y, dy and choice have the channels of each window, one after
// the other, and x and dx reach to the end of the last window at least, or a call panics.
type Kernels[T Float] struct {
	max, maxOnly, take func(y, choice, x []T, n, windows, step, rows, cols, row, col int)
	give, add          func(dx, choice, dy []T, n, windows, step, rows, cols, row, col int)
	sum                func(y, x []T, scale T, n, windows, step, rows, cols, row, col int)
	spread, spreadOn   func(dx, dy []T, scale T, n, windows, step, rows, cols, row, col int)
}

// Of returns the kernels of this machine.
func Of[T Float]() *Kernels[T] { return of[T](isa.Active()) }

func of[T Float](set isa.Set) *Kernels[T] {
	single, double := kernelsOf(set)
	if k, ok := any(single).(*Kernels[T]); ok {
		return k
	}
	return any(double).(*Kernels[T])
}

// Max is y = max x over the window, and choice the place of it. A nil choice is not kept.
func (k *Kernels[T]) Max(y, choice, x []T, w Line) {
	w.check(len(y), len(x))
	if choice == nil {
		k.maxOnly(y, nil, x, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
		return
	}
	same(len(y), len(choice))
	k.max(y, choice, x, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

// Take is y = x at the chosen place.
func (k *Kernels[T]) Take(y, choice, x []T, w Line) {
	w.check(len(y), len(x))
	same(len(y), len(choice))
	k.take(y, choice, x, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

// Give is dx = dy at the chosen place, and zero at the others of each window.
func (k *Kernels[T]) Give(dx, choice, dy []T, w Line) {
	w.check(len(dy), len(dx))
	same(len(dy), len(choice))
	k.give(dx, choice, dy, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

// Add adds what Give writes.
func (k *Kernels[T]) Add(dx, choice, dy []T, w Line) {
	w.check(len(dy), len(dx))
	same(len(dy), len(choice))
	k.add(dx, choice, dy, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

// Sum is y = scale·Σ x over each window.
func (k *Kernels[T]) Sum(y, x []T, scale T, w Line) {
	w.check(len(y), len(x))
	k.sum(y, x, scale, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

// Spread is dx = scale·dy at every place of each window.
func (k *Kernels[T]) Spread(dx, dy []T, scale T, w Line) {
	w.check(len(dy), len(dx))
	k.spread(dx, dy, scale, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

// SpreadOn adds what Spread writes.
func (k *Kernels[T]) SpreadOn(dx, dy []T, scale T, w Line) {
	w.check(len(dy), len(dx))
	k.spreadOn(dx, dy, scale, w.Channels, w.Windows, w.Step, w.Rows, w.Cols, w.Row, w.Col)
}

const (
	badLength = "pooling: slices of different lengths"
	badWindow = "pooling: the window reaches beyond the image"
)

func same(m, n int) {
	if m != n {
		panic(badLength)
	}
}

// check keeps the kernels within an image of the given length.
func (w Line) check(pooled, image int) {
	if pooled != w.Channels*w.Windows {
		panic(badLength)
	}
	last := (w.Rows-1)*w.Row + (w.Cols-1)*w.Col + (w.Windows-1)*w.Step
	if min(w.Rows, w.Cols, w.Windows) < 1 || min(w.Row, w.Col, w.Step, w.Channels) < 0 || last+w.Channels > image {
		panic(badWindow)
	}
}

package vector

import "github.com/gokfac/gokfac/internal/parallel"

// workers is the goroutines of an element type, and memory for their sums.
type workers[T Float] struct {
	pool  *parallel.Pool[arguments[T]]
	piece func(a *arguments[T], i int) // the method as a value; made in a generic function, it would be allocated each time
	spare parallel.Spares[[][3]float64]
}

// spareSums is the number of simultaneous callers that find memory for their sums.
const spareSums = 4

var (
	single = &workers[float32]{parallel.NewPool[arguments[float32]](), (*arguments[float32]).piece, parallel.NewSpares(spareSums, newSums)}
	double = &workers[float64]{parallel.NewPool[arguments[float64]](), (*arguments[float64]).piece, parallel.NewSpares(spareSums, newSums)}
)

func workersOf[T Float]() *workers[T] {
	if w, ok := any(single).(*workers[T]); ok {
		return w
	}
	return any(double).(*workers[T])
}

func (w *workers[T]) sums(n int) *[][3]float64 {
	s := w.spare.Get()
	if cap(*s) < n {
		*s = make([][3]float64, n)
	}
	*s = (*s)[:n]
	return s
}

func newSums() *[][3]float64 { return new([][3]float64) }

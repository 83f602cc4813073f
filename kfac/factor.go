package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// factor is A or G of one affine map: the second moment (n×n) of the mini-batch, and
// its running average. Only the lower triangles of both are defined; lowRank mirrors that
// of mean.
type factor[T graph.Float] struct {
	n      int
	batch  []T        // second moment of the mini-batch
	mean   []T        // running average
	folds  int        // updates of mean
	window *window[T] // in the place of batch and mean, of a very wide layer; else nil
}

func newFactor[T graph.Float](n int) *factor[T] {
	return &factor[T]{n: n, batch: make([]T, n*n), mean: make([]T, n*n)}
}

// newWideFactor returns a factor that is a window.
func newWideFactor[T graph.Float](n, locations int) *factor[T] {
	return &factor[T]{n: n, window: newWindow[T](n, locations)}
}

// setInputs sets batch to the second moment (1/N) Σ āᵀā over the rows of N = examples
// examples, every s-th of which a has. ā is [a, 1] if n is in+1, and a if n is in. Several
// rows of an example are summed (Ω of Grosse & Martens 2016).
func (f *factor[T]) setInputs(a tapRows[T], every, examples int) {
	scale, in := T(every)/T(examples), a.cols
	blas.Syrk(in, a.n, scale, a.data, a.stride, 0, f.batch, f.n)
	if f.n == in {
		return
	}
	last := f.batch[in*f.n:]
	if a.together() {
		vector.ColumnSums(last[:in], a.data[:a.n*in])
	} else {
		clear(last[:in])
		a.addTo(last)
	}
	vector.Scale(last[:in], scale)
	last[in] = T(a.n*every) / T(examples)
}

// addGradients adds (N²/rows) Σ gᵀg over so many rows, every s-th of which g has, to batch,
// or sets batch to it if first. g holds gradients of the mean loss over N = examples examples, so
// that N·g is a per-example gradient. Several rows of an example are averaged (Γ of
// Grosse & Martens 2016).
func (f *factor[T]) addGradients(g tapRows[T], every, rows, examples int, first bool) {
	var beta T = 1
	if first {
		beta = 0
	}
	blas.Syrk(f.n, g.n, T(examples)*T(examples)/T(rows)*T(every), g.data, g.stride, beta, f.batch, f.n)
}

// finite reports whether batch has no NaN and no infinity. It looks at the diagonal
// alone: by Cauchy–Schwarz no element, nor a partial sum of it, is greater in size than
// the greater of the two diagonal elements in its row and column.
func (f *factor[T]) finite() bool {
	if f.window != nil {
		return vector.Finite(f.window.batch)
	}
	for i := range f.n {
		if d := f.batch[i*f.n+i]; d-d != 0 {
			return false
		}
	}
	return true
}

// Fold replaces mean by the weighted average keep·mean + (1−keep)·batch.
func (f *factor[T]) Fold(keep float64) {
	f.folds++
	if f.window != nil {
		f.window.fold(keep)
		return
	}
	for i := range f.n {
		row, end := i*f.n, i*f.n+i+1
		vector.Combine(f.mean[row:end], T(keep), T(1-keep), f.batch[row:end])
	}
}

// fields lists the memory of the average that a saved state holds.
func (f *factor[T]) fields(name string) []Field {
	if f.window != nil {
		return f.window.fields(name)
	}
	return []Field{{Name: name, Value: f.mean}}
}

// trace returns the trace of mean.
func (f *factor[T]) trace() float64 {
	if f.window != nil {
		return f.window.share()
	}
	var s float64
	for i := range f.n {
		s += float64(f.mean[i*f.n+i])
	}
	return s
}

// damped writes the lower triangle of mean + damping·I to l (n×n) in float64. mean
// itself does not change.
func (f *factor[T]) damped(l []float64, damping float64) {
	n := f.n
	for i := range n {
		row, end := i*n, i*n+i+1
		vector.ToFloat64(l[row:end], f.mean[row:end])
		l[i*n+i] += damping
	}
}

// decayAt returns the weight ε_k = min(1 − 1/k, most) that the old average keeps in
// its k-th update, counted from 1. The average is a plain mean at first, without the
// bias of a start at zero or at the identity (MG15 §5).
func decayAt(k int, most float64) float64 { return min(1-1/float64(k), most) }

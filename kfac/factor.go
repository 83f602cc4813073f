package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// factor is one side of a Kronecker block: a running average of n×n
// covariances. Both matrices have their lower triangles only.
type factor[T graph.Float] struct {
	n     int
	batch []T // this mini-batch's covariance
	mean  []T // running average
}

func newFactor[T graph.Float](n int) *factor[T] {
	return &factor[T]{n: n, batch: make([]T, n*n), mean: make([]T, n*n)}
}

// setInputs makes batch the second moment (1/N) Σ ā āᵀ over the rows of a
// (rows×in) of so many examples, ā = [a, 1] if the factor is one larger than
// in. Where an example has several rows they are summed (KFC's Ω).
func (f *factor[T]) setInputs(a []T, rows, in, examples int) {
	scale := 1 / T(examples)
	blas.Syrk(in, rows, scale, a, in, 0, f.batch, f.n)
	if f.n == in {
		return
	}
	last := f.batch[in*f.n:]
	vector.ColumnSums(last[:in], a[:rows*in])
	vector.Scale(last[:in], scale)
	last[in] = T(rows) / T(examples)
}

// addGradients adds (1/rows) Σ g gᵀ to batch, or sets it if first, g (rows×n)
// being gradients of a mean over N examples: rows of g are N times those given.
// Where an example has several rows they are averaged (KFC's Γ).
func (f *factor[T]) addGradients(g []T, rows, examples int, first bool) {
	var beta T = 1
	if first {
		beta = 0
	}
	blas.Syrk(f.n, rows, T(examples)*T(examples)/T(rows), g, f.n, beta, f.batch, f.n)
}

// finite reports whether batch has no NaN and no infinity. Its diagonal tells:
// no element off it, nor a partial sum of one, is greater than the greater of
// two diagonal ones.
func (f *factor[T]) finite() bool {
	for i := range f.n {
		if d := f.batch[i*f.n+i]; d-d != 0 {
			return false
		}
	}
	return true
}

// fold makes mean the weighted average keep·mean + (1−keep)·batch.
func (f *factor[T]) Fold(keep float64) {
	for i := range f.n {
		row, end := i*f.n, i*f.n+i+1
		vector.Combine(f.mean[row:end], T(keep), T(1-keep), f.batch[row:end])
	}
}

// trace is that of mean.
func (f *factor[T]) trace() float64 {
	var s float64
	for i := range f.n {
		s += float64(f.mean[i*f.n+i])
	}
	return s
}

// damped writes the lower triangle of mean + damping·I to l, in float64. The
// average itself stays undamped.
func (f *factor[T]) damped(l []float64, damping float64) {
	n := f.n
	for i := range n {
		row, end := i*n, i*n+i+1
		widen(l[row:end], f.mean[row:end])
		l[i*n+i] += damping
	}
}

// decayAt is the weight ε_k = min(1 − 1/k, most) that the old average keeps
// in its k-th update, counted from 1: a plain mean at first, without the bias
// of a start at zero or at the identity (MG15 §5).
func decayAt(k int, most float64) float64 { return min(1-1/float64(k), most) }

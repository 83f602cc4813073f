package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// factor is one side of a Kronecker block: a running average of n×n
// covariances, and the inverse of its damped self.
type factor[T graph.Float] struct {
	n       int
	batch   []T // this mini-batch's covariance, upper triangle
	mean    []T // running average, both triangles: symmetric by construction
	inverse []T // of mean + damping·I, when it was last inverted; symmetric
	fresh   []T // the inverse that accept makes the present one
}

func newFactor[T graph.Float](n int) *factor[T] {
	return &factor[T]{n: n, batch: make([]T, n*n), mean: make([]T, n*n), inverse: make([]T, n*n), fresh: make([]T, n*n)}
}

// setInputs makes batch the covariance (1/rows) āᵀā of the rows of a
// (rows×in), ā = [a, 1] if the factor is one larger than in.
func (f *factor[T]) setInputs(a []T, rows, in int) {
	scale := 1 / T(rows)
	blas.Syrk(in, rows, scale, a, in, 0, f.batch, f.n)
	if f.n == in {
		return
	}
	for j := range in {
		f.batch[j*f.n+in] = 0
	}
	for i := range rows {
		for j, v := range a[i*in : (i+1)*in] {
			f.batch[j*f.n+in] += v
		}
	}
	for j := range in {
		f.batch[j*f.n+in] *= scale
	}
	f.batch[in*f.n+in] = 1
}

// addGradients adds (1/N) Σ g_n g_nᵀ to batch, or sets it if first. g
// (rows×n) holds gradients of a mean over N examples: g_n/N.
func (f *factor[T]) addGradients(g []T, rows, examples int, first bool) {
	var beta T = 1
	if first {
		beta = 0
	}
	blas.Syrk(f.n, rows, T(examples), g, f.n, beta, f.batch, f.n)
}

// finite reports whether batch has no NaN and no infinity.
func (f *factor[T]) finite() bool {
	for i := range f.n {
		for _, v := range f.batch[i*f.n+i : (i+1)*f.n] {
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}

// fold makes mean the weighted average keep·mean + (1−keep)·batch.
func (f *factor[T]) fold(keep float64) {
	old, fresh, n := T(keep), T(1-keep), f.n
	for i := range n {
		for j := i; j < n; j++ {
			v := old*f.mean[i*n+j] + fresh*f.batch[i*n+j]
			f.mean[i*n+j] = v
			f.mean[j*n+i] = v
		}
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

// decayAt is the weight ε_k = min(1 − 1/k, most) that the old average keeps
// in its k-th update, counted from 1: a plain mean at first, without the bias
// of a start at zero or at the identity (MG15 §5).
func decayAt(k int, most float64) float64 { return min(1-1/float64(k), most) }

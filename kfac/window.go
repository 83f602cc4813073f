package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/subspace"
	"github.com/gokfac/gokfac/internal/vector"
)

// window is the running average of the factor A of a very wide layer (n×n), which is never
// formed. It keeps the rows ā of the last examples, each with its weight c:
//
//	A = T·Σ c_i ā_iᵀā_i / Σ c_i.
//
// A mini-batch enters with weights of the sum 1−keep, and the weights before it are
// multiplied by keep, as in the average of any factor. Only so many rows are kept, and the
// oldest leave first: where mini-batches are great, the average forgets sooner than keep
// says. Of 9217 inputs and 128 examples a measurement copies 5 MB, where a matrix takes
// several passes over 340 MB. A product with A takes half of the multiplications at most.
type window[T graph.Float] struct {
	n, most   int
	locations float64   // T, or 1 in the setting Reduce
	rows      []T       // ring of ā, n elements each
	weights   []float64 // c of the rows
	norms     []float64 // ‖ā‖² of the rows
	head      int       // index of the oldest row, once the ring is full

	batch  []T       // ā of the mini-batch
	places []int     // of the rows of batch among the mini-batch's, where processes share it
	shares []float64 // scratch memory: T·c_i/Σ c_i
}

const (
	// LeastWide is the least order of A from which structure LowRank keeps the rows of the last
	// examples in its place, a quarter as many as the order. A matrix of this order takes
	// 64 MiB in float32.
	LeastWide = 4096
	// mostWideRank is the greatest number of eigenvectors of a window. There is no dense
	// inverse of its order: eigenvalues beyond have their mean, whatever the damping is.
	mostWideRank = 512
)

func newWindow[T graph.Float](n, locations int) *window[T] {
	return &window[T]{n: n, most: n / rankShare, locations: float64(max(locations, 1))}
}

// take adds rows to those of the mini-batch, or begins with them if first. Rows beyond the
// greatest number are left out.
func (w *window[T]) take(a tapRows[T], first bool) {
	if first {
		w.batch = w.batch[:0]
	}
	have := len(w.batch) / w.n
	a.n = min(a.n, w.most-have)
	w.batch = roomFor(w.batch, (have+a.n)*w.n)[:(have+a.n)*w.n]
	to := w.batch[have*w.n:]
	a.copyTo(to, w.n)
	if w.n > a.cols {
		for i := range a.n {
			to[i*w.n+a.cols] = 1
		}
	}
}

// roomFor returns x with room for n elements.
func roomFor[E any](x []E, n int) []E {
	if cap(x) >= n {
		return x
	}
	return append(make([]E, 0, n), x...)
}

// mend begins anew if the memory is that of a restored state whose parts do not belong together.
func (w *window[T]) mend() {
	n := len(w.weights)
	if n > w.most || len(w.rows) != n*w.n || len(w.norms) != n || w.head < 0 || w.head >= w.most {
		w.rows, w.weights, w.norms, w.head = w.rows[:0], w.weights[:0], w.norms[:0], 0
	}
}

// fold takes the mini-batch into the average.
func (w *window[T]) fold(keep float64) {
	w.mend()
	w.rows, w.weights, w.norms = roomFor(w.rows, w.most*w.n), roomFor(w.weights, w.most), roomFor(w.norms, w.most)
	for i := range w.weights {
		w.weights[i] *= keep
	}
	n := len(w.batch) / w.n
	for i := range n {
		row, at := w.batch[i*w.n:][:w.n], len(w.weights)
		if at < w.most {
			w.rows, w.weights, w.norms = append(w.rows, row...), append(w.weights, 0), append(w.norms, 0)
		} else {
			at, w.head = w.head, (w.head+1)%w.most
			copy(w.rows[at*w.n:], row)
		}
		w.weights[at], w.norms[at] = (1-keep)/float64(n), vector.Dot(row, row)
	}
}

// share sets shares, and returns the trace of A.
func (w *window[T]) share() (trace float64) {
	w.mend()
	w.shares = resize(w.shares, len(w.weights))
	var sum float64
	for _, c := range w.weights {
		sum += c
	}
	for i, c := range w.weights {
		w.shares[i] = 0
		if sum > 0 {
			w.shares[i] = w.locations * c / sum
		}
		trace += w.shares[i] * w.norms[i]
	}
	return trace
}

// renew renews a basis of A.
func (w *window[T]) renew(b *subspace.Basis[T], s *subspace.Workspace[T]) bool {
	trace := w.share()
	return b.RenewRows(w.rows, w.shares, trace, s)
}

// fields lists the memory that a saved state holds.
func (w *window[T]) fields(name string) []Field {
	return []Field{
		{Name: name + " rows", Value: &codec.Rows[T]{Data: &w.rows, Width: w.n, Most: w.most}},
		{Name: name + " weights", Value: &codec.Rows[float64]{Data: &w.weights, Width: 1, Most: w.most}},
		{Name: name + " norms", Value: &codec.Rows[float64]{Data: &w.norms, Width: 1, Most: w.most}},
		{Name: name + " oldest row", Value: &w.head},
	}
}

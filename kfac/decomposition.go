package kfac

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"

	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/eigen"
	"github.com/gokfac/gokfac/internal/parallel"
)

// Decomposition is one factorisation that an inverse needs, and how it went. It
// is used again and again.
type Decomposition struct {
	order   int // of the matrix
	try     func(raise float64, w *workspace) bool
	retries int
	ok      bool
}

// NewDecomposition is one of a matrix of the given order, for a block of one's
// own. try does it with the damping of the last Prepare times raise, and reports
// whether it succeeded. Several run at once, and each has to have memory of its
// own; those of greater order begin first.
func NewDecomposition(order int, try func(raise float64) bool) *Decomposition {
	return &Decomposition{order: order, try: func(raise float64, _ *workspace) bool { return try(raise) }}
}

// ladder is how often a decomposition is tried, each time with ten times the
// damping, before the last good inverse is kept.
const ladder = 6

func (j *Decomposition) run(w *workspace) {
	raise := 1.0
	for j.retries = range ladder {
		if j.ok = j.try(raise, w); j.ok || w.stopped() {
			return
		}
		raise *= 10
	}
	j.retries = ladder
}

// workspace is the memory of one inversion after another. It is not safe for
// concurrent use.
type workspace struct {
	done     <-chan struct{} // ends decompositions; nil: nothing does
	inverter cholesky.Inverter
	eigen    eigen.Workspace
	sums     []float64
	matrices [4][]float64
}

// matrix is the i-th scratch matrix, with room for n elements.
func (w *workspace) matrix(i, n int) []float64 {
	w.matrices[i] = resize(w.matrices[i], n)
	return w.matrices[i]
}

// norm1 is the 1-norm of a symmetric n×n matrix, from its lower triangle.
func (w *workspace) norm1(l []float64, n int) float64 {
	w.sums = resize(w.sums, n)
	clear(w.sums)
	for i := range n {
		row, own := l[i*n:i*n+i], 0.0
		for j, v := range row {
			v = math.Abs(v)
			own += v
			w.sums[j] += v
		}
		w.sums[i] += own + math.Abs(l[i*n+i])
	}
	return slices.Max(w.sums)
}

// decomposers carry independent decompositions out side by side, each with a
// workspace of its own: the recursion on one matrix cannot keep two cores busy
// to its end.
type decomposers struct {
	ctx  context.Context // of the step in progress; nil: it is not interrupted
	pool *parallel.Pool[*decomposers]
	todo []*Decomposition
	free parallel.Spares[workspace]
}

func newWorkspace() *workspace { return new(workspace) }

func newDecomposers() *decomposers {
	return &decomposers{pool: parallel.NewPool[*decomposers](), free: parallel.NewSpares(runtime.NumCPU(), newWorkspace)}
}

// run carries todo out, the largest first, so that no late one is waited for. An
// error is the context's, and leaves todo half done.
func (s *decomposers) run() error {
	if err := s.ended(); err != nil {
		return err
	}
	slices.SortStableFunc(s.todo, func(a, b *Decomposition) int { return cmp.Compare(b.order, a.order) })
	s.pool.Run(len(s.todo), s, func(s **decomposers, i int) { (*s).one((*s).todo[i]) })
	return s.ended()
}

func (s *decomposers) one(job *Decomposition) {
	w := s.free.Get()
	w.stopWith(s.ctx)
	job.run(w)
	s.free.Put(w)
}

package kfac

import (
	"cmp"
	"context"
	"runtime"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/eigen"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/subspace"
)

// Decomposition is one factorisation that an inverse needs, together with its outcome.
// A block makes it once and returns it from every Prepare.
type Decomposition struct {
	order   int // of the matrix
	try     func(raise float64, w *workspace) bool
	tell    func(m *message) // writes or reads what try has found; nil: nobody knows what that is
	cost    float64          // multiplications; 0: order³
	retries int              // attempts that failed in the last run
	ok      bool             // the last run succeeded
}

// NewDecomposition returns the decomposition of a matrix of this order, for a block
// that a user registers. try computes it with the damping of the last Prepare times
// raise, and reports whether it succeeded. raise is 1 at first, and ten times as much
// after each failure. Decompositions run at the same time, those of greater order
// first: each needs memory of its own. Of processes that share mini-batches each runs it.
func NewDecomposition(order int, try func(raise float64) bool) *Decomposition {
	return &Decomposition{order: order, try: func(raise float64, _ *workspace) bool { return try(raise) }}
}

// ladder is the number of attempts at a decomposition, each with ten times the
// damping of the one before. After the last of them the block keeps its old inverse.
const ladder = 6

// run makes up to ladder attempts.
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

// workspace is scratch memory that decompositions use one after another. It is not
// safe for concurrent use.
type workspace struct {
	done      <-chan struct{} // closed to stop decompositions; nil: nothing stops them
	inverter  cholesky.Inverter[float64]
	single    singleInverter
	eigen     eigen.Workspace
	leading32 subspace.Workspace[float32]
	leading64 subspace.Workspace[float64]
	sums      []float64
	matrices  [4][]float64
}

// subspaceOf returns the scratch memory for eigenvectors of element type T.
func subspaceOf[T graph.Float](w *workspace) *subspace.Workspace[T] {
	if s, ok := any(&w.leading32).(*subspace.Workspace[T]); ok {
		return s
	}
	return any(&w.leading64).(*subspace.Workspace[T])
}

// matrix returns the i-th scratch matrix with n elements.
func (w *workspace) matrix(i, n int) []float64 {
	w.matrices[i] = resize(w.matrices[i], n)
	return w.matrices[i]
}

// decomposers run independent decompositions at the same time, each in a workspace of
// its own. The recursion on a single matrix cannot keep two processors busy to its end.
type decomposers struct {
	ctx  context.Context // of the step in progress; nil: the step cannot be interrupted
	pool *parallel.Pool[*decomposers]
	todo []*Decomposition
	free parallel.Spares[workspace]
}

func newWorkspace() *workspace { return new(workspace) }

func newDecomposers() *decomposers {
	return &decomposers{pool: parallel.NewPool[*decomposers](), free: parallel.NewSpares(max(cpus.Workers(), runtime.NumCPU()), newWorkspace)}
}

// run runs the decompositions in todo. The largest begins first, so that it does not
// run alone at the end. The only error is the context's; some decompositions have then
// not been run.
func (s *decomposers) run() error {
	if err := s.ended(); err != nil {
		return err
	}
	slices.SortStableFunc(s.todo, func(a, b *Decomposition) int { return cmp.Compare(b.order, a.order) })
	s.pool.Run(len(s.todo), s, func(s **decomposers, i int) { (*s).one((*s).todo[i]) })
	return s.ended()
}

// one runs a decomposition in a spare workspace.
func (s *decomposers) one(job *Decomposition) {
	w := s.free.Get()
	w.stopWith(s.ctx)
	job.run(w)
	s.free.Put(w)
}

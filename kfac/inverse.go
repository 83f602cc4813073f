package kfac

import (
	"cmp"
	"runtime"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/vector"
)

// ladder is how often an inversion is tried, each time with ten times the
// damping, before the last good inverse is kept.
const ladder = 6

// invert sets fresh to (mean + damping·I)⁻¹, computed in float64 by Cholesky;
// accept makes it the inverse in use. Where that fails the damping is raised
// tenfold and it is tried again; retries counts this.
func (f *factor[T]) invert(damping float64, c *inverter) (retries int, ok bool) {
	for retries = range ladder {
		if f.tryInvert(damping, c) {
			return retries, true
		}
		damping *= 10
	}
	return ladder, false
}

func (f *factor[T]) accept() { f.inverse, f.fresh = f.fresh, f.inverse }

func (f *factor[T]) tryInvert(damping float64, c *inverter) bool {
	n := f.n
	c.resize(n)
	for i := range n {
		row, end := i*n, i*n+i+1
		widen(c.l[row:end], f.mean[row:end])
		c.l[i*n+i] += damping // on the copy: the average stays undamped
	}
	if !c.invert() {
		return false
	}
	for i := range n {
		row, end := i*n, i*n+i+1
		narrow(f.fresh[row:end], c.l[row:end])
	}
	vector.Mirror(f.fresh, n)
	return true
}

func widen[T graph.Float](dst []float64, src []T) {
	switch src := any(src).(type) {
	case []float32:
		vector.Widen(dst, src)
	case []float64:
		copy(dst, src)
	}
}

func narrow[T graph.Float](dst []T, src []float64) {
	switch dst := any(dst).(type) {
	case []float32:
		vector.Narrow(dst, src)
	case []float64:
		copy(dst, src)
	}
}

func (f *factor[T]) order() int { return f.n }

// inversion is one matrix to invert, and how that went.
type inversion struct {
	of interface {
		invert(damping float64, c *inverter) (retries int, ok bool)
		order() int
	}
	damping float64
	retries int
	ok      bool
}

// inverters carry independent inversions out side by side, each with a
// workspace of its own: the recursion on one matrix cannot keep two cores busy
// to its end.
type inverters struct {
	pool *parallel.Pool[*inverters]
	todo []*inversion
	free parallel.Spares[inverter]
}

func newInverter() *inverter { return new(inverter) }

func newInverters() *inverters {
	return &inverters{pool: parallel.NewPool[*inverters](), free: parallel.NewSpares(runtime.NumCPU(), newInverter)}
}

// run carries todo out, the largest first, so that no late one is waited for.
func (s *inverters) run() {
	slices.SortStableFunc(s.todo, func(a, b *inversion) int { return cmp.Compare(b.of.order(), a.of.order()) })
	s.pool.Run(len(s.todo), s, func(s **inverters, i int) { (*s).one((*s).todo[i]) })
}

func (s *inverters) one(job *inversion) {
	c := s.free.Get()
	job.retries, job.ok = job.of.invert(job.damping, c)
	s.free.Put(c)
}

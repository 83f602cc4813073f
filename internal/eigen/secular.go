package eigen

import (
	"math"

	"github.com/gokfac/gokfac/internal/parallel"
)

// secular is the decomposition of D + ρzzᵀ of order k, with distinct values d
// ascending and no zeros in z. They are pole[lo:lo+k] and weight[lo:lo+k]. The
// eigenvalues λ₀ < λ₁ < … are the roots of
//
//	f(λ) = 1/ρ + Σⱼ zⱼ²/(dⱼ − λ),
//
// one between each value and the next, and one beyond the last. A root is kept as
// its distance shift from the nearer of the values beside it, origin: differences
// dⱼ − λᵢ then have all their digits, and the vectors are made of nothing else.
type secular struct {
	w     *Workspace
	lo, k int
	rho   float64
	stage func(s *secular, first, end int)
	run   int // number of roots, components or vectors in a piece
}

var seculars = parallel.NewPool[secular]()

const (
	secularRun   = 16 // run, if the work is shared
	secularShare = 96 // the least order that is shared out
)

// solve sets d[lo:lo+k] to the eigenvalues and basis to the eigenvectors, in rows.
func (s secular) solve() bool {
	for _, stage := range [...]func(*secular, int, int){(*secular).roots, (*secular).components, (*secular).eigenvectors} {
		s.stage, s.run = stage, secularRun
		if s.k < secularShare {
			s.run = s.k
		}
		seculars.Run((s.k+s.run-1)/s.run, s, (*secular).piece)
		if s.w.failed.Load() {
			return false
		}
	}
	return true
}

// terms are the values and the components of z.
func (s *secular) terms() (d, z []float64) {
	return s.w.pole[s.lo : s.lo+s.k], s.w.weight[s.lo : s.lo+s.k]
}

func (s *secular) piece(i int) {
	s.stage(s, i*s.run, min(s.k, (i+1)*s.run))
}

// roots finds some of the roots.
func (s *secular) roots(first, end int) {
	lo, w := s.lo, s.w
	for i := first; i < end; i++ {
		origin, shift, ok := s.root(i)
		if !ok {
			w.failed.Store(true)
			return
		}
		w.origin[lo+i], w.shift[lo+i] = origin, shift
		w.d[lo+i] = w.pole[lo+origin] + shift
	}
}

// sums are the parts of f at some λ between poles i and i+1.
type sums struct {
	value    float64 // f
	below    float64 // derivative of the terms up to i
	above    float64 // derivative of the terms after i
	rounding float64 // a bound for the error of value
}

// at evaluates f at d[origin] + shift. It adds the terms from the outside to the poles beside λ, so the greatest terms
// come last.
func (s *secular) at(i, origin int, shift float64) (f sums) {
	d, z := s.terms()
	o := d[origin]
	var psi, phi, partial float64
	for j, p := range d[:i+1] {
		t := z[j] / ((p - o) - shift)
		psi += z[j] * t
		f.below += t * t
		partial -= psi
	}
	for j := len(d) - 1; j > i; j-- {
		t := z[j] / ((d[j] - o) - shift)
		phi += z[j] * t
		f.above += t * t
		partial += phi
	}
	inverse := 1 / s.rho
	f.value = inverse + phi + psi
	f.rounding = epsilon * (8*(phi-psi) + partial + 2*inverse + math.Abs(shift)*(f.below+f.above))
	return f
}

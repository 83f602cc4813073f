package curvature

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// search is a search for eigenpairs.
type search struct {
	a        Operator
	cfg      EigenConfig
	rng      *rand.Rand
	found    *basis    // eigenvectors
	values   []float64 // theirs
	norm     float64   // lower bound of ‖A‖
	products int
}

func (s *search) run() (*Eigenpairs, error) {
	converged, err := s.first()
	if err != nil {
		return nil, err
	}
	for !s.cfg.Distinct && converged && s.found.count < s.found.n {
		better := false
		if better, converged, err = s.second(); err != nil {
			return nil, err
		}
		if !better {
			break
		}
	}
	return s.pairs(converged)
}

// first finds k pairs in one Krylov space.
func (s *search) first() (converged bool, err error) {
	l, k := newLanczos(s.a, &basis{n: s.found.n}, s.cfg.Basis, s.rng, &s.products), s.cfg.Count
	r, converged, err := s.converge(l, k, func(*lanczos, *ritz) bool { return false })
	if err != nil {
		return false, err
	}
	k = min(k, len(r.values)) // fewer if the products are used up
	l.shrink(r, k)
	s.found, s.values = l.v, slices.Clone(r.values[:k])
	return converged, nil
}

// second looks for an eigenvalue that belongs among those found, in their complement. It
// takes it in for the last of them, if that is one too many.
func (s *search) second() (better, converged bool, err error) {
	last := s.cfg.End.rank(s.values[len(s.values)-1])
	for _, v := range s.values {
		last = min(last, s.cfg.End.rank(v))
	}
	l := newLanczos(s.a, s.found, s.cfg.Basis, s.rng, &s.products)
	l.norm = s.norm
	r, converged, err := s.converge(l, 1, func(l *lanczos, r *ritz) bool { return s.nothing(last, l, r) })
	if err != nil || !converged || s.cfg.End.rank(r.values[0]) <= last+s.tolerance(l) {
		return false, converged, err
	}
	l.shrink(r, 1)
	s.insert(l.v.row(0), r.values[0])
	return true, true, nil
}

// insert replaces the last of the pairs.
func (s *search) insert(v []float64, value float64) {
	worst := 0
	for i, x := range s.values {
		if s.cfg.End.rank(x) < s.cfg.End.rank(s.values[worst]) {
			worst = i
		}
	}
	copy(s.found.row(worst), v)
	s.values[worst] = value
}

// nothing reports whether an eigenvalue beyond last would have shown by now, with a
// probability of 99 %. Were there one, then the first Ritz value of j steps from a random
// vector would have missed it with a probability of at most
//
//	1.648 √n exp(−√g·(2j − 1)),
//
// where g is its distance from the others over the width of the spectrum. After a restart the
// bound does not hold.
func (s *search) nothing(last float64, l *lanczos, r *ritz) bool {
	low, high := slices.Min(r.values), slices.Max(r.values)
	gap := (last - high) / (last - low)
	if reversed := (last + low) / (last + high); s.cfg.End == Smallest {
		gap = reversed // last is an eigenvalue of −A
	} else if s.cfg.End == LargestMagnitude {
		gap = min(gap, reversed)
	}
	n, j := float64(l.v.n), float64(l.v.count)
	return gap > 0 && 1.648*math.Sqrt(n)*math.Exp(-math.Sqrt(gap)*(2*j-1)) < 0.01
}

// converge extends l until its first k pairs have converged, or stop says so.
func (s *search) converge(l *lanczos, k int, stop func(*lanczos, *ritz) bool) (*ritz, bool, error) {
	k = min(k, l.v.n-l.locked.count)
	for restarted := false; ; {
		more, err := l.extend()
		if err != nil {
			return nil, false, err
		}
		s.norm = max(s.norm, l.norm)
		if j := l.v.count; more && j > 64 && j%8 != 0 && j != s.cfg.Basis && s.products < s.cfg.Products {
			continue // H is too large to be decomposed in each step
		}
		r, ok := l.ritz(s.cfg.End.rank)
		if !ok {
			return nil, false, errDecomposition
		}
		switch j := l.v.count; {
		case !more, j >= k && floats.Max(r.residuals[:k]) <= s.tolerance(l), !restarted && stop(l, r):
			return r, true, nil
		case s.products >= s.cfg.Products:
			return r, false, nil
		case j == s.cfg.Basis:
			l.shrink(r, k+(j-k)/2)
			restarted = true
		}
	}
}

func (s *search) tolerance(l *lanczos) float64 {
	return max(s.cfg.Tolerance*max(s.norm, l.norm), l.rounding())
}

// pairs measures and sorts what was found.
func (s *search) pairs(converged bool) (*Eigenpairs, error) {
	n, k := s.found.n, s.found.count
	values, residuals := make([]float64, k), make([]float64, k)
	var product mat.VecDense
	for i := range k {
		v := mat.NewVecDense(n, s.found.row(i))
		s.products++
		if err := Multiply(s.a, &product, v); err != nil {
			return nil, err
		}
		values[i] = mat.Dot(v, &product)
		product.AddScaledVec(&product, -values[i], v)
		residuals[i] = mat.Norm(&product, 2)
		data := v.RawVector().Data
		foremost := 0
		for j, x := range data {
			if math.Abs(x) > math.Abs(data[foremost]) {
				foremost = j
			}
		}
		if data[foremost] < 0 {
			floats.Scale(-1, data)
		}
	}
	// The search has its residuals by recurrences, which hold for a symmetric matrix alone.
	if floats.Max(residuals) > 100*s.norm*max(s.cfg.Tolerance, 8*precision(s.a)) {
		converged = false
	}
	p := &Eigenpairs{Vectors: mat.NewDense(n, k, nil), Converged: converged, Products: s.products}
	for to, i := range descending(k, func(i int) float64 { return s.cfg.End.rank(values[i]) }) {
		p.Values = append(p.Values, values[i])
		p.Residuals = append(p.Residuals, residuals[i])
		p.Vectors.SetCol(to, s.found.row(i))
	}
	return p, nil
}

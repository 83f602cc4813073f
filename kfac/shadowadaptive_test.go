package kfac_test

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// curvature is C = F + (λ+η)I, F on the part of the mini-batch that products
// are formed on.
func (s *shadow) curvature(b batch) *mat.Dense {
	return plus(s.fisher(s.exact(s.theta, part(b, s.cfg.ProductFraction))), s.lambda+s.l2)
}

func product(c mat.Matrix, x, y []float64) float64 { return mat.Inner(vec(x), c, vec(y)) }

// minimise solves the 2×2 system of MG15 §7 for the proposal and the last
// update, or for the proposal alone where the two are next to parallel.
func (s *shadow) minimise(b batch) (alpha, mu, least float64) {
	c := s.curvature(b)
	cross := product(c, s.proposal, s.last)
	across := append([]float64{}, s.last...) // what of the last update is across the proposal
	axpy(across, -cross/product(c, s.proposal, s.proposal), s.proposal)
	if product(c, across, across) <= 1e-5*product(c, s.last, s.last) {
		alpha = -dot(s.grad, s.proposal) / product(c, s.proposal, s.proposal)
		return alpha, 0, alpha * dot(s.grad, s.proposal) / 2
	}
	x := solve(mat.NewDense(2, 2, []float64{product(c, s.proposal, s.proposal), cross, cross, product(c, s.last, s.last)}),
		[]float64{-dot(s.grad, s.proposal), -dot(s.grad, s.last)})
	return x[0], x[1], (x[0]*dot(s.grad, s.proposal) + x[1]*dot(s.grad, s.last)) / 2
}

func (s *shadow) adaptive(b batch) {
	alpha, mu, bend := s.coefficients(b)
	whole := s.combine(alpha, mu)
	slope := dot(s.grad, whole)
	rate := s.cfg.LearningRate * s.share(b)
	s.rate = s.believed(rate, slope, bend)
	s.expected.ClipFactor = s.rate / rate
	s.expected.Alpha, s.expected.Mu = s.rate*alpha, s.rate*mu
	for i, v := range whole {
		s.last[i] = s.rate * v
	}
	s.expected.Predicted = s.rate*slope + s.rate*s.rate*bend/2
	s.bare = dot(s.grad, s.last) + product(plus(s.curvature(b), -s.lambda), s.last, s.last)/2
	s.describe(s.last)
	axpy(s.theta, 1, s.last)
}

// share is what a step on so many examples goes of the way.
func (s *shadow) share(b batch) float64 {
	if s.same {
		return 1
	}
	return 1 / (1 + max(s.cfg.NoiseScale, 0)/float64(len(b.xs)))
}

// combine is αΔ + μδ₀.
func (s *shadow) combine(alpha, mu float64) []float64 {
	x := make([]float64, s.size)
	axpy(x, alpha, s.proposal)
	axpy(x, mu, s.last)
	return x
}

// combined is α and μ where the model is least, with |μ| up to 0.9·max(1, N/8B) unless the
// mini-batches are all the same or there is no noise scale.
func (s *shadow) combined(b batch) (alpha, mu float64) {
	alpha, mu, _ = s.minimise(b)
	most := 0.9 * max(1, float64(len(b.xs))/(8*s.cfg.NoiseScale))
	if s.same || s.cfg.NoiseScale <= 0 || math.Abs(mu) <= most {
		return alpha, mu
	}
	s.bound++
	c, least := s.curvature(b), math.Inf(1)
	for _, end := range []float64{-most, most} { // along Δ from either bound the model is a parabola
		from := s.combine(0, end)
		slope := dot(s.grad, s.proposal) + product(c, from, s.proposal)
		to := s.combine(-slope/product(c, s.proposal, s.proposal), end)
		if v := dot(s.grad, to) + product(c, to, to)/2; v < least {
			least, alpha, mu = v, -slope/product(c, s.proposal, s.proposal), end
		}
	}
	return alpha, mu
}

// believed is the rate, or where the step that it makes promises a fall of more
// than 2h the one up to which the model promises no more: found by bisection,
// as the promise grows with the rate up to the bottom of the parabola.
func (s *shadow) believed(rate, slope, bend float64) float64 {
	h := s.expected.Loss
	if -(rate*slope + rate*rate*bend/2) <= 2*h {
		return rate
	}
	lo, hi := 0.0, min(rate, -slope/bend)
	for range 60 {
		if mid := (lo + hi) / 2; -(mid*slope + mid*mid*bend/2) <= 2*h {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// steep measures the curvature along the gradient, and sets the floor of λ by
// the greatest so far and by the number of examples, within λ's bounds, unless it
// is given.
func (s *shadow) steep(b batch) {
	f := s.fisher(s.exact(s.theta, part(b, s.cfg.ProductFraction)))
	s.steepness = max(s.steepness, product(f, s.grad, s.grad)/dot(s.grad, s.grad))
	s.ofSample = min(math.Pow(35/float64(len(b.xs)), 2), s.steepness/100, s.cfg.MaxDamping)
	if s.cfg.Damping > 0 {
		s.ofSample = min(s.ofSample, s.cfg.Damping)
	}
	if s.cfg.MinDamping == 0 {
		s.least = s.ofSample
		if s.lambda > 0 {
			s.lambda = max(s.lambda, s.least)
		}
	}
}

// search finds λ₀: a tenth at a time from the curvature along the gradient, the
// greatest of those that get 95 % of the greatest fall of h.
func (s *shadow) search(b batch) {
	start := min(s.steepness, s.cfg.MaxDamping)
	s.held = s.mean
	var lambdas, falls []float64
	greatest := 0.0
	for k := range 12 {
		s.lambda = start / math.Pow(10, float64(k))
		if s.lambda < s.least*(1-1e-9) {
			break
		}
		s.heldGamma = math.Sqrt(s.lambda + s.l2)
		s.propose()
		alpha, _, _ := s.minimise(b)
		there := append([]float64{}, s.theta...)
		axpy(there, alpha, s.proposal)
		h, _ := s.objective(there, b)
		lambdas, falls = append(lambdas, s.lambda), append(falls, s.expected.Loss-h)
		greatest = max(greatest, s.expected.Loss-h)
	}
	s.lambda = max(start, s.least)
	for k := len(falls) - 1; k >= 0; k-- {
		if greatest > 0 && falls[k] >= 0.95*greatest {
			s.lambda = lambdas[k]
		}
	}
}

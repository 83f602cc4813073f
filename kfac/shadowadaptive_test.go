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
// update.
func (s *shadow) minimise(b batch) (alpha, mu, least float64) {
	c := s.curvature(b)
	if dot(s.last, s.last) == 0 {
		alpha = -dot(s.grad, s.proposal) / product(c, s.proposal, s.proposal)
		return alpha, 0, alpha * dot(s.grad, s.proposal) / 2
	}
	cross := product(c, s.proposal, s.last)
	x := solve(mat.NewDense(2, 2, []float64{product(c, s.proposal, s.proposal), cross, cross, product(c, s.last, s.last)}),
		[]float64{-dot(s.grad, s.proposal), -dot(s.grad, s.last)})
	return x[0], x[1], (x[0]*dot(s.grad, s.proposal) + x[1]*dot(s.grad, s.last)) / 2
}

func (s *shadow) adaptive(b batch) {
	alpha, mu, _ := s.minimise(b)
	whole := make([]float64, s.size)
	for i, v := range s.last {
		whole[i] = alpha*s.proposal[i] + mu*v
	}
	s.rate = s.believed(whole, b)
	s.expected.ClipFactor = s.rate / s.cfg.LearningRate
	s.expected.Alpha, s.expected.Mu = s.rate*alpha, s.rate*mu
	for i, v := range whole {
		s.last[i] = s.rate * v
	}
	s.expected.Predicted = dot(s.grad, s.last) + product(s.curvature(b), s.last, s.last)/2
	s.describe(s.last)
	axpy(s.theta, 1, s.last)
}

// believed is the rate, or where the step that it makes promises a fall of more
// than 2h the one up to which the model promises no more: found by bisection,
// as the promise grows with the rate up to the whole step.
func (s *shadow) believed(whole []float64, b batch) float64 {
	h, rate := s.expected.Loss, s.cfg.LearningRate
	slope, bend := dot(s.grad, whole), product(s.curvature(b), whole, whole)
	if -(rate*slope + rate*rate*bend/2) <= 2*h {
		return rate
	}
	lo, hi := 0.0, 1.0
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
// it and by the number of examples, within λ's bounds, unless it is given.
func (s *shadow) steep(b batch) {
	f := s.fisher(s.exact(s.theta, part(b, s.cfg.ProductFraction)))
	s.steepness = product(f, s.grad, s.grad) / dot(s.grad, s.grad)
	if s.least > 0 {
		return
	}
	s.least = min(math.Pow(35/float64(len(b.xs)), 2), s.steepness/100, s.cfg.MaxDamping)
	if s.cfg.Damping > 0 {
		s.least = min(s.least, s.cfg.Damping)
	}
}

// within holds a trial of γ within a thousandth of the root of λ's floor and
// the root of its ceiling. One that is beyond may stay, and not go further.
func (s *shadow) within(trial, present float64) float64 {
	if trial < present {
		return max(trial, math.Sqrt(s.least+s.l2)/1000)
	}
	return min(trial, math.Sqrt(s.cfg.MaxDamping+s.l2))
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

package kfac_test

import "math"

// repeats is what a shadow knows of whether its mini-batches are all the same,
// and how often the rules of that applied.
type repeats struct {
	same, differ bool    // neither: not known yet
	turned       bool    // into one of them, at this step
	next         float64 // loss before the next step if its mini-batch is this one…
	known        bool    // …and nothing else has moved θ
	first        float64 // loss of all
	bare         float64 // fall that the model without λ predicts of the step

	bound, undone, decades, searched int
}

// compare looks at a mini-batch's loss before its step.
func (s *shadow) compare(h float64) {
	known := s.known
	s.known, s.turned = false, false
	if s.steps == 0 {
		s.first = math.Abs(h)
		return
	}
	if !known || s.differ {
		return
	}
	before := s.same
	s.same = math.Abs(h-s.next) <= 1e-5*math.Abs(h)+1e-6*s.first
	s.differ = !s.same
	s.turned = s.same != before || s.differ
	if s.turned && s.cfg.MinDamping == 0 {
		s.least = s.ofSample
		if s.same {
			s.least = min(s.least, 1e-15*s.steepness)
		}
		s.lambda = max(s.lambda, s.least)
	}
}

// tryGammas keeps the γ whose step the model falls by most: of γ and its two
// neighbours, or, as long as it falls by more, of decades to either side.
func (s *shadow) tryGammas(b batch, every int) {
	fall := func(gamma float64) float64 {
		s.heldGamma = gamma
		s.propose()
		_, _, least := s.minimise(b)
		return -least
	}
	step, most := math.Pow(19.0/20, float64(every)/2), 1
	if s.same {
		step, most = 0.1, 12
		s.searched++
	}
	present := s.gamma
	best := fall(present)
	for _, factor := range []float64{step, 1 / step} {
		for k := 1; k <= most; k++ {
			trial := s.allowed(present * math.Pow(factor, float64(k)))
			f := fall(trial)
			if f <= best*(1+1e-4) { // no better, or by rounding only
				break
			}
			best, s.gamma = f, trial
		}
	}
	s.heldGamma = s.gamma
}

// allowed holds γ within a tenth of the root of λ's floor and the root of λ, or,
// where mini-batches are the same or taken at their word, within a thousandth of
// the former and the root of λ's ceiling.
func (s *shadow) allowed(gamma float64) float64 {
	if !s.same && s.cfg.NoiseScale > 0 {
		return min(max(gamma, math.Sqrt(s.least+s.l2)/10), math.Sqrt(s.lambda+s.l2))
	}
	return min(max(gamma, math.Sqrt(s.least+s.l2)/1000), math.Sqrt(s.cfg.MaxDamping+s.l2))
}

// omega is the factor of λ: on repeated mini-batches a tenth where h rose by more
// than three times the promised fall, or changed as the model without λ says, and 1
// at steps that are not λ's.
func (s *shadow) omega(actual float64, every int) float64 {
	if s.same {
		if actual > 3*math.Abs(s.expected.Predicted) || math.Abs(actual-s.bare) <= 0.01*math.Abs(s.bare) {
			s.decades++
			return 0.1
		}
		if (s.steps+1)%every != 0 {
			return 1
		}
	}
	return math.Pow(19.0/20, float64(every))
}

// rises tells a rise that is not kept from rounding and from a small one, on
// repeated mini-batches.
func (s *shadow) rises(after, before float64) bool {
	return s.same && after > before+1e-5*math.Abs(before) && after > before+3*math.Abs(s.expected.Predicted)
}

// undo takes the step back, and forgets it.
func (s *shadow) undo(theta []float64, h float64) {
	copy(s.theta, theta)
	clear(s.last)
	s.expected.Undone, s.expected.UpdateNorm = true, 0
	s.next = h
	s.undone++
}

package kfac_test

import "math"

// shadowPace is what a shadow knows of α and μ: those that are kept, and when they are
// measured again if their period is to be found.
type shadowPace struct {
	alpha, mu float64 // kept
	every     int     // steps from one measurement to the next
	since     int     // steps with the kept α and μ
	renewed   bool    // the inverses, in this step

	planes, lines, keeps int // steps of each kind
}

// coefficients are α and μ of this step, and the curvature along αΔ + μδ₀: measured, or
// where α and μ are kept that at which their step ends at the bottom of the parabola.
func (s *shadow) coefficients(b batch) (alpha, mu, bend float64) {
	p := &s.shadowPace
	ratio := s.cfg.DampingUpdateSteps > 0 && (s.same || (s.steps+1)%s.cfg.DampingUpdateSteps == 0)
	both := s.steps < 3 || p.renewed || s.same || p.alpha == 0 && p.mu == 0 || math.Abs(p.mu) >= 1
	c := s.curvature(b)
	ahead := func(alpha, mu float64) (slope, bend float64) {
		d := s.combine(alpha, mu)
		return dot(s.grad, d), product(c, d, d)
	}
	slope, bend := ahead(p.alpha, p.mu)
	most := math.Inf(1)
	if !s.same && s.cfg.NoiseScale > 0 {
		most = 0.9 * max(1, float64(len(b.xs))/(8*s.cfg.NoiseScale))
	}
	switch {
	case both || slope >= 0 || (ratio || p.since+1 >= p.every) && (p.every < 2 || (s.steps+1)%10 == 0):
		p.planes++
		keptFall := -(slope + bend/2)
		alpha, mu = s.combined(b)
		slope, bend = ahead(alpha, mu)
		s.agree(alpha, mu, keptFall/-(slope+bend/2))
	case !ratio && p.since+1 < p.every:
		p.keeps++
		p.since++
		return p.alpha, p.mu, -slope
	default:
		p.lines++
		t := -slope / bend
		part := (slope + bend/2) / (t*slope + t*t*bend/2)
		t = min(t, most/math.Abs(p.mu))
		alpha, mu = t*p.alpha, t*p.mu
		bend *= t * t
		s.agree(alpha, p.mu, part)
	}
	return alpha, mu, bend
}

// agree takes a measurement in: part is what the kept α and μ get of the fall that the
// measured ones get.
func (s *shadow) agree(alpha, mu, part float64) {
	p := &s.shadowPace
	p.since = 0
	if p.every == 0 || !(part >= 0.9) {
		p.alpha, p.mu, p.every = alpha, mu, 1
		return
	}
	p.alpha, p.mu = (p.alpha+alpha)/2, (p.mu+mu)/2
	p.every = min(8, p.every*2)
}

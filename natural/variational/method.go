package variational

import (
	"errors"
	"fmt"
	"math"
)

// Method improves a posterior by one step. [NaturalGradient], [Online], [Improved]
// and [Gradient] are methods.
type Method interface {
	fmt.Stringer
	// Validate returns an error that names a setting that cannot be meant.
	Validate() error
	// Step changes q by the sums that were taken at q. It returns ErrNotPositive, and leaves q
	// as it was, if it would have no positive definite precision.
	Step(q *Posterior, s *Sums) error
}

// ErrNotPositive reports a step to a precision that is not positive definite.
var ErrNotPositive = errors.New("the step leads to a precision that is not positive definite: choose a smaller rate, or Improved")

// Rate is the length ρ of natural-gradient steps, ρₜ = Initial/(1 + Decay·t) after t
// steps. Mini-batches need a decay: the sum of ρₜ² is finite then, and q converges.
type Rate struct {
	Initial float64 // ρ₀; default 1, the whole step
	Decay   float64 // per step; default 0
}

// At is ρ after t steps.
func (r Rate) At(t int) float64 {
	if r.Initial == 0 {
		r.Initial = 1
	}
	return r.Initial / (1 + r.Decay*float64(t))
}

func (r Rate) validate() error {
	if r.Initial != 0 {
		if err := wantPositive("rate", r.Initial); err != nil {
			return err
		}
	}
	if !(r.Decay >= 0 && r.Decay <= math.MaxFloat64) {
		return fmt.Errorf("variational: decay %g of the rate: want a finite number of 0 or more", r.Decay)
	}
	return nil
}

// NaturalGradient is natural-gradient variational inference in natural parameters:
// θ + ρF⁻¹∇_θ ELBO, where F⁻¹∇_θ ELBO = ∇_μ ELBO, the gradient by the expectation
// parameters (Khan, Lin 2017, "Conjugate-computation variational inference"; Khan, Rue
// 2023, "The Bayesian learning rule"). It is a weighted mean,
//
//	θ ← (1 − ρ)θ + ρ(θ_prior + ∇_μ Σ E[ℓᵢ]):
//	Λ ← (1 − ρ)Λ + ρ(τI − H)
//	Λm ← (1 − ρ)Λm + ρ(g − Hm)
//
// with g and H of [Sums]. Of a concave ℓ, every ρ ≤ 1 keeps Λ positive definite.
type NaturalGradient struct{ Rate Rate }

var _ Method = (*NaturalGradient)(nil)

func (n *NaturalGradient) String() string { return "natural gradient" }

// Validate wants a positive rate, and no negative decay.
func (n *NaturalGradient) Validate() error { return n.Rate.validate() }

// Step is ErrNotPositive only for ρ > 1, or an ℓ that is not concave.
func (n *NaturalGradient) Step(q *Posterior, s *Sums) error {
	rate := n.Rate.At(s.Step)
	h, hm := s.vector(0), s.vector(1)
	q.precision.multiply(h, q.mean)
	q.precision.times(hm, s.Curvature, q.mean)
	for i := range h {
		h[i] = (1-rate)*h[i] + rate*(s.Slope[i]-hm[i])
	}
	if !q.precision.blend(rate, s.Prior(), s.Curvature) {
		return ErrNotPositive
	}
	q.precision.solve(h)
	copy(q.mean, h)
	return nil
}

// Online is variational online Newton, VON (Khan et al. 2018, "Fast and scalable
// Bayesian deep learning by weight-perturbation in Adam"):
//
//	Λ ← (1 − ρ)Λ + ρ(τI − H)
//	m ← m + ρΛ⁻¹(g − τm)
//
// It is Newton's method with expected derivatives. With the new Λ in the second line,
// and g and H both of the posterior before the step, it is [NaturalGradient] in
// other words: new Λ times old m is (1 − ρ)Λm + ρ(τm − Hm), and the rest is
// ρ(g − τm). With the old Λ the mean is apart from it by a term in ρ².
type Online struct {
	Rate Rate
	// OldPrecision takes the mean's step with Λ of before the step.
	OldPrecision bool
}

var _ Method = (*Online)(nil)

func (o *Online) String() string {
	if o.OldPrecision {
		return "online Newton, old precision"
	}
	return "online Newton"
}

// Validate wants a positive rate, and no negative decay.
func (o *Online) Validate() error { return o.Rate.validate() }

// Step is ErrNotPositive only for ρ > 1, or an ℓ that is not concave.
func (o *Online) Step(q *Posterior, s *Sums) error {
	rate := o.Rate.At(s.Step)
	step := s.meanStep(q)
	if o.OldPrecision {
		q.precision.solve(step)
	}
	if !q.precision.blend(rate, s.Prior(), s.Curvature) {
		return ErrNotPositive
	}
	if !o.OldPrecision {
		q.precision.solve(step)
	}
	q.move(rate, step)
	return nil
}

// Improved is the improved Bayesian learning rule (Lin, Schmidt, Khan 2020,
// "Handling the positive-definite constraint in the Bayesian learning rule"):
//
//	m ← m + ρΛ⁻¹(g − τm)
//	Λ ← Λ + ρS + ½ρ²SΛ⁻¹S,  S = τI − H − Λ
//
// with the old Λ on the right. The last term, natural.RetractCovariance, keeps the
// precision positive definite for every ρ and every ℓ, and steps of the other methods agree
// with it to first order in ρ. The mean's step with the old Λ is too long where Λ is about to grow, as
// from a prior that is wide: fits begin slower than those of [NaturalGradient]. In the
// full structure a step allocates.
type Improved struct{ Rate Rate }

var _ Method = (*Improved)(nil)

func (i *Improved) String() string { return "improved rule" }

// Validate wants a positive rate, and no negative decay.
func (i *Improved) Validate() error { return i.Rate.validate() }

// Step is ErrNotPositive only where the sums are not finite.
func (i *Improved) Step(q *Posterior, s *Sums) error {
	rate := i.Rate.At(s.Step)
	step := s.meanStep(q)
	q.precision.solve(step)
	if !q.precision.retract(rate, s.Prior(), s.Curvature) {
		return ErrNotPositive
	}
	q.move(rate, step)
	return nil
}

// meanStep is g − τm.
func (s *Sums) meanStep(q *Posterior) []float64 {
	step := s.vector(0)
	for i, m := range q.mean {
		step[i] = s.Slope[i] - s.Prior()*m
	}
	return step
}

// move adds rate·step to the mean.
func (q *Posterior) move(rate float64, step []float64) {
	for i, v := range step {
		q.mean[i] += rate * v
	}
}

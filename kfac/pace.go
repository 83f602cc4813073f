package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// pace holds the coefficients of a step δ = αΔ + μδ₀ before the learning rate and the
// share: α along Δ, and μ along the last update δ₀.
type pace struct{ alpha, mu float64 }

// pace returns the α and μ that minimise the quadratic model, with |μ| within its
// bound, and the change of h that the model predicts.
//
// α and μ are measured every ProductUpdateSteps steps, after each inversion, and in
// every step that measures ρ. Between measurements they are kept, and the predicted
// change is ½(αs₁ + μs₂), with s₁ = ∇hᵀΔ and s₂ = ∇hᵀδ₀.
//
// They can be kept for the following reason. α is the ratio of the curvature along Δ
// that the inverse predicts, −∇hᵀΔ, to the exact curvature along Δ, Δᵀ(F + (λ+η)I)Δ.
// Both curvatures change much from step to step, but their ratio drifts slowly. A step
// with a kept pace saves the exact products with F, which are most of its cost beside
// the gradient.
func (o *adaptive) pace(obj graph.CurvatureObjective, loss float64) (p pace, m promise, err error) {
	if !o.paceDue() {
		s1, s2 := o.slopes()
		if slope := o.held.alpha*s1 + o.held.mu*s2; slope < 0 {
			return o.held, promise{slope, slope / 2}, nil
		} // else the pace was measured in another direction, and h would rise in this one
	}
	q, err := o.model(obj)
	if err != nil {
		return p, m, err
	}
	p.alpha, p.mu, m = q.within(o.mostMomentum())
	if q.s1 == 0 && q.s2 == 0 { // ∇h = 0, for which minimum divides 0 by 0
		p, m = pace{}, promise{}
	}
	if !(m.value <= 0) || math.IsInf(m.slope, -1) || math.IsInf(q.c11, 1) { // an infinite c11 would make α 0
		return p, m, &graph.NonFiniteError{Loss: loss, Curvature: true}
	}
	o.held = p
	return p, m, nil
}

// paceDue reports whether α and μ are measured in the present step. The period is
// counted so that steps which measure ρ are among those that measure α and μ, if both
// periods are equal. A |μ| of 1 or more is never kept: it is right for one step, as in
// conjugate gradients, but in several steps it would make the updates grow.
func (o *adaptive) paceDue() bool {
	every := o.cfg.ProductUpdateSteps
	return o.steps < 3 || (o.steps+1)%every == 0 || o.ratioDue() || o.stats.InverseAge == 0 || o.held.alpha == 0 || !(math.Abs(o.held.mu) < 1)
}

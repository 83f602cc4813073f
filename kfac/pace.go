package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// pace is how far a step goes along Δ and along the last update δ₀.
type pace struct{ alpha, mu float64 }

// pace returns the α and μ that minimise the model, within the bound of μ, and
// what it promises. They are measured every ProductUpdateSteps steps, with new
// inverses and wherever ρ is. In between they are kept, and ½(αs₁ + μs₂) is an
// estimate of the fall: α is by how much the exact curvature along Δ differs from
// the one that the inverse was made of, −∇hᵀΔ, and that changes more slowly than
// either. What is saved are the products with the Fisher matrix, most of what a
// step costs beside the gradient.
func (o *adaptive) pace(obj graph.CurvatureObjective, loss float64) (p pace, m promise, err error) {
	if !o.paceDue() {
		s1, s2 := o.slopes()
		if slope := o.held.alpha*s1 + o.held.mu*s2; slope < 0 {
			return o.held, promise{slope, slope / 2}, nil
		} // else the pace of another direction leads up here
	}
	q, err := o.model(obj)
	if err != nil {
		return p, m, err
	}
	p.alpha, p.mu, m = q.within(o.mostMomentum())
	if q.s1 == 0 && q.s2 == 0 { // ∇h = 0, where minimum has 0/0
		p, m = pace{}, promise{}
	}
	if !(m.value <= 0) || math.IsInf(m.slope, -1) || math.IsInf(q.c11, 1) { // the last makes α 0
		return p, m, &graph.NonFiniteError{Loss: loss, Curvature: true}
	}
	o.held = p
	return p, m, nil
}

// paceDue reports whether α and μ are up for measurement. It happens at the
// steps that measure ρ first of all, so that equal periods cost no more. A μ of 1
// or more is right for one step, as in conjugate gradients: kept, updates grow.
func (o *adaptive) paceDue() bool {
	every := o.cfg.ProductUpdateSteps
	return o.steps < 3 || (o.steps+1)%every == 0 || o.ratioDue() || o.stats.InverseAge == 0 || o.held.alpha == 0 || !(math.Abs(o.held.mu) < 1)
}

package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// pace holds the coefficients of a step δ = αΔ + μδ₀ before the learning rate and the
// share: α along Δ, and μ along the last update δ₀.
type pace struct{ alpha, mu float64 }

// steps reports whether the pace moves the parameters.
func (p pace) steps() bool { return p.alpha != 0 || p.mu != 0 }

// move is the step that the policy has chosen, before the learning rate and the share:
// along·(−U) + back·δ₀. It is αΔ + μδ₀ with the pace's α and μ, also after measureLine,
// which has put −(αΔ + μδ₀) in the place of U.
type move struct {
	pace
	along, back float64
	promise
}

// pace returns the step to take, with |μ| within its bound, and the change of h that the
// quadratic model predicts for it.
//
// α and μ are measured in three ways (pacing.go decides when):
//
//   - in the plane of Δ and δ₀: α and μ minimise the model. This takes products with F
//     along two directions;
//   - along a line: α and μ keep their quotient, and their length minimises the model.
//     This takes half as much;
//   - not at all: α and μ are kept, and the predicted change is ½(αs₁ + μs₂), with
//     s₁ = ∇hᵀΔ and s₂ = ∇hᵀδ₀.
//
// They can be kept for the following reason. α is the ratio of the curvature along Δ
// that the inverse predicts, −∇hᵀΔ, to the exact curvature along Δ, Δᵀ(F + (λ+η)I)Δ.
// Both curvatures change much from step to step, but their ratio drifts slowly. A step
// with a kept pace saves the exact products with F, which are most of its cost beside
// the gradient.
func (o *adaptive) pace(obj graph.CurvatureObjective, loss float64) (move, error) {
	if way := o.way(); way != plane {
		if slope := float64(o.held.mu*o.slope(o.last)) - float64(o.held.alpha*o.slope(o.u)); slope < 0 { // else the pace is another direction's, and h would rise
			if way == kept {
				o.age++
				return move{o.held, o.held.alpha, o.held.mu, promise{slope, slope / 2}}, nil
			}
			if m, ok, err := o.measureLine(obj, slope); ok || err != nil {
				return m, err
			}
		}
	}
	return o.measurePlane(obj, loss)
}

// measurePlane finds the α and μ that minimise the model.
func (o *adaptive) measurePlane(obj graph.CurvatureObjective, loss float64) (m move, err error) {
	q, err := o.model(obj)
	if err != nil {
		return m, err
	}
	m.alpha, m.mu, m.promise = q.within(o.mostMomentum())
	if q.s1 == 0 && q.s2 == 0 { // ∇h = 0, for which minimum divides 0 by 0
		m.pace, m.promise = pace{}, promise{}
	}
	if !(m.value <= 0) || math.IsInf(m.slope, -1) || math.IsInf(q.c11, 1) { // an infinite c11 would make α 0
		return m, &graph.NonFiniteError{Loss: loss, Curvature: true}
	}
	m.along, m.back = m.alpha, m.mu
	o.measured(m.pace, 1-q.along(o.held.alpha, o.held.mu)/m.value)
	return m, nil
}

// measureLine finds the length of αΔ + μδ₀ that minimises the model, for the α and μ that
// are kept. slope is ∇hᵀ(αΔ + μδ₀), below 0. It reports false, with U as it was, if the
// curvature along the line is no positive number.
func (o *adaptive) measureLine(obj graph.CurvatureObjective, slope float64) (m move, ok bool, err error) {
	o.u.Combine(o.held.alpha, -o.held.mu, o.last) // U's memory becomes −(αΔ + μδ₀)
	f, err := o.products(obj, o.u)
	if err != nil {
		return m, false, err
	}
	c := f.At(0, 0) + o.damped(obj.L2(), o.u, o.u)
	t := -slope / c
	if !(c > 0 && t > 0) || math.IsInf(t, 1) {
		o.propose()
		return m, false, nil
	}
	regret := (1 - 1/t) * (1 - 1/t)
	t = min(t, o.mostMomentum()/math.Abs(o.held.mu))
	m.pace = pace{t * o.held.alpha, t * o.held.mu}
	m.along, m.promise = t, promise{t * slope, float64(t*slope) + t*t*c/2}
	o.measured(pace{m.alpha, o.held.mu}, regret)
	return m, true, nil
}

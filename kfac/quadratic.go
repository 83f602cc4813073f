package kfac

import "github.com/gokfac/gokfac/graph"

// quadratic is the model of h along combinations x₁d₁ + x₂d₂ of two
// directions,
//
//	M(δ) − M(0) = xᵀs + ½ xᵀCx,  C = [dᵢᵀ(F + (λ+η)I)dⱼ],  s = [∇hᵀdᵢ],
//
// with F the exact Fisher matrix of the mini-batch (MG15 §6.4, §7).
type quadratic struct {
	c11, c12, c22 float64
	s1, s2        float64
}

// minimum returns where the model is least, and its value there, ½xᵀs. It
// leaves the second direction out where that is zero or next to parallel to
// the first, in the metric of C: NaN if the first is not a direction either.
func (q quadratic) minimum() (x1, x2, value float64) {
	det := q.c11*q.c22 - q.c12*q.c12
	if det > collinear*q.c11*q.c22 {
		x1 = -(q.c22*q.s1 - q.c12*q.s2) / det
		x2 = -(q.c11*q.s2 - q.c12*q.s1) / det
	} else {
		x1 = -q.s1 / q.c11
	}
	return x1, x2, (x1*q.s1 + x2*q.s2) / 2
}

// collinear is the least squared sine of the angle between two directions that
// are told apart: in float32, C is good to about 1e-6.
const collinear = 1e-5

// model returns the quadratic model at the present parameters for d₁ = Δ = −U
// and d₂ = δ₀.
func (o *Optimizer) model(obj graph.Objective) (quadratic, error) {
	u, last := o.proposal, o.last
	f, err := obj.Products(o.productExamples(), u, last)
	if err != nil {
		return quadratic{}, err
	}
	damping := o.lambda + obj.L2()
	s1, s2 := o.slopes()
	return quadratic{
		c11: f.At(0, 0) + damping*u.Dot(u),
		c12: -f.At(0, 1) - damping*u.Dot(last),
		c22: f.At(1, 1) + damping*last.Dot(last),
		s1:  s1,
		s2:  s2,
	}, nil
}

// slopes are ∇hᵀΔ and ∇hᵀδ₀.
func (o *Optimizer) slopes() (s1, s2 float64) {
	// The gradient is kept as it was clipped; the slope of h is not.
	v, scale := o.grad.Direction, 1/o.grad.scale
	return -scale * v.Dot(o.proposal), scale * v.Dot(o.last)
}

// productExamples is how many examples F is measured on: τ2 of them; 0 means all.
func (o *Optimizer) productExamples() int {
	if tau := o.cfg.ProductFraction; tau < 1 && o.examples > 0 {
		return leading(tau, o.examples)
	}
	return 0
}

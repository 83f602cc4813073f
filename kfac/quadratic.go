package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

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
// the first, in the metric of C, and the first where it vanishes: the value is
// not a finite number ≤ 0 where the model has no least value.
func (q quadratic) minimum() (x1, x2, value float64) {
	if q.c11 == 0 && math.Abs(q.s1) < vanishing {
		if q.c22 > 0 {
			x2 = -q.s2 / q.c22
		}
		return 0, x2, x2 * q.s2 / 2
	}
	// In units in which both directions are of length 1 to 2, so that no product
	// of two squares leaves the range of numbers. The units are powers of two: no
	// digit changes.
	e1, e2 := unit(q.c11), unit(q.c22)
	c11, c12, c22 := math.Ldexp(q.c11, -2*e1), math.Ldexp(q.c12, -e1-e2), math.Ldexp(q.c22, -2*e2)
	s1, s2 := math.Ldexp(q.s1, -e1), math.Ldexp(q.s2, -e2)
	det := c11*c22 - c12*c12
	if det > collinear*c11*c22 {
		x1 = -(c22*s1 - c12*s2) / det
		x2 = -(c11*s2 - c12*s1) / det
	} else {
		x1 = -s1 / c11
	}
	return math.Ldexp(x1, -e1), math.Ldexp(x2, -e2), (x1*s1 + x2*s2) / 2
}

// within is minimum with |x2| at most b. The model is convex, so that a minimum
// beyond the bound has the least value on the bound, with the x1 that is best
// there.
func (q quadratic) within(b float64) (x1, x2 float64, p promise) {
	x1, x2, least := q.minimum()
	if !(math.Abs(x2) > b) {
		return x1, x2, promise{slope: 2 * least, value: least}
	}
	x2 = math.Copysign(b, x2)
	if q.c11 > 0 { // else the first direction vanishes, and x1 is 0
		x1 = -(q.s1 + q.c12*x2) / q.c11
	}
	slope := x1*q.s1 + x2*q.s2
	return x1, x2, promise{slope, slope + (q.c11*x1*x1+2*q.c12*x1*x2+q.c22*x2*x2)/2}
}

// unit is the exponent of the length of a direction, given its square.
func unit(square float64) int {
	_, e := math.Frexp(square) // 0 of 0, infinity and NaN
	return (e - 1) >> 1
}

// vanishing is what s1 may be where c11 is zero because it is too small for a
// number: the gradient of a mini-batch that is fitted exactly, whose square is
// c11 but for the curvature and λ. A greater slope without curvature is a model
// that falls without bound.
const vanishing = 1e-290

// collinear is the least squared sine of the angle between two directions that
// are told apart: in float32, C is good to about 1e-6.
const collinear = 1e-5

// model returns the quadratic model at the present parameters for d₁ = Δ = −U
// and d₂ = δ₀.
func (o *adaptive) model(obj graph.CurvatureObjective) (quadratic, error) {
	u, last := o.u, o.last
	f, err := o.products(obj, u, last)
	if err != nil {
		return quadratic{}, err
	}
	eta := obj.L2()
	s1, s2 := o.slopes()
	return quadratic{
		c11: f.At(0, 0) + o.damped(eta, u, u),
		c12: -f.At(0, 1) - o.damped(eta, u, last),
		c22: f.At(1, 1) + o.damped(eta, last, last),
		s1:  s1,
		s2:  s2,
	}, nil
}

// slopes are ∇hᵀΔ and ∇hᵀδ₀.
func (o *adaptive) slopes() (s1, s2 float64) {
	// The gradient is kept as it was clipped; the slope of h is not.
	v, scale := o.pre.grad.Direction, 1/o.pre.grad.scale
	return -scale * v.Dot(o.u), scale * v.Dot(o.last)
}

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
// with F the exact Fisher matrix of the mini-batch (MG15 §6.4, §7). Its fields are the
// elements of C and s.
type quadratic struct {
	c11, c12, c22 float64
	s1, s2        float64
}

// minimum returns the x that minimises the model, and the value ½xᵀs there. x₂ is 0 if
// d₂ is zero or nearly parallel to d₁ in the metric of C, and x₁ is 0 if d₁ vanishes. If
// the model has no minimum, value is not a finite number ≤ 0.
func (q quadratic) minimum() (x1, x2, value float64) {
	if q.c11 == 0 && math.Abs(q.s1) < vanishing {
		if q.c22 > 0 {
			x2 = -q.s2 / q.c22
		}
		return 0, x2, x2 * q.s2 / 2
	}
	// The directions are scaled to lengths of 1 to 2, so that no product of two
	// squares overflows or underflows. The scales are powers of two and round nothing.
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

// within is minimum under the bound |x₂| ≤ b. The model is convex: if its minimum lies
// beyond the bound, the least value within lies on the bound, with the x₁ that is best
// there. p is the model along the step.
func (q quadratic) within(b float64) (x1, x2 float64, p promise) {
	x1, x2, least := q.minimum()
	if !(math.Abs(x2) > b) {
		return x1, x2, promise{slope: 2 * least, value: least}
	}
	x2 = math.Copysign(b, x2)
	if q.c11 > 0 { // else d₁ vanishes, and x₁ is 0
		x1 = -(q.s1 + q.c12*x2) / q.c11
	}
	slope := x1*q.s1 + x2*q.s2
	return x1, x2, promise{slope, slope + (q.c11*x1*x1+2*q.c12*x1*x2+q.c22*x2*x2)/2}
}

// along returns the model at x₁d₁ + x₂d₂.
func (q quadratic) along(x1, x2 float64) float64 {
	return x1*q.s1 + x2*q.s2 + (q.c11*x1*x1+2*q.c12*x1*x2+q.c22*x2*x2)/2
}

// unit returns the binary exponent of the length of a direction, given the square of
// the length.
func unit(square float64) int {
	_, e := math.Frexp(square) // 0 of 0, infinity and NaN
	return (e - 1) >> 1
}

// vanishing bounds |s₁| for a d₁ that is left out. The gradient of a mini-batch that is
// fitted exactly is so small that c₁₁, which has its square as a factor, underflows to
// 0. With a greater |s₁| and c₁₁ = 0 the model falls without bound.
const vanishing = 1e-290

// collinear is the least squared sine of the angle between two directions that count
// as different. In float32 the relative error of C is about 1e-6.
const collinear = 1e-5

// model returns the quadratic model at the present parameters along d₁ = Δ = −U and
// d₂ = δ₀. It takes exact products with F.
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

// slopes returns s₁ = ∇hᵀΔ and s₂ = ∇hᵀδ₀.
func (o *adaptive) slopes() (s1, s2 float64) {
	// The objective may have scaled the gradient. The slope of h is unscaled.
	v, scale := o.pre.grad.Direction, 1/o.pre.grad.scale
	return -scale * v.Dot(o.u), scale * v.Dot(o.last)
}

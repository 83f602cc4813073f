package kfac

import (
	"math"

	"gonum.org/v1/gonum/mat"

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
	det := float64(c11*c22) - float64(c12*c12)
	if det > collinear*c11*c22 {
		x1 = -(float64(c22*s1) - float64(c12*s2)) / det
		x2 = -(float64(c11*s2) - float64(c12*s1)) / det
	} else {
		x1 = -s1 / c11
	}
	return math.Ldexp(x1, -e1), math.Ldexp(x2, -e2), (float64(x1*s1) + float64(x2*s2)) / 2
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
		x1 = -(q.s1 + float64(q.c12*x2)) / q.c11
	}
	slope := float64(x1*q.s1) + float64(x2*q.s2)
	return x1, x2, promise{slope, slope + q.square(x1, x2)/2}
}

// along returns the model at x₁d₁ + x₂d₂.
func (q quadratic) along(x1, x2 float64) float64 {
	return float64(x1*q.s1) + float64(x2*q.s2) + q.square(x1, x2)/2
}

// square is the curvature along x₁d₁ + x₂d₂. No product here is fused with a sum, whatever the processor.
func (q quadratic) square(x1, x2 float64) float64 {
	return float64(q.c11*x1*x1) + float64(2*q.c12*x1*x2) + float64(q.c22*x2*x2)
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
// d₂ = δ₀: that of the search for γ, if the step had one.
func (o *adaptive) model(obj graph.CurvatureObjective) (quadratic, error) {
	if o.trials.chosen {
		o.trials.chosen = false
		return o.trials.model, nil
	}
	return o.measureModel(obj)
}

// measureModel takes exact products with F for the model. Before the first step δ₀ is
// zero, and needs none.
func (o *adaptive) measureModel(obj graph.CurvatureObjective) (quadratic, error) {
	if o.steps == 0 {
		f, err := o.products(obj, o.u)
		if err != nil {
			return quadratic{}, err
		}
		return quadratic{c11: f.At(0, 0) + o.damped(obj.L2(), o.u, o.u), s1: -o.slope(o.u)}, nil
	}
	f, err := o.products(obj, o.u, o.last)
	if err != nil {
		return quadratic{}, err
	}
	return o.quadratic(obj, f, o.u, 0, 1), nil
}

// quadratic returns the model along −u and δ₀, which are the i-th and the j-th direction of
// the products f.
func (o *adaptive) quadratic(obj graph.CurvatureObjective, f *mat.SymDense, u graph.Direction, i, j int) quadratic {
	eta, last := obj.L2(), o.last
	return quadratic{
		c11: f.At(i, i) + o.damped(eta, u, u),
		c12: -f.At(i, j) - o.damped(eta, u, last),
		c22: f.At(j, j) + o.damped(eta, last, last),
		s1:  -o.slope(u),
		s2:  o.slope(last),
	}
}

// slope returns ∇hᵀd. The objective may have scaled the gradient, but the slope of h is
// unscaled.
func (o *adaptive) slope(d graph.Direction) float64 {
	return o.pre.grad.Direction.Dot(d) / o.pre.grad.scale
}

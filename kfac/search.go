package kfac

import (
	"errors"
	"math"

	"github.com/gokfac/gokfac/graph"
)

// searchDamping sets λ₀ to the greatest damping on a grid whose step gets
// nearly the greatest fall of the first mini-batch's loss. The grid goes down
// by decades from the curvature along the gradient, where a step is next to one
// of gradient descent, to the least λ allowed.
//
// The reduction ratio is no guide to λ₀: α makes up for a λ that is too small,
// while one that is too great costs tens of steps, as the rule for λ lowers it
// by a quarter in five of them. See the package comment for measurements.
func (o *Optimizer) searchDamping(obj graph.Objective, loss float64) error {
	if err := o.rebase(obj); err != nil {
		return err
	}
	start, err := o.curvatureAlongGradient(obj)
	if err != nil {
		return err
	}
	var tried, falls []float64
	best := 0.0
	for lambda := min(start, o.cfg.MaxDamping); lambda >= o.cfg.MinDamping && len(tried) < mostTrials; lambda /= 10 {
		o.lambda = lambda
		after, err := o.trial(obj)
		if errors.Is(err, ErrNotPositive) {
			break // nor would less damping do
		}
		if err != nil {
			o.lambda = 0
			return err
		}
		fall := loss - after
		if math.IsNaN(fall) {
			fall = math.Inf(-1)
		}
		tried, falls = append(tried, lambda), append(falls, fall)
		best = max(best, fall)
	}
	o.lambda = min(max(start, o.cfg.MinDamping), o.cfg.MaxDamping) // if no step goes down
	for i, fall := range falls {
		if fall >= nearly*best && best > 0 {
			o.lambda = tried[i]
			break
		}
	}
	return nil
}

const (
	mostTrials = 12
	nearly     = 0.95
)

// curvatureAlongGradient is ∇hᵀF∇h/‖∇h‖².
func (o *Optimizer) curvatureAlongGradient(obj graph.Objective) (float64, error) {
	f, err := obj.Products(o.productExamples(), o.grad.Direction)
	if err != nil {
		return 0, err
	}
	vv := o.grad.Direction.Dot(o.grad.Direction)
	if vv == 0 {
		return o.cfg.MinDamping, nil
	}
	return f.At(0, 0) / vv, nil
}

// trial is h after the step with the present λ, which is not taken.
func (o *Optimizer) trial(obj graph.Objective) (float64, error) {
	if err := o.invert(math.Sqrt(o.lambda + obj.L2())); err != nil {
		return 0, err
	}
	o.propose()
	q, err := o.model(obj)
	if err != nil {
		return 0, err
	}
	alpha, _, _ := q.minimum()
	o.last.Copy(o.theta) // δ₀ is zero before the first step
	o.theta.AddScaled(-alpha, o.proposal)
	after, err := obj.Loss()
	o.theta.Copy(o.last)
	o.last.Scale(0)
	return after, err
}

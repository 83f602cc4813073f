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
func (o *adaptive) searchDamping(obj graph.CurvatureObjective, loss float64) error {
	start := o.steepness
	var tried, falls []float64
	best := 0.0
	// The floor may be a point of the grid, but for rounding.
	for lambda := min(start, o.cfg.MaxDamping); lambda >= 0.999*o.least && len(tried) < mostTrials; lambda /= 10 {
		o.lambda = max(lambda, o.least)
		after, err := o.trial(obj)
		if errors.Is(err, ErrNotPositive) && len(tried) > 0 {
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
		tried, falls = append(tried, o.lambda), append(falls, fall)
		best = max(best, fall)
	}
	o.lambda = min(max(start, o.least), o.cfg.MaxDamping) // if no step goes down
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

// measureSteepness takes the curvature along the gradient, ∇hᵀF∇h/‖∇h‖², into
// the greatest so far, which the floor of λ depends on where none is given.
func (o *adaptive) measureSteepness(obj graph.CurvatureObjective, loss float64) error {
	f, err := o.products(obj, o.pre.grad.Direction)
	if err != nil {
		return err
	}
	curvature, vv := f.At(0, 0), o.pre.grad.Dot(o.pre.grad.Direction)
	if curvature-curvature != 0 || math.IsInf(vv, 0) {
		return &graph.NonFiniteError{Loss: loss, Curvature: true}
	}
	if vv > 0 {
		o.steepness = max(o.steepness, curvature/vv)
	}
	o.sampleLeast = o.leastOfSample()
	if o.cfg.MinDamping == 0 {
		o.least = o.sampleLeast
		if o.lambda > 0 { // else it is to be found
			o.lambda = max(o.lambda, o.least)
		}
	}
	return nil
}

// steepnessDue reports whether the curvature along the gradient is up for
// measurement: at the first step and every steepnessSteps of them, as long as
// mini-batches differ. Small initial weights make it tiny at first: 100 times
// less than after 20 steps is usual.
func (o *adaptive) steepnessDue() bool {
	return o.steps == 0 || o.steps%steepnessSteps == 0 && !o.deterministic()
}

const steepnessSteps = 20

// trial is h after the step with the present λ, which is not taken.
func (o *adaptive) trial(obj graph.CurvatureObjective) (float64, error) {
	if err := o.pre.invert(math.Sqrt(o.lambda + o.pre.eta(obj))); err != nil {
		return 0, err
	}
	o.propose()
	q, err := o.model(obj)
	if err != nil {
		return 0, err
	}
	alpha, _, _ := q.minimum()
	before := o.last // δ₀ is zero before the first step, and its memory is free
	before.Copy(o.theta)
	o.theta.AddScaled(-alpha, o.u)
	after, err := obj.Loss()
	o.theta.Copy(before)
	before.Scale(0)
	o.pre.grad.pure = false // the taps now hold the activations there
	return after, err
}

package kfac

import (
	"errors"
	"math"

	"github.com/gokfac/gokfac/graph"
)

// searchDamping sets λ₀. It takes trial steps on the first mini-batch with each λ of a
// grid, and chooses the greatest λ whose step makes h fall by at least 95 % of the
// greatest fall. The grid goes down by factors of ten. It begins at the curvature along
// the gradient, where a step is almost one of gradient descent, and ends at the floor of
// λ.
//
// The reduction ratio ρ cannot choose λ₀. α makes up for a λ that is too small. A λ that
// is too great costs tens of steps, since the rule for λ lowers it only by a quarter in
// five steps. docs/kfac.md has the measurements.
func (o *adaptive) searchDamping(obj graph.CurvatureObjective, loss float64) error {
	start := o.steepness
	var tried, falls []float64
	best := 0.0
	// The floor may be a point of the grid up to rounding: hence 0.999.
	for lambda := min(start, o.cfg.MaxDamping); lambda >= 0.999*o.least && len(tried) < mostTrials; lambda /= 10 {
		o.lambda = max(lambda, o.least)
		after, err := o.trial(obj)
		if errors.Is(err, ErrNotPositive) && len(tried) > 0 {
			break // less damping would fail as well
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
	mostTrials = 12   // greatest number of trial steps
	nearly     = 0.95 // share of the greatest fall that is enough
)

// measureSteepness measures the curvature along the gradient, ∇hᵀF∇h/‖∇h‖², and keeps
// the greatest value so far. The floor of λ, if none is given, depends on it.
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
		if o.lambda > 0 { // else searchDamping will find λ
			o.lambda = max(o.lambda, o.least)
		}
	}
	return nil
}

// steepnessDue reports whether the curvature along the gradient is measured in the
// present step: in the first one, and then every steepnessSteps steps unless the
// objective is deterministic. Small initial weights make this curvature tiny at first,
// often 100 times less than after 20 steps.
func (o *adaptive) steepnessDue() bool {
	return o.steps == 0 || o.steps%steepnessSteps == 0 && !o.deterministic()
}

const steepnessSteps = 20

// trial returns h after a step with the present λ. The step is taken back.
func (o *adaptive) trial(obj graph.CurvatureObjective) (float64, error) {
	if err := o.pre.invert(math.Sqrt(o.lambda + o.pre.eta(obj))); err != nil {
		return 0, err
	}
	if err := o.propose(); err != nil {
		return 0, err
	}
	q, err := o.measureModel(obj)
	if err != nil {
		return 0, err
	}
	alpha, _, _ := q.minimum()
	before := o.last // backup of θ, in δ₀'s memory: δ₀ is zero before the first step
	before.Copy(o.theta)
	o.theta.AddScaled(-alpha, o.u)
	after, err := obj.Loss()
	o.theta.Copy(before)
	before.Scale(0)
	o.pre.grad.pure = false // the taps hold the activations of the trial step now
	return after, err
}

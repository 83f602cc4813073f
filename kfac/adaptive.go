package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// adaptive is the policy of MG15, algorithm 2. The quadratic model of h with the
// exact Fisher matrix gives the length of a step along Δ and along the last update.
type adaptive struct {
	*Optimizer
	last graph.Direction // δ₀, the last update; zero before the first step

	pacing  // when α and μ are measured
	trials  gammaTrials
	repeats repetition // whether mini-batches differ
	turned  bool       // the verdict has changed since the last step

	steepness   float64 // greatest curvature along a gradient so far
	sampleLeast float64 // floor of λ while mini-batches differ and no floor is given
}

func (o *adaptive) build(params []*graph.Param) {
	o.last = graph.NewDirection(params)
	if o.cfg.GammaUpdateSteps > 0 {
		o.trials.build(params)
	}
}

func (o *adaptive) fields() []Field {
	return append([]Field{
		{Name: "least damping of a sample", Value: &o.sampleLeast},
		{Name: "steepness", Value: &o.steepness},
		{Name: "alpha", Value: &o.held.alpha},
		{Name: "mu", Value: &o.held.mu},
		{Name: "pace period", Value: &o.period},
		{Name: "pace age", Value: &o.age},
		{Name: "verdict", Value: (*int)(&o.repeats.verdict)},
		{Name: "expected loss", Value: &o.repeats.expected},
		{Name: "first loss", Value: &o.repeats.scale},
	}, o.directionFields("last update", o.last)...)
}

// step takes the step δ = r(αΔ + μδ₀), which is δ₀ of the next step. α and μ
// minimise the model. r is the learning rate times the share of the mini-batch, or
// less where the model promises too great a fall.
func (o *adaptive) step(obj graph.CurvatureObjective, loss float64) error {
	m, err := o.pace(obj, loss)
	if err != nil {
		return err
	}
	rate := o.alpha * o.share()
	r := m.believable(rate, loss)
	if rate > 0 {
		o.stats.ClipFactor = r / rate
	}
	predicted := m.at(r)
	o.last.Combine(r*m.back, -r*m.along, o.u)
	o.stats.Alpha, o.stats.Mu, o.stats.Predicted = r*m.alpha, r*m.mu, predicted
	vv, dd, cosine := o.pre.grad.Angle(o.last)
	o.stats.GradNorm, o.stats.UpdateNorm, o.stats.Cosine = vv/o.pre.grad.scale, dd, 0-cosine
	o.lap(&o.stats.ProductTime)
	measured := o.ratioDue()
	if measured {
		o.saved.Copy(o.theta)
	}
	o.theta.AddScaled(1, o.last)
	o.lap(&o.stats.UpdateTime)
	if measured {
		err = o.measureRatio(obj, loss, predicted)
		o.lap(&o.stats.DampingTime)
	}
	if shrink := r * o.cfg.WeightDecay; shrink > 0 {
		o.repeats.expected = math.NaN()
		if !o.stats.Undone {
			o.decay(shrink, 1, o.last)
		}
	}
	o.turned = false
	o.taken()
	return err
}

// measureRatio measures ρ and adapts λ. A step is taken back if h is not a number
// after it, or if h has risen on a deterministic objective. The last update and the
// measured α and μ are then forgotten.
func (o *adaptive) measureRatio(obj graph.CurvatureObjective, before, predicted float64) error {
	after, err := obj.Loss()
	if err != nil {
		return err
	}
	o.repeats.expected = after
	if o.compare(before, after, predicted) {
		o.adaptDamping(after-before, predicted)
	}
	if graph.CheckFinite(after) != nil || o.rose(before, after, predicted) {
		o.theta.Copy(o.saved)
		o.last.Scale(0)
		o.pacing = pacing{}
		o.stats.Undone = true
		o.stats.UpdateNorm = 0
		o.repeats.expected = before
	}
	return nil
}

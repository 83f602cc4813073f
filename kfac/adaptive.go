package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// adaptive is the policy of MG15, algorithm 2: the exact model of h says how far a
// step goes along Δ and along the last update.
type adaptive struct {
	*Optimizer
	last graph.Direction // δ₀, the last update; zero before the first step

	held    pace       // α and μ as they were measured last
	repeats repetition // whether mini-batches differ
	turned  bool       // the verdict is another one since the last step

	steepness   float64 // greatest curvature along a gradient so far
	sampleLeast float64 // floor of λ where none is given and mini-batches differ
}

func (o *adaptive) build(params []*graph.Param) { o.last = graph.NewDirection(params) }

func (o *adaptive) fields() []Field {
	return append([]Field{
		{Name: "least damping of a sample", Value: &o.sampleLeast},
		{Name: "steepness", Value: &o.steepness},
		{Name: "alpha", Value: &o.held.alpha},
		{Name: "mu", Value: &o.held.mu},
		{Name: "verdict", Value: (*int)(&o.repeats.verdict)},
		{Name: "expected loss", Value: &o.repeats.expected},
		{Name: "first loss", Value: &o.repeats.scale},
	}, o.directionFields("last update", o.last)...)
}

// step takes δ = r(αΔ + μδ₀), and δ₀ = δ for the next step. α and μ
// minimise the model; r is the learning rate times the share of the mini-batch,
// or less if the model promises too much.
func (o *adaptive) step(obj graph.CurvatureObjective, loss float64) error {
	p, m, err := o.pace(obj, loss)
	if err != nil {
		return err
	}
	rate := o.alpha * o.share()
	r := m.believable(rate, loss)
	if rate > 0 {
		o.stats.ClipFactor = r / rate
	}
	predicted := m.at(r)
	o.last.Combine(r*p.mu, -r*p.alpha, o.u)
	o.stats.Alpha, o.stats.Mu, o.stats.Predicted = r*p.alpha, r*p.mu, predicted
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

// measureRatio measures ρ and moves λ. It takes a step back to where h is not a
// number, and on a deterministic objective one that h rises by. The last update is
// then forgotten.
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
		o.held = pace{}
		o.stats.Undone = true
		o.stats.UpdateNorm = 0
		o.repeats.expected = before
	}
	return nil
}

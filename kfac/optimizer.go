package kfac

import (
	"errors"
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer is K-FAC with a learning rate and momentum.
type Optimizer struct {
	cfg    Config
	alpha  float64
	lambda float64
	blocks []block
	params []*graph.Param       // of the one model it serves
	owner  map[*graph.Param]int // index into blocks of the tap that a parameter is under
	steps  int                  // taken
	folds  int                  // updates of the factors' averages
	stats  Stats

	inverters *inverters

	passes int // over the taps, in the present curvature call
	visit  func([]*graph.Tap) error
}

// New returns a K-FAC optimizer.
func New(cfg Config) (*Optimizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	o := &Optimizer{cfg: cfg, alpha: cfg.LearningRate, lambda: cfg.Damping, inverters: newInverters()}
	o.visit = o.accumulate // once: a method value allocates
	return o, nil
}

// LearningRate is α.
func (o *Optimizer) LearningRate() float64 { return o.alpha }

// SetLearningRate changes α for the steps to come.
func (o *Optimizer) SetLearningRate(alpha float64) { o.alpha = alpha }

// Stats describes the last step.
func (o *Optimizer) Stats() Stats { return o.stats }

// Config returns the settings in force, defaults filled in.
func (o *Optimizer) Config() Config { return o.cfg }

// Step takes one step. A loss, gradient or curvature that is not finite is a
// *graph.NonFiniteError. On any error that comes before the step, averages and
// parameters are as they were; only the pass that measures ρ comes after it.
func (o *Optimizer) Step(obj graph.Objective) (float64, error) {
	o.stats = Stats{Damping: o.lambda, InverseAge: o.stats.InverseAge + 1, FailedInverses: o.stats.FailedInverses, Ratio: math.NaN()}
	clock := time.Now()
	loss, err := o.measure(obj)
	o.stats.Loss = loss
	if err != nil {
		return loss, err
	}
	lap(&clock, &o.stats.GradientTime)
	if o.steps < 3 || o.steps%o.cfg.InverseUpdateSteps == 0 {
		if err := o.invert(obj.L2()); err != nil {
			return loss, err
		}
	}
	lap(&clock, &o.stats.InverseTime)
	nu, err := o.precondition(obj)
	if err != nil {
		return loss, err
	}
	var uu float64
	for _, b := range o.blocks {
		uu += b.step(o.alpha, o.cfg.Momentum, nu)
	}
	o.stats.UpdateNorm = o.alpha * math.Sqrt(uu)
	lap(&clock, &o.stats.UpdateTime)
	o.steps++
	if every := o.cfg.DampingUpdateSteps; every > 0 && o.steps%every == 0 {
		if err := o.adaptDamping(obj, loss); err != nil {
			return loss, err
		}
	}
	if shrink := o.alpha * o.cfg.WeightDecay; shrink > 0 { // after ρ, whose model does not know of it
		for _, b := range o.blocks {
			b.decay(o.alpha, shrink)
		}
	}
	lap(&clock, &o.stats.DampingTime)
	return loss, nil
}

func lap(clock *time.Time, phase *time.Duration) {
	now := time.Now()
	*phase = now.Sub(*clock)
	*clock = now
}

// invert renews every block's inverses. A block that cannot be inverted keeps
// its last ones; at the first step there are none, which is an error.
func (o *Optimizer) invert(l2 float64) error {
	gamma := math.Sqrt(o.lambda + l2)
	o.inverters.todo = o.inverters.todo[:0]
	for _, b := range o.blocks {
		todo := b.inversions(gamma)
		for i := range todo {
			o.inverters.todo = append(o.inverters.todo, &todo[i])
		}
	}
	o.inverters.run()
	renewed := true
	for _, b := range o.blocks {
		retries, ok := b.renew()
		o.stats.FailedInverses += retries
		if !ok && o.steps == 0 {
			o.folds = 0 // the next batch starts the averages again
			return ErrNotPositive
		}
		renewed = renewed && ok
	}
	if renewed {
		o.stats.InverseAge = 0
	}
	return nil
}

// ErrNotPositive is a first step whose factors cannot be inverted; later ones
// keep the inverses they have. More damping helps.
var ErrNotPositive = errors.New("kfac: a factor has no Cholesky decomposition, even with its damping raised 10⁵ times")

// precondition computes every block's update and returns the norm clip
// ν = min(1, √(κ/(α² Σ VᵀU))).
func (o *Optimizer) precondition(obj graph.Objective) (nu float64, err error) {
	var vv, uu, vu float64
	for _, t := range obj.Taps() {
		b, err := o.blockOf(t)
		if err != nil {
			return 0, err
		}
		b.precondition(t, obj.GradScale(), obj.L2() == 0)
		v2, u2, p := b.products()
		vv, uu, vu = vv+v2, uu+u2, vu+p
	}
	nu = 1
	if kl := o.alpha * o.alpha * vu; o.cfg.KLClip > 0 && kl > o.cfg.KLClip {
		nu = math.Sqrt(o.cfg.KLClip / kl)
	}
	o.stats.GradNorm, o.stats.PreconditionedNorm, o.stats.ClipFactor = math.Sqrt(vv), math.Sqrt(uu), nu
	o.stats.Cosine = vu / math.Sqrt(vv*uu)
	return nu, nil
}

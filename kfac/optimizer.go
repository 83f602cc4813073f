package kfac

import (
	"fmt"
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
	owner  map[*graph.Param]int // index into blocks of the tap that a weight is under
	steps  int                  // taken
	folds  int                  // updates of the factors' averages
	stats  Stats

	inverter inverter

	passes int // over the taps, in the present curvature call
	visit  func([]*graph.Tap) error
}

// block is the curvature of one tap and the update of its parameters.
type block interface {
	accumulate(t *graph.Tap, first bool)
	finite() bool
	fold(keep float64)
	invert(gamma float64, c *inverter) (retries int, err error)
	precondition()
	products() (vv, uu, vu float64)
	step(alpha, mu, nu, shrink float64)
	model() (vd, dd, dfd float64)
}

// New returns a K-FAC optimizer.
func New(cfg Config) (*Optimizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	o := &Optimizer{cfg: cfg, alpha: cfg.LearningRate, lambda: cfg.Damping}
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

// Step takes one step. On an error, averages and parameters are as they were;
// a loss or a curvature that is not finite is a *graph.NonFiniteError.
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
	nu := o.precondition()
	if v := o.stats.GradNorm; v-v != 0 {
		return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
	}
	for _, b := range o.blocks {
		b.step(o.alpha, o.cfg.Momentum, nu, o.alpha*o.cfg.WeightDecay)
	}
	lap(&clock, &o.stats.UpdateTime)
	o.steps++
	if every := o.cfg.DampingUpdateSteps; every > 0 && o.steps%every == 0 {
		if err := o.adaptDamping(obj, loss); err != nil {
			return loss, err
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

// measure computes loss and gradient and, when it is due, folds the batch's
// curvature into the averages.
func (o *Optimizer) measure(obj graph.Objective) (float64, error) {
	if o.steps%o.cfg.FactorUpdateSteps != 0 && o.steps >= 3 {
		loss, err := obj.Grad()
		if err != nil {
			return loss, err
		}
		return loss, graph.CheckFinite(loss)
	}
	o.passes = 0
	loss, err := obj.Curvature(o.cfg.Estimator, o.visit)
	if err != nil {
		return loss, err
	}
	if err := graph.CheckFinite(loss); err != nil {
		return loss, err
	}
	if err := o.covers(obj.Params()); err != nil {
		return loss, err
	}
	for _, b := range o.blocks {
		if !b.finite() {
			return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	o.folds++
	for _, b := range o.blocks {
		b.fold(decayAt(o.folds, o.cfg.FactorDecay))
	}
	return loss, nil
}

// accumulate adds one pass over the taps to the batch's curvature.
func (o *Optimizer) accumulate(taps []*graph.Tap) error {
	if o.blocks == nil {
		if err := o.build(taps); err != nil {
			return err
		}
	}
	for _, t := range taps {
		i, ok := o.owner[t.Weight]
		if !ok {
			return fmt.Errorf("kfac: tap %s is new: an optimizer serves one model", t.Name)
		}
		o.blocks[i].accumulate(t, o.passes == 0)
	}
	o.passes++
	return nil
}

// build makes the blocks from the first taps seen.
func (o *Optimizer) build(taps []*graph.Tap) error {
	owner := map[*graph.Param]int{}
	var blocks []block
	for _, t := range taps {
		if _, ok := owner[t.Weight]; ok {
			return fmt.Errorf("kfac: layer %s is used twice: K-FAC has no curvature for shared weights", t.Name)
		}
		owner[t.Weight] = len(blocks)
		if t.Weight.Value.Dtype() == graph.Float32 {
			blocks = append(blocks, newKronecker[float32](t))
		} else {
			blocks = append(blocks, newKronecker[float64](t))
		}
		if t.Bias != nil {
			owner[t.Bias] = len(blocks) - 1
		}
	}
	o.owner, o.blocks = owner, blocks
	return nil
}

// covers returns an error unless every parameter is under a tap.
func (o *Optimizer) covers(params []*graph.Param) error {
	if len(params) == len(o.owner) {
		return nil
	}
	for _, p := range params {
		if _, ok := o.owner[p]; !ok {
			return fmt.Errorf("kfac: parameter %s is under no tap: its layer must declare one (graph.Builder.Tap) to be trained by K-FAC", p.Name)
		}
	}
	return nil
}

// invert renews every block's inverses. A block that cannot be inverted keeps
// its last ones; at the first step there are none, which is an error.
func (o *Optimizer) invert(l2 float64) error {
	gamma := math.Sqrt(o.lambda + l2)
	o.stats.InverseAge = 0
	for _, b := range o.blocks {
		retries, err := b.invert(gamma, &o.inverter)
		o.stats.FailedInverses += retries
		if err != nil && o.steps == 0 {
			return err
		}
	}
	return nil
}

// precondition computes every block's update and returns the norm clip
// ν = min(1, √(κ/(α² Σ VᵀU))).
func (o *Optimizer) precondition() (nu float64) {
	var vv, uu, vu float64
	for _, b := range o.blocks {
		b.precondition()
		v2, u2, p := b.products()
		vv, uu, vu = vv+v2, uu+u2, vu+p
	}
	nu = 1
	if kl := o.alpha * o.alpha * vu; o.cfg.KLClip > 0 && kl > o.cfg.KLClip {
		nu = math.Sqrt(o.cfg.KLClip / kl)
	}
	o.stats.GradNorm, o.stats.PreconditionedNorm, o.stats.ClipFactor = math.Sqrt(vv), math.Sqrt(uu), nu
	o.stats.Cosine = vu / math.Sqrt(vv*uu)
	return nu
}

// adaptDamping compares the change of h on this mini-batch with the quadratic
// model's prediction, and moves λ.
func (o *Optimizer) adaptDamping(obj graph.Objective, before float64) error {
	var vd, dd, dfd float64
	for _, b := range o.blocks {
		v, d, f := b.model()
		vd, dd, dfd = vd+v, dd+d, dfd+f
	}
	a := o.alpha
	predicted := a*vd + a*a/2*(dfd+(o.lambda+obj.L2())*dd)
	after, err := obj.Loss()
	if err != nil {
		return err
	}
	o.stats.Predicted, o.stats.Actual = predicted, after-before
	o.stats.Ratio = o.stats.Actual / predicted
	if predicted >= 0 {
		// Uphill even by the model, by momentum or a rate too great for the
		// damping: the quotient says nothing, but a rise of h does.
		if after <= before {
			return nil
		}
		o.stats.Ratio = math.Inf(-1)
	}
	o.lambda = adapt(o.lambda, o.stats.Ratio, omega(o.cfg.DampingUpdateSteps))
	o.lambda = min(max(o.lambda, o.cfg.MinDamping), o.cfg.MaxDamping)
	return nil
}

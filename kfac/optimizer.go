package kfac

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer is K-FAC: a policy for the length of steps, adaptive or fixed, on a
// [Preconditioner], which gives their direction. It serves one model.
type Optimizer struct {
	cfg    Config  // resolved
	alpha  float64 // the learning rate
	lambda float64 // damping; 0 until it is found
	least  float64 // of λ; 0 until the first mini-batch
	gamma  float64 // of the inverses; 0 until the first

	pre    *Preconditioner
	policy policy

	theta   graph.Direction // the parameters
	u       graph.Direction // U = −Δ
	saved   graph.Direction // θ to come back to. It is U's memory: U is not needed once the step is made of it
	average graph.Direction // θ̄; nil without Polyak averaging

	steps    int // taken
	averaged int // of θ̄
	stats    Stats
	clock    time.Time // of the last lap; here, so that a step allocates nothing
	pending  []byte    // a state to be restored when the model is known
}

// policy decides how far a step goes, and owns what it remembers for that.
type policy interface {
	// build makes memory for a model with these parameters.
	build(params []*graph.Param)
	// passOver reports whether there is nothing to learn of the mini-batch. Otherwise
	// it takes notice of the loss before the step.
	passOver(loss float64) bool
	// direct renews λ, γ and the inverses where they are due, and leaves U.
	direct(obj graph.CurvatureObjective, loss float64) error
	// step takes the step.
	step(obj graph.CurvatureObjective, loss float64) error
	// fields lists what a saved state holds.
	fields() []Field
}

// New returns a K-FAC optimizer.
func New(cfg Config) (*Optimizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.resolved()
	pre, err := NewPreconditioner(cfg.preconditioner())
	if err != nil {
		return nil, err
	}
	o := &Optimizer{cfg: cfg, alpha: cfg.LearningRate, lambda: cfg.Damping, least: cfg.MinDamping, pre: pre}
	if cfg.Mode == Adaptive {
		o.policy = &adaptive{Optimizer: o}
	} else {
		o.policy = &fixed{Optimizer: o}
	}
	return o, nil
}

// LearningRate is α, in adaptive mode a factor on the step that the model of h
// proposes.
func (o *Optimizer) LearningRate() float64 { return o.alpha }

// SetLearningRate changes α for the steps to come.
func (o *Optimizer) SetLearningRate(alpha float64) { o.alpha = alpha }

// Stats describes the last step.
func (o *Optimizer) Stats() Stats { return o.stats }

// Preconditioner is what the optimizer has its directions from. Blocks of other
// kinds of taps are registered with it, and the hook for several processes is set
// on it, before the first step.
func (o *Optimizer) Preconditioner() *Preconditioner { return o.pre }

// Config returns the settings in force, defaults filled in: New makes the same
// optimizer of them. What is off is None, or 0 where that is the default.
// Damping and MinDamping are 0 where they are found. SetLearningRate does not
// change them.
func (o *Optimizer) Config() Config { return o.cfg.expressed() }

// Step takes one step. In adaptive mode mini-batches that are fitted exactly are
// passed over until the first that is not. A loss, gradient or curvature that is not finite is a
// *graph.NonFiniteError. A mini-batch whose loss, gradient or factors are at
// fault changes nothing. On any other error that comes before the step,
// products with the Fisher matrix included, the parameters are as they were,
// but the averages have taken the mini-batch in; only the pass that measures ρ
// comes after the step. An objective without curvature, or without the products
// that the mode needs, is a *graph.MissingError.
func (o *Optimizer) Step(objective graph.Objective) (float64, error) {
	obj, err := o.begin(objective)
	if err != nil {
		return 0, err
	}
	o.clock = time.Now()
	loss, err := o.measure(obj)
	if err != nil || o.policy.passOver(loss) {
		return loss, err
	}
	o.pre.report.Age++ // a refused mini-batch is no step
	o.lap(&o.stats.GradientTime)
	err = o.policy.direct(obj, loss)
	o.describe()
	if err != nil {
		return loss, o.refused(err)
	}
	return loss, o.policy.step(obj, loss)
}

// begin checks what a step needs, makes memory at the first, and clears the
// statistics of the last.
func (o *Optimizer) begin(objective graph.Objective) (graph.CurvatureObjective, error) {
	obj, err := graph.CurvatureOf(objective)
	if err != nil {
		return nil, fmt.Errorf("kfac: %w", err)
	}
	if err := o.build(obj); err != nil {
		return nil, err
	}
	if err := checkShrink(o.alpha, o.pre.factors.decay*o.cfg.WeightDecay); err != nil {
		return nil, err
	}
	o.stats = Stats{ClipFactor: 1, Alpha: o.alpha, Ratio: math.NaN(), Actual: math.NaN()}
	o.describe()
	return obj, nil
}

// describe tells the statistics the dampings and the inverses in use.
func (o *Optimizer) describe() {
	o.stats.Damping, o.stats.LeastDamping, o.stats.Gamma = o.lambda, o.least, o.gamma
	r := o.pre.Inverses()
	o.stats.InverseAge, o.stats.FailedInverses, o.stats.Condition = r.Age, r.Failed, r.Condition
}

// build makes memory for the model that obj belongs to, at the first step.
func (o *Optimizer) build(obj graph.CurvatureObjective) error {
	if err := o.pre.Build(obj); err != nil || o.theta != nil {
		return err
	}
	params := o.pre.params
	o.theta = graph.Values(params)
	o.u = graph.NewDirection(params)
	o.saved = o.u
	if o.cfg.Polyak > 0 {
		o.average = graph.NewDirection(params)
	}
	o.policy.build(params)
	return o.restorePending()
}

// measure computes loss and gradient and, when it is due, takes the mini-batch's
// curvature into the averages.
func (o *Optimizer) measure(obj graph.CurvatureObjective) (float64, error) {
	due := o.due(o.cfg.FactorUpdateSteps)
	if o.pre.hasBases() { // a new basis needs a measurement in it
		due = due || o.due(o.cfg.InverseUpdateSteps)
	}
	loss, err := o.pre.measure(obj, due)
	o.stats.Loss = loss
	return loss, err
}

// refused is the error of a step that was not taken.
func (o *Optimizer) refused(err error) error {
	if errors.Is(err, ErrNotPositive) {
		o.pre.folds = 0 // the next mini-batch starts the averages again
	}
	return err
}

// lap adds the time since the last lap to a phase of the step.
func (o *Optimizer) lap(phase *time.Duration) {
	now := time.Now()
	*phase += now.Sub(o.clock)
	o.clock = now
}

// due reports whether something that happens every so many steps, and in each
// of the first three, is up.
func (o *Optimizer) due(every int) bool { return o.steps < 3 || o.steps%every == 0 }

// taken counts a step and takes θ into the average.
func (o *Optimizer) taken() {
	o.steps++
	o.pre.established = true
	if o.average == nil {
		return
	}
	o.averaged++
	keep := decayAt(o.averaged, o.cfg.Polyak)
	o.average.Combine(keep, 1-keep, o.theta)
}

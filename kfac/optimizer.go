package kfac

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer is the K-FAC optimizer. Its [Preconditioner] gives the direction of a step,
// and a policy, adaptive or fixed, gives the length. An Optimizer serves one model and is
// not safe for concurrent use.
type Optimizer struct {
	cfg    Config  // resolved
	alpha  float64 // the learning rate
	lambda float64 // λ; 0 until adaptive mode has found it
	least  float64 // floor of λ; 0 until adaptive mode has measured it
	gamma  float64 // γ of the inverses; 0 before the first inversion

	pre    *Preconditioner
	policy policy

	theta   graph.Direction // the parameters
	u       graph.Direction // U = −Δ
	saved   graph.Direction // backup of θ, in U's memory: U is free once the step has been computed
	average graph.Direction // θ̄; nil without Polyak averaging
	dirs    []graph.Direction

	steps    int // steps taken
	averaged int // steps in θ̄
	stats    Stats
	clock    time.Time // time of the last lap; a field, so that a step allocates nothing
	pending  []byte    // a state to restore once the model is known
}

// policy decides how far a step goes. It owns the memory that this decision needs.
type policy interface {
	// build makes memory for a model with these parameters.
	build(params []*graph.Param)
	// passOver reports whether the step is to be left out, because the mini-batch is
	// fitted exactly. loss is h before the step.
	passOver(loss float64) bool
	// direct renews λ, γ and the inverses if they are due, and then sets U.
	direct(obj graph.CurvatureObjective, loss float64) error
	// step moves θ along U.
	step(obj graph.CurvatureObjective, loss float64) error
	// fields lists the memory that a saved state holds.
	fields() []Field
}

// New returns a K-FAC optimizer. An error names the setting that is out of its range.
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

// LearningRate returns the present learning rate: α in fixed mode, and in adaptive mode
// the factor on the step that the quadratic model proposes.
func (o *Optimizer) LearningRate() float64 { return o.alpha }

// SetLearningRate changes the learning rate for later steps.
func (o *Optimizer) SetLearningRate(alpha float64) { o.alpha = alpha }

// Stats returns the diagnostics of the last step.
func (o *Optimizer) Stats() Stats { return o.stats }

// Preconditioner returns the curvature estimate that directions come from. Blocks of
// other kinds of taps (Register) and the hook for several processes (Reduce) are set on
// it, before the first step.
func (o *Optimizer) Preconditioner() *Preconditioner { return o.pre }

// Config returns the settings in force, defaults filled in. New makes the same
// optimizer of them. A setting that is off is None, or 0 if off is its default. Damping
// and MinDamping are 0 if adaptive mode finds them. SetLearningRate does not change the
// settings.
func (o *Optimizer) Config() Config { return o.cfg.expressed() }

// Step takes one step on a mini-batch, and returns h before the step. In adaptive mode
// it takes no step while every mini-batch so far was fitted exactly.
//
// A loss, gradient or curvature that is not finite is a *graph.NonFiniteError. If the
// loss, the gradient or the factors are not finite, nothing has changed. On every other
// error before the step, from exact products with F included, the parameters are
// unchanged, but the averages have taken the mini-batch in. Only the pass that measures
// ρ comes after the step. An objective without curvature, or without the products that
// the mode needs, is a *graph.MissingError.
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
	o.pre.report.Age++ // not before: a refused mini-batch is no step
	o.lap(&o.stats.GradientTime)
	err = o.policy.direct(obj, loss)
	o.describe()
	if err != nil {
		return loss, o.refused(err)
	}
	return loss, o.policy.step(obj, loss)
}

// begin checks the objective, allocates memory in the first step, and clears the
// diagnostics of the last step.
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

// describe writes the dampings and the inverses in use to the diagnostics.
func (o *Optimizer) describe() {
	o.stats.Damping, o.stats.LeastDamping, o.stats.Gamma = o.lambda, o.least, o.gamma
	r := o.pre.Inverses()
	o.stats.InverseAge, o.stats.FailedInverses, o.stats.Condition = r.Age, r.Failed, r.Condition
}

// build allocates memory for the model that obj belongs to, in the first step.
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

// measure computes loss and gradient. If a measurement is due, it also takes the
// mini-batch's curvature into the averages.
func (o *Optimizer) measure(obj graph.CurvatureObjective) (float64, error) {
	due := o.measurementDue()
	o.pre.cfg.FactorFraction = fractionOf(o.cfg.FactorFraction, mostFactors, obj.Examples())
	if o.cfg.FactorFraction == 0 {
		o.pre.mostRows = mostFactorRows
	}
	loss, err := o.pre.measure(obj, due)
	o.stats.Loss = loss
	return loss, err
}

// refused returns the error of a step that was not taken. After a first inversion that
// failed, the averages begin anew.
func (o *Optimizer) refused(err error) error {
	if errors.Is(err, ErrNotPositive) {
		o.pre.folds = 0 // the next mini-batch starts the averages again
	}
	return err
}

// lap adds the time since the last lap to the duration of one phase of the step.
func (o *Optimizer) lap(phase *time.Duration) {
	now := time.Now()
	*phase += now.Sub(o.clock)
	o.clock = now
}

// due reports whether a task with this period, in steps, falls on the present step.
// Every task falls on each of the first three.
func (o *Optimizer) due(every int) bool { return o.steps < 3 || o.steps%every == 0 }

// CurvatureDue reports whether the next step measures curvature: whether a [ByHand] must be
// given sampled gradients for it, and a pass over sampled targets is worth its time. Adaptive
// mode takes products with the Fisher matrix, and every step may need them.
func (o *Optimizer) CurvatureDue() bool {
	if o.cfg.Mode != Fixed || len(o.pending) > 0 {
		return true
	}
	return o.measurementDue() || o.ratioDue()
}

// measurementDue reports whether the step takes curvature into the averages. A new basis needs
// a measurement in it.
func (o *Optimizer) measurementDue() bool {
	return o.due(o.cfg.FactorUpdateSteps) || o.pre.hasBases() && (o.due(o.cfg.InverseUpdateSteps) || o.pre.report.Missing)
}

// taken counts a step and takes θ into the average θ̄.
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

package kfac

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer is K-FAC. It serves one model.
type Optimizer struct {
	cfg    Config  // resolved
	alpha  float64 // the learning rate
	lambda float64 // 0 until it is found
	least  float64 // of λ; 0 until the first mini-batch

	steepness   float64 // curvature along the first gradient
	sampleLeast float64 // floor of λ where none is given and mini-batches differ
	gamma       float64 // 0 until the first inverses
	params      []*graph.Param
	blocks      []block

	inverses, spares []inverse // by block: in use, and to try others in
	jobs             [][]*inversion
	renewed          []bool // by the last inversion
	theta            graph.Direction
	proposal         graph.Direction // U, or Δ = −U
	last             graph.Direction // fixed: the velocity v; adaptive: δ₀
	average          graph.Direction // θ̄; nil without
	held             pace            // adaptive: as it was measured last
	repeats          repetition      // adaptive: whether mini-batches differ
	turned           bool            // the verdict is another one since the last step
	grad             gradient

	steps    int // taken
	folds    int // updates of the averages
	averaged int // of θ̄
	examples int // N
	stats    Stats
	pending  []byte // a state to be restored when the model is known

	inverters *inverters
	pass      pass // in the present curvature call
	visit     func(*graph.CurvaturePass) error
	revisit   func(*graph.CurvaturePass) error
}

// New returns a K-FAC optimizer.
func New(cfg Config) (*Optimizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.resolved()
	o := &Optimizer{cfg: cfg, alpha: cfg.LearningRate, lambda: cfg.Damping, least: cfg.MinDamping, inverters: newInverters()}
	o.visit, o.revisit = o.accumulate, o.project // once: a method value allocates
	return o, nil
}

// LearningRate is α, in adaptive mode a factor on the step that the model of h
// proposes.
func (o *Optimizer) LearningRate() float64 { return o.alpha }

// SetLearningRate changes α for the steps to come.
func (o *Optimizer) SetLearningRate(alpha float64) { o.alpha = alpha }

// Stats describes the last step.
func (o *Optimizer) Stats() Stats { return o.stats }

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
// comes after the step.
func (o *Optimizer) Step(objective graph.Objective) (float64, error) {
	obj, err := graph.CurvatureOf(objective)
	if err != nil {
		return 0, fmt.Errorf("kfac: %w", err)
	}
	if err := checkShrink(o.alpha, o.cfg.WeightDecay); err != nil {
		return 0, err
	}
	if err := o.build(obj); err != nil {
		return 0, err
	}
	o.stats = Stats{
		Damping: o.lambda, LeastDamping: o.least, Gamma: o.gamma, Condition: o.stats.Condition, ClipFactor: 1, Alpha: o.alpha,
		InverseAge: o.stats.InverseAge, FailedInverses: o.stats.FailedInverses, Ratio: math.NaN(), Actual: math.NaN(),
	}
	clock := time.Now()
	loss, err := o.measure(obj)
	o.stats.Loss = loss
	if err != nil {
		return loss, err
	}
	if o.passOver(loss) {
		return loss, nil
	}
	if o.cfg.Mode == Adaptive {
		o.judge(loss)
	}
	o.stats.InverseAge++ // a refused mini-batch is no step
	lap(&clock, &o.stats.GradientTime)
	if err := o.refresh(obj, loss, &clock); err != nil {
		if errors.Is(err, ErrNotPositive) {
			o.folds = 0 // the next mini-batch starts the averages again
		}
		return loss, err
	}
	o.stats.Damping, o.stats.LeastDamping, o.stats.Gamma = o.lambda, o.least, o.gamma
	if o.cfg.Mode == Adaptive {
		err = o.stepAdaptive(obj, loss, &clock)
	} else {
		err = o.stepFixed(obj, loss, &clock)
	}
	return loss, err
}

func lap(clock *time.Time, phase *time.Duration) {
	now := time.Now()
	*phase += now.Sub(*clock)
	*clock = now
}

// due reports whether something that happens every so many steps, and in each
// of the first three, is up.
func (o *Optimizer) due(every int) bool { return o.steps < 3 || o.steps%every == 0 }

// ratioDue reports whether λ is up for adaptation in this step.
func (o *Optimizer) ratioDue() bool {
	every := o.cfg.DampingUpdateSteps
	return every > 0 && ((o.steps+1)%every == 0 || o.deterministic())
}

// taken counts a step and takes θ into the average.
func (o *Optimizer) taken() {
	o.steps++
	o.turned = false
	if o.average == nil {
		return
	}
	o.averaged++
	keep := decayAt(o.averaged, o.cfg.Polyak)
	o.average.Combine(keep, 1-keep, o.theta)
}

// Averaged runs f with the Polyak average of the parameters, over the steps so
// far, in their place, and puts them back. Without averaging, or before the
// first step, the one after a restored state included, f runs with the
// parameters as they are.
func (o *Optimizer) Averaged(f func() error) error {
	if o.averaged == 0 {
		return f()
	}
	o.proposal.Copy(o.theta) // free between steps
	o.theta.Copy(o.average)
	defer o.theta.Copy(o.proposal)
	return f()
}

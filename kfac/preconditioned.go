package kfac

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// Rule is an optimizer that reads gradients from the parameters of an objective and
// updates the values: trainer.SGD, trainer.Adam, or an optimizer of the caller's.
type Rule interface {
	Step(obj graph.Objective) (loss float64, err error)
	LearningRate() float64
	SetLearningRate(float64)
}

// Preconditioned is an optimizer that puts a [Preconditioner] in front of an inner
// rule. The inner rule finds the natural gradient U where it expects the gradient.
// Momentum, moments, weight decay and schedule belong to the inner rule.
type Preconditioned struct {
	cfg   PreconditionedConfig // resolved
	inner Rule
	pre   *Preconditioner

	u       graph.Direction // U
	natural natural         // a field, so that a step allocates nothing
	steps   int             // taken
}

// PreconditionedConfig holds the settings of a [Preconditioned]. A field that is
// zero stands for the default that its comment states.
type PreconditionedConfig struct {
	// Preconditioner holds the settings of the curvature estimate.
	Preconditioner PreconditionerConfig
	// Damping is λ, above 0 and the same in all steps: γ = √(λ+η). Default 0.5. It has
	// no off value.
	Damping float64
	// KLClip is κ: U is multiplied by the greatest ν ≤ 1 for which α²ν²·VᵀU ≤ κ, with α
	// the inner rule's learning rate. Momentum of the inner rule is not counted. Default
	// None: no bound.
	KLClip float64
	// FactorUpdateSteps is the number of steps from one measurement of curvature to the
	// next. Each of the first three steps measures it, too. Default 4. It has no off value.
	FactorUpdateSteps int
	// InverseUpdateSteps is the number of steps from one inversion to the next. Each of
	// the first three steps inverts, too. Default 10. It has no off value.
	InverseUpdateSteps int
}

// numbers lists the numeric settings with their defaults.
func (c *PreconditionedConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("damping", &c.Damping, 0.5, setting.Positive),
		setting.Of("KL clip", &c.KLClip, 0, setting.NotNegative),
		setting.Of("factor update steps", &c.FactorUpdateSteps, 4, setting.Period),
		setting.Of("inverse update steps", &c.InverseUpdateSteps, 10, setting.Period),
	}
}

// NewPreconditioned puts a preconditioner in front of inner.
func NewPreconditioned(inner Rule, cfg PreconditionedConfig) (*Preconditioned, error) {
	if inner == nil {
		return nil, errors.New("kfac: a preconditioned optimizer needs an inner rule")
	}
	pre, err := NewPreconditioner(cfg.Preconditioner)
	if err != nil {
		return nil, err
	}
	cfg.numbers().Resolve()
	if err := cfg.numbers().Check(); err != nil {
		return nil, fmt.Errorf("kfac: %w", err)
	}
	return &Preconditioned{cfg: cfg, inner: inner, pre: pre}, nil
}

// Config returns the settings in force, defaults filled in. NewPreconditioned makes
// the same optimizer of them and the same inner rule.
func (o *Preconditioned) Config() PreconditionedConfig {
	c := o.cfg
	c.numbers().Express()
	c.Preconditioner = o.pre.Config()
	return c
}

// Preconditioner returns the curvature estimate. Blocks of other kinds of taps
// (Register) and the hook for several processes (Reduce) are set on it, before the
// first step.
func (o *Preconditioned) Preconditioner() *Preconditioner { return o.pre }

// LearningRate returns the learning rate of the inner rule.
func (o *Preconditioned) LearningRate() float64 { return o.inner.LearningRate() }

// SetLearningRate changes the learning rate of the inner rule for later steps.
func (o *Preconditioned) SetLearningRate(alpha float64) { o.inner.SetLearningRate(alpha) }

// Step measures a mini-batch, inverts if an inversion is due, and calls the inner
// rule with U in the place of the gradient. It returns h before the step. An error
// of the inner rule leaves the parameters as the rule left them; an earlier error
// leaves the parameters unchanged.
func (o *Preconditioned) Step(objective graph.Objective) (float64, error) {
	obj, err := graph.CurvatureOf(objective)
	if err != nil {
		return 0, fmt.Errorf("kfac: %w", err)
	}
	loss, err := o.pre.Measure(obj, o.CurvatureDue())
	if err != nil {
		return loss, err
	}
	if o.due(o.cfg.InverseUpdateSteps) || o.pre.report.Missing {
		if err := o.pre.Invert(obj, math.Sqrt(o.cfg.Damping+o.pre.eta(obj))); err != nil {
			return loss, err
		}
	}
	if o.u == nil {
		o.u = graph.NewDirection(o.pre.params)
	}
	if err := o.pre.Apply(o.u); err != nil {
		return loss, err
	}
	if nu := clipByKL(o.pre, o.u, 2, o.inner.LearningRate(), o.cfg.KLClip); nu < 1 {
		o.u.Scale(nu)
	}
	o.pre.grad.Copy(o.u)
	o.natural = natural{Objective: obj, loss: loss}
	loss, err = o.inner.Step(&o.natural)
	if err == nil {
		o.steps++
	}
	return loss, err
}

// due reports whether a task with this period, in steps, falls on the present step.
// Every task falls on each of the first three.
func (o *Preconditioned) due(every int) bool { return o.steps < 3 || o.steps%every == 0 }

// CurvatureDue reports whether the next step measures curvature; see [Optimizer.CurvatureDue].
func (o *Preconditioned) CurvatureDue() bool {
	return o.due(o.cfg.FactorUpdateSteps) || o.pre.hasBases() && (o.due(o.cfg.InverseUpdateSteps) || o.pre.report.Missing)
}

// natural is the objective that the inner rule sees. Its gradients have been computed
// already, and U stands in their place.
type natural struct {
	graph.Objective
	loss float64
}

// Grad returns the loss and leaves the gradients, which hold U, as they are.
func (n *natural) Grad() (float64, error) { return n.loss, nil }

// Unwrap returns the objective whose gradients were replaced.
func (n *natural) Unwrap() graph.Objective { return n.Objective }

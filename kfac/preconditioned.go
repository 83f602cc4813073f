package kfac

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// Rule is an optimizer that updates parameters by the gradients that it finds in
// them: trainer.SGD, trainer.Adam, or one's own.
type Rule interface {
	Step(obj graph.Objective) (loss float64, err error)
	LearningRate() float64
	SetLearningRate(float64)
}

// Preconditioned is an optimizer with an inner rule, which finds the natural
// gradient U in the gradient's place. Momentum, moments, decay and schedule are
// the inner rule's.
type Preconditioned struct {
	cfg   PreconditionedConfig // resolved
	inner Rule
	pre   *Preconditioner

	u       graph.Direction
	natural natural // here, so that a step allocates nothing
	steps   int
}

// PreconditionedConfig are the settings of a [Preconditioned]. A field that is
// zero means its default.
type PreconditionedConfig struct {
	Preconditioner     PreconditionerConfig
	Damping            float64 // λ; γ = √(λ+η); default 0.5
	KLClip             float64 // κ: U is scaled by ν ≤ 1 so that α²·ν²·∇hᵀU ≤ κ, as in fixed mode without momentum; default None
	FactorUpdateSteps  int     // take a mini-batch into the averages every so many steps, and in each of the first three; default 4
	InverseUpdateSteps int     // invert every so many steps, and in each of the first three; default 10
}

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

// Config returns the settings in force.
func (o *Preconditioned) Config() PreconditionedConfig {
	c := o.cfg
	c.numbers().Express()
	c.Preconditioner = o.pre.Config()
	return c
}

// Preconditioner is what directions come from.
func (o *Preconditioned) Preconditioner() *Preconditioner { return o.pre }

// LearningRate is the inner rule's.
func (o *Preconditioned) LearningRate() float64 { return o.inner.LearningRate() }

// SetLearningRate changes the inner rule's for the steps to come.
func (o *Preconditioned) SetLearningRate(alpha float64) { o.inner.SetLearningRate(alpha) }

// Step measures a mini-batch, inverts where that is due, and lets the inner rule
// step by U. It returns h before the step. On an error the parameters are as the
// inner rule leaves them; an error before it leaves them alone.
func (o *Preconditioned) Step(objective graph.Objective) (float64, error) {
	obj, err := graph.CurvatureOf(objective)
	if err != nil {
		return 0, fmt.Errorf("kfac: %w", err)
	}
	loss, err := o.pre.Measure(obj, o.due(o.cfg.FactorUpdateSteps) || o.pre.hasBases() && o.due(o.cfg.InverseUpdateSteps))
	if err != nil {
		return loss, err
	}
	if o.due(o.cfg.InverseUpdateSteps) {
		if err := o.pre.Invert(obj, math.Sqrt(o.cfg.Damping+o.pre.eta(obj))); err != nil {
			return loss, err
		}
	}
	if o.u == nil {
		o.u = graph.NewDirection(o.pre.params)
	}
	o.pre.Apply(o.u)
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

func (o *Preconditioned) due(every int) bool { return o.steps < 3 || o.steps%every == 0 }

// natural is an objective whose gradients have been computed, and replaced.
type natural struct {
	graph.Objective
	loss float64
}

// Grad leaves the gradients as they are.
func (n *natural) Grad() (float64, error) { return n.loss, nil }

// Unwrap is the objective that the gradients are of.
func (n *natural) Unwrap() graph.Objective { return n.Objective }

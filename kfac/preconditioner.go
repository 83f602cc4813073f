package kfac

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// Preconditioner is the estimate of the curvature: blocks, their running
// averages, their inverses. It takes no step. [Optimizer] has one, and so has
// [Preconditioned], which puts it in front of another optimizer. For a rule of
// one's own, each step is
//
//	loss, err := p.Measure(obj, due)  // loss and ∇h; where due, the averages take the mini-batch in
//	err = p.Invert(obj, gamma)        // now and then; γ = √(λ+η)
//	p.Apply(u)                        // U = (F̂ + γ²I)⁻¹∇h
//
// It serves one model and is not safe for concurrent use.
type Preconditioner struct {
	cfg    PreconditionerConfig // resolved
	kinds  map[string]NewBlock
	reduce func(*Statistics) error

	params   []*graph.Param
	blocks   []Block
	grad     Gradient
	examples int     // N of the last mini-batch
	folds    int     // updates of the averages
	factors  factors // of groups of parameters

	inverses, spares []Inverse // by block: in use, and to try others in
	jobs             [][]*Decomposition
	renewed          []bool // by the last inversion
	report           InverseReport
	established      bool // a block that cannot be inverted keeps its inverse: before that it is an error

	decomposers *decomposers
	pass        Pass // in the present curvature call
	visit       func(*graph.CurvaturePass) error
	revisit     func(*graph.CurvaturePass) error
	statistics  Statistics
	pending     []byte // a state to be restored when the model is known
}

// InverseReport describes the inverses in use.
type InverseReport struct {
	Age       int     // calls of Measure since all inverses were renewed
	Failed    int     // decompositions that failed since the start
	Condition float64 // greatest condition number (1-norm) among the damped blocks
}

// NewPreconditioner returns one that has measured nothing.
func NewPreconditioner(cfg PreconditionerConfig) (*Preconditioner, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p := &Preconditioner{cfg: cfg.resolved(), decomposers: newDecomposers()}
	p.visit, p.revisit = p.accumulate, p.project // once: a method value allocates
	return p, nil
}

// Config returns the settings in force; NewPreconditioner makes the same one of
// them. Registered blocks and the hook are not among them.
func (p *Preconditioner) Config() PreconditionerConfig { return p.cfg.expressed() }

// Params lists the parameters of the model, in the order of directions: nil
// before the first Measure.
func (p *Preconditioner) Params() []*graph.Param { return p.params }

// Gradient is V = ∇h of the last mini-batch: the memory of the parameters'
// gradients.
func (p *Preconditioner) Gradient() graph.Direction { return p.grad.Direction }

// Examples is N of the last mini-batch.
func (p *Preconditioner) Examples() int { return p.examples }

// Updates is how many mini-batches the averages have taken in.
func (p *Preconditioner) Updates() int { return p.folds }

// Inverses describes the inverses in use.
func (p *Preconditioner) Inverses() InverseReport { return p.report }

// Register makes build the constructor of the blocks of taps of a kind. It must
// come before the first Measure.
func (p *Preconditioner) Register(kind string, build NewBlock) error {
	switch {
	case p.params != nil:
		return fmt.Errorf("kfac: blocks of kind %q come too late: the preconditioner has measured a mini-batch", kind)
	case kind == "" || build == nil:
		return errors.New("kfac: a registered block needs the kind of its taps, other than \"\", and a constructor")
	}
	if p.kinds == nil {
		p.kinds = map[string]NewBlock{}
	}
	p.kinds[kind] = build
	return nil
}

// Reduce sets a hook between a mini-batch's statistics and the running averages:
// hook is called once for every mini-batch that they take in, with the memory of
// all statistics, in the same order each time. Several processes average them
// there, so that each has the averages of all. An error ends the measurement, and
// the averages stay as they are. The gradient is not part of it.
func (p *Preconditioner) Reduce(hook func(*Statistics) error) { p.reduce = hook }

// Build makes the blocks for the model that obj belongs to. Measure calls it.
func (p *Preconditioner) Build(obj graph.CurvatureObjective) error {
	params := obj.Params()
	if p.params != nil {
		if !slices.Equal(p.params, params) {
			return errors.New("kfac: an optimizer serves one model: make another one for these parameters")
		}
		return nil
	}
	if len(params) == 0 {
		return errors.New("kfac: the objective has no parameters")
	}
	blocks, err := p.blocksOf(obj)
	if err != nil {
		return err
	}
	p.params, p.blocks = slices.Clone(params), blocks
	p.grad.Direction, p.factors = graph.Gradients(p.params), newFactors(p.params)
	p.inverses, p.spares = nil, nil // of a build whose pending state was refused
	for _, b := range blocks {
		p.inverses, p.spares = append(p.inverses, b.NewInverse()), append(p.spares, b.NewInverse())
	}
	p.jobs, p.renewed = make([][]*Decomposition, len(blocks)), make([]bool, len(blocks))
	return p.restorePending()
}

// Apply sets u to U, the last gradient times the inverses in use. Before the
// first inversion there are none, and u is zero.
func (p *Preconditioner) Apply(u graph.Direction) {
	for _, v := range p.inverses {
		v.Apply(u, &p.grad)
	}
}

package kfac

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
)

// Preconditioner is the estimate of the curvature: blocks, their running averages and
// their inverses. It takes no steps. [Optimizer] has one, and so has [Preconditioned],
// which puts it in front of another optimizer. An update rule of the caller's makes
// these calls in each step:
//
//	loss, err := p.Measure(obj, due)  // loss and ∇h; if due, the averages take the mini-batch in
//	err = p.Invert(obj, gamma)        // not in every step; γ = √(λ+η)
//	p.Apply(u)                        // U = (F̂ + γ²I)⁻¹∇h
//
// A Preconditioner serves one model and is not safe for concurrent use.
type Preconditioner struct {
	cfg    PreconditionerConfig    // resolved
	kinds  map[string]NewBlock     // registered constructors, by kind of tap
	reduce func(*Statistics) error // the hook of Reduce

	params   []*graph.Param
	blocks   []Block  // built-in ones under taps, then registered ones, then those of loose parameters
	layered  int      // number of the built-in blocks under taps
	tapped   int      // number of blocks under taps
	windows  bool     // a block has a window, of which processes cannot take a mean
	mostRows int      // see Pass.most
	others   []*layer // places of the registered blocks
	grad     Gradient
	examples int     // N of the last mini-batch
	folds    int     // updates of the averages
	inverted int     // folds at the last inversion
	factors  factors // of groups of parameters

	inverses, spares []Inverse          // one per block: in use, and for the next inversion
	jobs             [][]*Decomposition // decompositions of the last inversion, by block
	renewed          []bool             // blocks that the last inversion succeeded for
	report           InverseReport
	established      bool // every block has an inverse to keep; until then a failed inversion is an error

	decomposers *decomposers
	pass        Pass                             // the pass in progress
	group       distributed.Group                // of processes that share the mini-batches, or nil
	share       share                            // what they exchange
	holders     holders                          // which of them hold which inverses
	appliers    appliers                         // which of them apply which inverses
	joined      [][]byte                         // parts of the processes' states, for the next MarshalBinary
	visit       func(*graph.CurvaturePass) error // accumulate
	revisit     func(*graph.CurvaturePass) error // project
	statistics  Statistics                       // argument of the hook
	parts       partSums                         // of a mini-batch that is computed in parts
	pending     []byte                           // a state to restore once the model is known
}

// InverseReport describes the inverses in use.
type InverseReport struct {
	// Age is the number of calls of Measure since all inverses were renewed.
	Age int
	// Failed is the number of failed attempts at decompositions since the start. Each
	// attempt after a failure has ten times the damping, and counts again if it fails.
	Failed int
	// Condition is the greatest condition number (1-norm) among the damped blocks.
	Condition float64
	// Missing is true after a state without inverses was restored, until the next Invert:
	// that of one of several processes that held some of the inverses each.
	Missing bool
}

// NewPreconditioner returns a Preconditioner that has measured nothing. An error names
// the setting that is out of its range.
func NewPreconditioner(cfg PreconditionerConfig) (*Preconditioner, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p := &Preconditioner{cfg: cfg.resolved(), decomposers: newDecomposers()}
	p.visit, p.revisit = p.accumulate, p.project // once: a method value allocates
	return p, nil
}

// Config returns the settings in force, defaults filled in. NewPreconditioner makes the
// same preconditioner of them, but for registered blocks and the Reduce hook.
func (p *Preconditioner) Config() PreconditionerConfig { return p.cfg.expressed() }

// Params lists the parameters of the model in the order of a graph.Direction. It is nil
// before the first Measure.
func (p *Preconditioner) Params() []*graph.Param { return p.params }

// Gradient returns V = ∇h of the last mini-batch. It is the memory of the parameters'
// gradients, not a copy.
func (p *Preconditioner) Gradient() graph.Direction { return p.grad.Direction }

// Examples returns N of the last mini-batch.
func (p *Preconditioner) Examples() int { return p.examples }

// Updates returns the number of mini-batches that the averages have taken in.
func (p *Preconditioner) Updates() int { return p.folds }

// Inverses returns a description of the inverses in use.
func (p *Preconditioner) Inverses() InverseReport { return p.report }

// Register makes build the constructor of blocks for taps of this kind (graph.Tap's
// Kind), in the place of the built-in blocks if there are any. It must be called before the first Measure; later calls are an error.
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

// Reduce sets a hook between a mini-batch's statistics and the running averages. It is
// called for every mini-batch that the averages take in, with the memory of all
// statistics in the same order each time, after a group's sum. Structure EKFAC calls it once more at each
// inversion, with the diagonals in the new bases. Processes that are no
// group of package distributed average the statistics in their hooks, so that their running averages agree. An error of the hook
// ends Measure or Invert, and the averages stay as they are. The gradient is not among the
// statistics: the processes must average it, too. The hook must be set before the first
// Measure: without it the statistics of very wide layers (LowRank) have a form that has no
// mean, and a state saved with a hook is for a preconditioner with a hook.
func (p *Preconditioner) Reduce(hook func(*Statistics) error) { p.reduce = hook }

// Build makes the blocks for the model that obj belongs to. Measure calls it; a caller
// needs it only for Params before the first Measure. Another model's objective is an
// error, and so is a parameter or a kind of tap without a block.
func (p *Preconditioner) Build(obj graph.CurvatureObjective) error {
	params, group := obj.Params(), groupOf(obj)
	if p.params != nil {
		if !slices.Equal(p.params, params) {
			return errors.New("kfac: an optimizer serves one model: make another one for these parameters")
		}
		return p.enter(group)
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
	p.inverses, p.spares = nil, nil // an earlier Build may have made some, and refused the pending state
	if p.group = group; group != nil {
		if err := p.place(); err != nil {
			p.params = nil
			return err
		}
	}
	for i, b := range blocks {
		if p.holders.has(i) {
			p.inverses, p.spares = append(p.inverses, b.NewInverse()), append(p.spares, b.NewInverse())
		} else {
			p.inverses, p.spares = append(p.inverses, &absent{}), append(p.spares, &absent{})
		}
	}
	p.jobs, p.renewed = make([][]*Decomposition, len(blocks)), make([]bool, len(blocks))
	return p.restorePending()
}

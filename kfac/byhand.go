package kfac

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// ByHand is a network that the caller computes, in slices of their own: no graph, no layers.
// The caller declares the maps once, and in each step hands over what the forward and the
// backward passes have computed. Any optimizer that takes a graph.Objective then takes a step
// on the caller's weights: [Optimizer], [Preconditioned] in front of a rule, a first-order one.
//
//	net.Begin(n)                     // examples of the mini-batch
//	hidden.Inputs(a)                 // of the forward pass
//	hidden.Gradients(dw, db)         // of the mean loss, from the true targets
//	hidden.Sampled(g)                // at the outputs s = aW + b, from targets drawn from the model
//	err := net.Step(optimizer, loss) // the mean loss
//
// These calls copy: the slices are the caller's again when they return. They return no
// errors. Step returns the first error since Begin, in one line that names the map, and then
// takes no step.
//
// Sampled is needed where Optimizer.CurvatureDue or Preconditioned.CurvatureDue says so, and
// has no effect in other steps. [ByHand.SampleSoftmax], SampleSigmoid and SampleGaussian draw
// targets. The state of the running averages is the optimizer's (MarshalBinary), and the weights
// are the caller's. A ByHand has no state of its own, and is not safe for concurrent use.
type ByHand[T graph.Float] struct {
	cfg    ByHandConfig
	maps   []*ByHandMap[T]
	others []*ByHandOther[T]
	params []*graph.Param
	taps   []*graph.Tap
	loose  []*graph.Param

	objective *byHandObjective[T]
	pass      graph.CurvaturePass // a field, so that a step allocates nothing
	products  byHandProducts
	estimator graph.FisherEstimator // says whether the passes are draws or columns

	open     bool // between Begin and Step
	examples int  // N
	loss     float64
	passes   int   // passes of sampled targets that have begun
	err      error // the first since Begin
	checked  bool  // Gradients were compared with those of estimator Empirical
	directed bool  // the last step left U in the place of the gradients
}

// GradientScale says how the gradients are scaled that Sampled and True are given. The
// factor G depends on the square of it, and nothing fails if it is wrong: the curvature is N²
// times too great or too small beside the damping. There is no default for this reason.
type GradientScale string

// The scales. s_n is the output of a map for example n, and ℓ_n the loss of this example.
const (
	// PerExample: a row is ∂ℓ_n/∂s_n, the gradient of the example's own loss. No factor 1/N
	// is in it. softmax(z) − onehot(y) is of this scale.
	PerExample GradientScale = "per example"
	// OfMean: a row is ∂h/∂s_n with h = (1/N) Σ ℓ_n, the gradient of the mean loss. The
	// factor 1/N is in it.
	OfMean GradientScale = "of the mean"
)

// ByHandConfig holds the settings of a [ByHand].
type ByHandConfig struct {
	// Scale says whether gradients at outputs have a factor 1/N: [PerExample] or [OfMean]. It
	// must be given. Gradients of weights are those of the mean loss in both cases.
	Scale GradientScale
	// Loss computes the mean loss of the last mini-batch with the present weights, penalty
	// included. Optimizers that adapt λ call it after the step. Nil: λ must stay what it is
	// (fixed mode with DampingUpdateSteps None, or a Preconditioned).
	Loss func() (float64, error)
	// L2 is η, if the loss and the gradients include a penalty ½η‖θ‖². Default 0.
	L2 float64
}

// ByHandPart is a part of a [ByHand]: a [ByHandMap] or a [ByHandOther].
type ByHandPart[T graph.Float] interface {
	join(net *ByHand[T]) error
}

// joinAndMemory are the function by which a part joins a network, nil of a part that is nil, and its weight and bias.
func joinAndMemory[T graph.Float](p ByHandPart[T]) (join func(*ByHand[T]) error, memory [2][]T) {
	switch p := p.(type) {
	case *ByHandMap[T]:
		if p != nil {
			return p.join, [2][]T{p.Weight, p.Bias}
		}
	case *ByHandOther[T]:
		if p != nil {
			return p.join, [2][]T{p.Value}
		}
	}
	return nil, memory
}

// NewByHand returns the network that consists of these parts. Their order is that of the
// parameters, and a saved state is for the same order. An error names the part that is
// declared wrongly.
func NewByHand[T graph.Float](cfg ByHandConfig, parts ...ByHandPart[T]) (*ByHand[T], error) {
	switch {
	case cfg.Scale != PerExample && cfg.Scale != OfMean:
		return nil, fmt.Errorf("kfac: by hand: the scale of gradients at outputs is %q: say kfac.PerExample if no factor 1/N is in them, kfac.OfMean if it is", string(cfg.Scale))
	case !(cfg.L2 >= 0) || math.IsInf(cfg.L2, 1):
		return nil, fmt.Errorf("kfac: by hand: the L2 coefficient is %g: want 0 or more", cfg.L2)
	case len(parts) == 0:
		return nil, errors.New("kfac: by hand: a network needs at least one map or other parameter")
	}
	n := &ByHand[T]{cfg: cfg}
	joins, memories := make([]func(*ByHand[T]) error, len(parts)), make([][2][]T, len(parts))
	for i, p := range parts {
		joins[i], memories[i] = joinAndMemory(p)
		if joins[i] == nil {
			return nil, fmt.Errorf("kfac: by hand: part %d of %d is nil", i+1, len(parts))
		}
		if own := memories[i]; overlap(own[0], own[1]) {
			return nil, fmt.Errorf("kfac: by hand: weight and bias of part %d of %d share their memory", i+1, len(parts))
		}
		for _, before := range memories[:i] {
			if sharedMemory(memories[i], before) {
				return nil, errors.New("kfac: by hand: parts of one network share their memory: weights that are used several times are one map with Locations, or a ByHandOther")
			}
		}
	}
	for _, join := range joins {
		if err := join(n); err != nil {
			n.dissolve()
			return nil, err
		}
	}
	for _, o := range n.others {
		n.loose = append(n.loose, o.param.param)
		n.pass.Loose = append(n.pass.Loose, o.drawn)
	}
	n.pass.Taps = n.taps
	n.objective = &byHandObjective[T]{n}
	return n, nil
}

// dissolve gives the parts free that have joined.
func (n *ByHand[T]) dissolve() {
	for _, m := range n.maps {
		m.net = nil
	}
	for _, o := range n.others {
		o.net = nil
	}
}

// Begin begins a mini-batch of so many examples. What was handed over before is forgotten. The
// number of examples may differ from step to step.
func (n *ByHand[T]) Begin(examples int) {
	n.open, n.examples, n.passes, n.err, n.directed = true, examples, 1, nil, false
	if examples < 1 || examples > math.MaxInt32 {
		n.examples = 0
		n.fail("kfac: by hand: a mini-batch of %d examples: want 1 to %d", examples, math.MaxInt32)
	}
	for _, m := range n.maps {
		m.begin()
	}
	for _, o := range n.others {
		o.begin()
	}
}

// Pass begins another pass of sampled targets on the same mini-batch: each map's Sampled is
// called once more. Several passes are several draws, of which the mean counts. Of estimator
// graph.Exact they are the columns of a factor of the loss Hessian at the outputs, and their
// sum counts.
func (n *ByHand[T]) Pass() { n.passes++ }

// Step lets the optimizer take a step on the mini-batch with this mean loss, penalty included.
// The optimizer is an [Optimizer], a [Preconditioned], or one of first order. If the error is one
// of what was handed over, the weights have not changed, nor has the optimizer. The mini-batch
// ends in any case.
func (n *ByHand[T]) Step(optimizer interface {
	Step(graph.Objective) (float64, error)
}, loss float64) error {
	if !n.open {
		return errors.New("kfac: by hand: no mini-batch: call Begin before each Step")
	}
	n.open, n.loss, n.checked = false, loss, false
	if err := n.accepts(optimizer); err != nil {
		return err
	}
	if err := n.prepare(); err != nil {
		return err
	}
	if o, ok := optimizer.(*Optimizer); ok && o.cfg.Mode != Fixed {
		if err := n.sampledAll(); err != nil { // here, before a step has begun to try dampings
			return err
		}
	}
	n.each((*byHandParam[T]).read)
	_, err := optimizer.Step(n.objective)
	n.each((*byHandParam[T]).write)
	return err
}

// Averaged runs f while the weights have the values of the optimizer's average of them, and
// then puts their own values back. The optimizer is one with Config.Polyak, or a trainer.EMA. Its own
// Averaged does not reach weights in layout OutIn, of which the optimizer has a transposed copy.
func (n *ByHand[T]) Averaged(optimizer interface {
	Averaged(f func() error) error
}, f func() error) error {
	n.each((*byHandParam[T]).read)
	defer n.each((*byHandParam[T]).write)
	return optimizer.Averaged(func() error {
		n.each((*byHandParam[T]).write)
		return f()
	})
}

// accepts returns an error if the optimizer needs what the network does not have.
func (n *ByHand[T]) accepts(optimizer any) error {
	switch o := optimizer.(type) {
	case nil:
		return errors.New("kfac: by hand: no optimizer")
	case *Preconditioned:
		if o == nil || o.pre == nil {
			return errors.New("kfac: by hand: the Preconditioned is not one of NewPreconditioned")
		}
	case *Optimizer:
		if o == nil || o.pre == nil {
			return errors.New("kfac: by hand: the Optimizer is not one of New")
		}
		n.estimator = o.pre.cfg.Estimator
		if n.cfg.Loss == nil && !(o.cfg.Mode == Fixed && o.cfg.DampingUpdateSteps == 0) {
			return fmt.Errorf("kfac: by hand: %s mode measures the loss after a step: give ByHandConfig.Loss, or take fixed mode with DampingUpdateSteps None", o.cfg.Mode)
		}
	}
	return nil
}

// prepare checks that each part has its gradients, and computes those that True is for.
func (n *ByHand[T]) prepare() error {
	if n.err != nil {
		return n.err
	}
	for _, m := range n.maps {
		if err := m.prepare(); err != nil {
			return err
		}
	}
	for _, o := range n.others {
		if !o.given {
			return fmt.Errorf("kfac: parameter %s: no gradient since Begin: call Gradient", o.Name)
		}
	}
	return nil
}

// sampledAll returns an error if a part lacks what curvature is measured with.
func (n *ByHand[T]) sampledAll() error {
	for _, m := range n.maps {
		if m.inputs.count < m.locations {
			return m.missing("inputs", measured+"Inputs", m.inputs.count)
		}
	}
	for pass := range n.passes {
		for _, m := range n.maps {
			if err := m.complete(pass); err != nil {
				return err
			}
		}
		for _, o := range n.others {
			if err := o.draw(pass, 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// each calls f for every parameter.
func (n *ByHand[T]) each(f func(*byHandParam[T])) {
	for _, m := range n.maps {
		f(&m.weight)
		f(&m.bias)
	}
	for _, o := range n.others {
		f(&o.param)
	}
}

// fail keeps the first error since Begin.
func (n *ByHand[T]) fail(format string, args ...any) {
	if n.err == nil {
		n.err = fmt.Errorf(format, args...)
	}
}

// add adds a parameter in the caller's memory, and returns its place among the parameters.
func (n *ByHand[T]) add(p *byHandParam[T], name string, layout WeightLayout, data []T, shape ...int) (place int) {
	*p = newByHandParam(name, layout, data, shape...)
	n.params = append(n.params, p.param)
	return len(n.params) - 1
}

// named reports whether a part has this name.
func (n *ByHand[T]) named(name string) bool {
	return slices.ContainsFunc(n.maps, func(m *ByHandMap[T]) bool { return m.Name == name }) ||
		slices.ContainsFunc(n.others, func(o *ByHandOther[T]) bool { return o.Name == name })
}

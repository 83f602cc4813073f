package adopt

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer is an optimizer of this module: kfac.Optimizer, kfac.Preconditioned, trainer.Adam, ….
type Optimizer interface {
	Step(obj graph.Objective) (loss float64, err error)
}

// Solver is a gorgonia.Solver that takes the steps of an optimizer. The gradients are those of
// the user's machine. Losses, curvature and products with the Fisher matrix are computed by the
// graph's own programs, on the present values of the user's inputs.
type Solver struct {
	// Checks is the number of steps to come whose gradients are compared with the graph's own.
	// It is 2 at first. Set it to 0 if you change gradients between the run and Step, or add those
	// of several runs up.
	Checks int

	g         *Graph
	optimizer Optimizer
	loss      float64
	objective theirs
	given     []gorgonia.ValueGrad // by learnable, in this step
}

var _ gorgonia.Solver = (*Solver)(nil)

// Solver returns a solver that takes the steps of optimizer.
func (g *Graph) Solver(optimizer Optimizer) *Solver {
	return &Solver{Checks: 2, g: g, optimizer: optimizer, given: make([]gorgonia.ValueGrad, len(g.learnables))}
}

// Loss is h before the last step: the cost divided by c (see Config).
func (s *Solver) Loss() float64 { return s.loss }

// Step takes one step, after the user's machine has run and while the inputs still have their
// values. model are the learnables, in any order. Their gradients are set to zero at the end, as
// gorgonia's own solvers do, since a machine with BindDualValues adds to them.
//
// On an error the learnables have their old values, and the error says of which one it is:
// a gradient that is missing, not finite (*graph.NonFiniteError), or not that of the cost at these
// values (*GradientError).
func (s *Solver) Step(model []gorgonia.ValueGrad) error {
	if s.optimizer == nil {
		return errors.New("adopt: the solver has no optimizer")
	}
	if n := s.g.reading.dropout(); n != nil {
		return errDropout(n)
	}
	if err := s.sort(model); err != nil {
		return err
	}
	if err := s.g.Load(); err != nil {
		return err
	}
	obj, err := s.g.Batch()
	if err != nil {
		return err
	}
	if s.Checks > 0 {
		if err := s.check(obj); err != nil {
			return err
		}
		s.Checks--
	}
	s.objective = theirs{CurvatureObjective: obj, s: s}
	if s.loss, err = s.optimizer.Step(&s.objective); err != nil {
		return prefixed(err)
	}
	if err := s.g.Store(); err != nil {
		return err
	}
	return s.clear()
}

// sort finds each learnable in the model.
func (s *Solver) sort(model []gorgonia.ValueGrad) error {
	clear(s.given)
	for i, v := range model {
		at := -1
		for k, l := range s.g.learnables {
			if n, ok := v.(*gorgonia.Node); ok && n == l.node.Node || !ok && v != nil && v.Value() == l.node.Value() {
				at = k
			}
		}
		if at < 0 {
			return fmt.Errorf("adopt: element %d of the model is none of the graph's learnables", i)
		}
		s.given[at] = v
	}
	for k, l := range s.g.learnables {
		if s.given[k] == nil {
			return fmt.Errorf("adopt: learnable %v is not in the model that Step was given", l.node)
		}
	}
	return nil
}

// gradients copies the machine's gradients, divided by c, into the parameters'.
func (s *Solver) gradients() error {
	for k, l := range s.g.learnables {
		v, err := s.given[k].Grad()
		if err != nil || v == nil {
			return fmt.Errorf("adopt: learnable %v has no gradient: make the machine with BindDualValues, and run it before Step", l.node)
		}
		if err := l.load(l.param.Grad, v, 1/s.g.scale); err != nil {
			return fmt.Errorf("adopt: gradient of %v: %w", l.node, err)
		}
	}
	return nil
}

// clear sets the machine's gradients to zero.
func (s *Solver) clear() error {
	for k, l := range s.g.learnables {
		v, err := s.given[k].Grad()
		if err != nil {
			return err
		}
		switch v := v.(type) {
		case *tensor.Dense:
			v.Zero()
		case *gorgonia.F32:
			*v = 0
		case *gorgonia.F64:
			*v = 0
		default:
			return fmt.Errorf("adopt: gradient of %v is a %T, which cannot be set to zero", l.node, v)
		}
	}
	return nil
}

// GradientError reports a gradient of the user's machine that is not that of the cost.
type GradientError struct {
	Learnable string
	// Ratio is the best factor between the machine's gradient and the right one, and Cosine the
	// cosine of the angle between them.
	Ratio, Cosine float64
}

func (e *GradientError) Error() string {
	what := fmt.Sprintf("it is another one (cosine %.3g). Possible reasons are a derivative of gorgonia's that is wrong, an op that wrote over its input, and inputs that have changed since the run", e.Cosine)
	switch {
	case e.Ratio == 0 && e.Cosine == 0:
		what = "it is 0. The machine has probably not run since the last Step: RunAll does nothing unless Reset came before it"
	case e.Cosine > 0.999999:
		what = fmt.Sprintf("it is %.6g times that. Possible reasons are a machine that has run several times since the last Step, or clipping", e.Ratio)
	}
	return fmt.Sprintf("adopt: the machine's gradient of %s is not that of the cost: %s; if this is on purpose, set Solver.Checks to 0", e.Learnable, what)
}

// check compares the machine's gradients with the graph's own.
func (s *Solver) check(obj graph.Objective) error {
	if _, err := obj.Grad(); err != nil {
		return prefixed(err)
	}
	tolerance := 1e-6
	if s.g.dtype == graph.Float32 {
		tolerance = 1e-2
	}
	own := map[*learnable]*tensor.Dense{}
	for _, l := range s.g.learnables {
		own[l] = l.param.Grad.Clone().(*tensor.Dense)
	}
	if err := s.gradients(); err != nil {
		return err
	}
	total := 0.0
	for _, l := range s.g.learnables {
		total += graph.Direction{own[l]}.Norm()
	}
	for _, l := range s.g.learnables {
		right, theirs := graph.Direction{own[l]}, graph.Direction{l.param.Grad}
		if !theirs.Finite() || !right.Finite() {
			continue // the optimizer has an error for it
		}
		n, m, cosine := right.Angle(theirs)
		rest := right.Dot(right) + theirs.Dot(theirs) - 2*right.Dot(theirs)
		if !(rest > 0) || math.Sqrt(rest) <= tolerance*(n+1e-3*total) {
			continue
		}
		return &GradientError{Learnable: l.node.String(), Ratio: m / n, Cosine: cosine}
	}
	return nil
}

// theirs is the mini-batch with the gradients of the user's machine.
type theirs struct {
	graph.CurvatureObjective
	s *Solver
}

// Unwrap returns the graph's own objective, which products with the Fisher matrix are asked of.
func (o *theirs) Unwrap() graph.Objective { return o.CurvatureObjective }

// Grad returns h. The taps are not filled.
func (o *theirs) Grad() (float64, error) {
	h, err := o.Loss()
	if err != nil {
		return h, err
	}
	for _, t := range o.Taps() {
		t.A = nil
	}
	return h, o.s.gradients()
}

// Curvature measures with the graph's own programs.
func (o *theirs) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	h, err := o.CurvatureObjective.Curvature(est, visit)
	if err != nil {
		return h, err
	}
	return h, o.s.gradients()
}

package kfac

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
)

// measured is why inputs and sampled gradients are missed.
const measured = "this step measures curvature, as CurvatureDue says: call "

// byHandObjective is the mini-batch of a ByHand, as optimizers see it. It is not the ByHand
// itself, so that every step is one of ByHand.Step, which looks after layouts and missing parts.
type byHandObjective[T graph.Float] struct{ net *ByHand[T] }

var (
	_ graph.CurvatureObjective = (*byHandObjective[float32])(nil)
	_ graph.ProductObjective   = (*byHandObjective[float32])(nil)
)

func (o *byHandObjective[T]) Params() []*graph.Param { return o.net.params }
func (o *byHandObjective[T]) Examples() int          { return o.net.examples }
func (o *byHandObjective[T]) Taps() []*graph.Tap     { return o.net.taps }
func (o *byHandObjective[T]) Loose() []*graph.Param  { return o.net.loose }
func (o *byHandObjective[T]) L2() float64            { return o.net.cfg.L2 }

// Loss is the caller's, with the weights where the caller sees them.
func (o *byHandObjective[T]) Loss() (float64, error) {
	n := o.net
	if n.cfg.Loss == nil {
		return 0, errors.New("kfac: by hand: the optimizer measures the loss after a step: give ByHandConfig.Loss")
	}
	n.each((*byHandParam[T]).write)
	return n.cfg.Loss()
}

// Grad returns the loss. ByHand.Step has checked the gradients.
func (o *byHandObjective[T]) Grad() (float64, error) {
	o.hide()
	return o.net.loss, nil
}

// Curvature replays the passes that were handed over.
func (o *byHandObjective[T]) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	n := o.net
	defer o.hide()
	if err := est.Validate(); err != nil {
		return n.loss, err
	}
	n.estimator = est
	for _, m := range n.maps {
		if m.inputs.count < m.locations {
			return n.loss, m.missing("inputs", measured+"Inputs", m.inputs.count)
		}
		m.tap.A = m.inputs.view(n.examples * m.locations)
	}
	n.pass.Examples = n.examples
	scale := n.scale(est)
	for pass := range n.passes {
		for _, m := range n.maps {
			if err := m.draw(pass, scale); err != nil {
				return n.loss, err
			}
		}
		for _, p := range n.others {
			if err := p.draw(pass, scale); err != nil {
				return n.loss, err
			}
		}
		if err := n.checkEmpirical(est); err != nil {
			return n.loss, err
		}
		if err := visit(&n.pass); err != nil {
			return n.loss, err
		}
	}
	return n.loss, nil
}

// scale is the factor from the sampled gradients that were handed over to gradients of the mean loss.
// Of K draws it is 1/√K times that: the factors, of second order, are then means over the draws.
func (n *ByHand[T]) scale(est graph.FisherEstimator) T {
	if est == graph.Exact {
		return n.mean()
	}
	return n.mean() / T(math.Sqrt(float64(n.passes)))
}

// mean is the factor from the caller's gradients at outputs to gradients of the mean loss: 1/N, or 1.
func (n *ByHand[T]) mean() T {
	if n.cfg.Scale == PerExample {
		return 1 / T(n.examples)
	}
	return 1
}

// checkEmpirical compares sampled gradients with Gradients where they are of the same targets,
// the data's: a factor of N between them is found.
func (n *ByHand[T]) checkEmpirical(est graph.FisherEstimator) error {
	if est != graph.Empirical || n.passes > 1 || n.checked {
		return nil
	}
	n.checked = true // once: an optimizer may scale the gradients after the first pass
	for _, m := range n.maps {
		if err := m.compare(m.scaled.reserve(n.examples*m.locations*m.Out), "Sampled, of estimator Empirical,"); err != nil {
			return err
		}
	}
	return nil
}

// draw sets the gradients of the tap to scale times those of a pass.
func (m *ByHandMap[T]) draw(pass int, scale T) error {
	if err := m.complete(pass); err != nil {
		return err
	}
	size := m.net.examples * m.locations * m.Out
	from, to := m.sampled[pass].reserve(size), m.scaled.reserve(size)
	for i, v := range from {
		to[i] = scale * v
	}
	return nil
}

// complete returns an error if a pass has not all of the map's sampled gradients.
func (m *ByHandMap[T]) complete(pass int) error {
	count := 0
	if pass < len(m.sampled) {
		count = m.sampled[pass].count
	}
	if count == m.locations {
		return nil
	}
	err := m.missing("sampled gradients", measured+"Sampled", count)
	if m.net.passes > 1 {
		err = fmt.Errorf("%w, in pass %d of %d", err, pass+1, m.net.passes)
	}
	return err
}

// hide takes the inputs from the taps of maps without true gradients at the outputs. Blocks
// may precondition a gradient through the examples that it is a sum over, if the tap has both.
func (o *byHandObjective[T]) hide() {
	for _, m := range o.net.maps {
		if m.truth.count < m.locations {
			m.tap.A = nil
		}
	}
}

// direct notes that U stands in the place of the gradients.
func (o *byHandObjective[T]) direct() { o.net.directed = true }

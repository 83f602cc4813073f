package trainer

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// objective is the bound training mini-batch of one compiled graph.
type objective struct {
	c *compiled

	grads  []*graph.Node // of the loss, by parameter; nil where it has no influence
	gTrue  []*graph.Node // of the loss, by tap
	gDrawn []*graph.Node // of the loss with sampled targets, by tap
	gExact []*graph.Node // of one column of the Fisher's factor, by tap
	column int           // which column gExact is for

	grad, curvature, exact *graph.Program
}

var _ graph.Objective = (*objective)(nil)

// Params lists the model's parameters.
func (o *objective) Params() []*graph.Param { return o.c.model.params }

// Taps lists the model's taps.
func (o *objective) Taps() []*graph.Tap { return o.c.b.Taps }

// L2 is η.
func (o *objective) L2() float64 { return o.c.model.cfg.L2 }

// GradScale is 1: the model does not clip.
func (o *objective) GradScale() float64 { return 1 }

// Loss is h, with the mini-batch's dropout masks.
func (o *objective) Loss() (float64, error) {
	loss, err := o.c.evaluate()
	return loss + o.penalty(), err
}

// Grad fills the gradients and, from the true targets, the taps.
func (o *objective) Grad() (float64, error) {
	if err := o.buildGrad(); err != nil {
		return 0, err
	}
	if err := o.grad.Run(); err != nil {
		return 0, err
	}
	o.fillTaps(o.gTrue, graph.PassGrad)
	return o.regularised(), nil
}

// Curvature fills the gradients, and the taps as est says.
func (o *objective) Curvature(est graph.FisherEstimator, visit func([]*graph.Tap) error) (float64, error) {
	switch est {
	case graph.Empirical:
		h, err := o.Grad()
		if err != nil {
			return 0, err
		}
		return h, visit(o.c.b.Taps)
	case graph.Exact:
		return o.curvatureExact(visit)
	case graph.MC:
		return o.curvatureSampled(visit)
	}
	return 0, est.Validate()
}

func (o *objective) curvatureSampled(visit func([]*graph.Tap) error) (float64, error) {
	if err := o.buildSampled(); err != nil {
		return 0, err
	}
	if err := o.curvature.Run(); err != nil {
		return 0, err
	}
	o.fillTaps(o.gDrawn, graph.PassCurvature)
	return o.regularised(), visit(o.c.b.Taps)
}

func (o *objective) curvatureExact(visit func([]*graph.Tap) error) (float64, error) {
	h, err := o.Grad()
	if err != nil {
		return 0, err
	}
	if err := o.buildExact(); err != nil {
		return 0, err
	}
	for o.column = range o.c.outputs {
		if o.exact != nil {
			if err := o.exact.Run(); err != nil {
				return 0, err
			}
		}
		o.fillTaps(o.gExact, graph.PassCurvature)
		if err := visit(o.c.b.Taps); err != nil {
			return 0, err
		}
	}
	return h, nil
}

// fillTaps points the taps at the last run's values and shows them around.
func (o *objective) fillTaps(g []*graph.Node, pass graph.Pass) {
	taps := o.c.b.Taps
	for i, t := range taps {
		a, s := t.Nodes()
		t.A = graph.Value(a)
		t.G, t.TrueG = o.gradientAt(s, g[i], t.G), o.gradientAt(s, o.gTrue[i], t.TrueG)
	}
	for _, observe := range o.c.model.observers {
		observe(pass, taps)
	}
}

// gradientAt is the value of g, the gradient at s: zeros if the loss does not
// depend on s, in the tensor that last held them.
func (o *objective) gradientAt(s, g *graph.Node, last *tensor.Dense) *tensor.Dense {
	switch {
	case g != nil:
		return graph.Value(g)
	case last != nil:
		return last
	}
	return graph.NewDense(o.c.model.cfg.DType, s.Shape()...)
}

package trainer

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Curvature fills the gradients, and shows visit the passes of est. Those for
// Loose alone, one for every example, are Exact's and Empirical's: the
// gradients of different examples have no mean of zero there, so that the
// square of their mean is not the mean of their squares. If visit fails, buffers have not
// taken the mini-batch in.
func (o *objective) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	taken := o.taken()
	h, err := o.curvature(est, visit)
	if err != nil && !taken && o.taken() {
		o.giveBack()
	}
	return h, err
}

func (o *objective) curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	switch est {
	case graph.Empirical:
		return o.empirical(visit)
	case graph.Exact:
		return o.exact(visit)
	case graph.MC, graph.GGN:
		return o.sample(est, visit)
	}
	return 0, est.Validate()
}

func (o *objective) sample(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	s, err := o.buildSampled(est)
	if err != nil {
		return 0, err
	}
	if err := o.run(s.program); err != nil {
		return 0, err
	}
	if err := o.fillTaps(s.taps, graph.PassCurvature); err != nil {
		return 0, err
	}
	s.fill(o.c)
	o.pass = graph.CurvaturePass{Examples: o.c.b.Batch, Taps: o.c.taps(), Loose: s.values}
	return o.regularised(), visit(&o.pass)
}

// empirical is of the gradients of −log p at the data's own targets. Where the cost is
// −log p they are there already.
func (o *objective) empirical(visit func(*graph.CurvaturePass) error) (float64, error) {
	if o.c.surprise != o.c.loss {
		return o.surprised(visit)
	}
	h, err := o.Grad()
	if err != nil {
		return 0, err
	}
	if err := o.fillAside(); err != nil {
		return 0, err
	}
	if err := o.showTaps(visit); err != nil {
		return h, err
	}
	if len(o.Loose()) == 0 {
		return h, nil
	}
	e, err := o.buildByExample()
	if err != nil {
		return 0, err
	}
	if err := resume(e.outputs); err != nil {
		return 0, err
	}
	return h, o.showLoose(graph.Value(e.cotangents), visit)
}

// surprised is empirical for a cost that is not −log p.
func (o *objective) surprised(visit func(*graph.CurvaturePass) error) (float64, error) {
	s, err := o.buildSampled(graph.Empirical)
	if err != nil {
		return 0, err
	}
	if err := o.run(s.program); err != nil {
		return 0, err
	}
	h := o.regularised()
	if err := o.fillTaps(s.taps, graph.PassCurvature); err != nil {
		return 0, err
	}
	if err := o.showTaps(visit); err != nil || len(o.Loose()) == 0 {
		return h, err
	}
	e, err := o.buildByExample()
	if err != nil {
		return 0, err
	}
	if err := resume(e.outputs); err != nil {
		return 0, err
	}
	return h, o.showLoose(graph.Value(e.cotangents), visit)
}

func (o *objective) exact(visit func(*graph.CurvaturePass) error) (float64, error) {
	h, err := o.Grad()
	if err != nil {
		return 0, err
	}
	x, err := o.buildColumns()
	if err != nil {
		return 0, err
	}
	for i := range o.c.outputs {
		if err := x.run(i, x.program); err != nil {
			return 0, err
		}
		if err := o.fillTaps(x.taps, graph.PassCurvature); err != nil {
			return 0, err
		}
		if err := o.showTaps(visit); err != nil {
			return h, err
		}
	}
	if len(o.Loose()) == 0 {
		return h, nil
	}
	for i := range o.c.outputs {
		if err := x.run(i, x.seeds); err != nil {
			return 0, err
		}
		if err := o.showLoose(graph.Value(x.factor), visit); err != nil {
			return h, err
		}
	}
	return h, nil
}

func (o *objective) showTaps(visit func(*graph.CurvaturePass) error) error {
	o.pass = graph.CurvaturePass{Examples: o.c.b.Batch, Taps: o.c.taps()}
	return visit(&o.pass)
}

// showLoose shows the loose gradients of every example by itself, from
// cotangents at the outputs, N×C.
func (o *objective) showLoose(cotangents *tensor.Dense, visit func(*graph.CurvaturePass) error) error {
	e, err := o.buildByExample()
	if err != nil {
		return err
	}
	for n := range o.c.b.Batch {
		if err := e.run(cotangents, n); err != nil {
			return err
		}
		e.fill(o.c)
		o.pass = graph.CurvaturePass{Examples: o.c.b.Batch, Loose: e.values}
		if err := visit(&o.pass); err != nil {
			return err
		}
	}
	return nil
}

package trainer

import (
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// MiniBatch is a mini-batch of a model, with all that an optimizer can ask for.
type MiniBatch interface {
	graph.CurvatureObjective
	graph.ProductObjective
	graph.MatrixObjective
}

// objective is the bound training mini-batch of one compiled graph.
type objective struct {
	c     *compiled
	loose []*graph.Param // see graph.LooseParams; nil before the first use

	grads     []*graph.Node // of the loss, by parameter; nil where it has no influence
	gTrue     []*graph.Node // of the loss, by tap
	gOut      *graph.Node   // of the loss, at the outputs
	grad      *graph.Program
	aside     *graph.Sequence // see fillAside; nil before the first use
	drawn     map[graph.FisherEstimator]*sampled
	columns   *columns  // of Exact
	byExample *examples // of Exact and Empirical, for Loose

	multiplies *multiplication // nil before the first product with a vector

	pass graph.CurvaturePass
	gram mat.SymDense
	// passes counts what has changed the graph's values: mini-batches, and
	// calls but Products. current says that they are Grad's or Curvature's.
	passes  int
	current bool
	// committed is the mini-batch whose statistics buffers have taken in.
	committed uint64
}

var _ MiniBatch = (*objective)(nil)

// Params lists the model's parameters but for the frozen ones.
func (o *objective) Params() []*graph.Param { return o.c.model.learned }

// Examples is the size of the mini-batch.
func (o *objective) Examples() int { return o.c.b.Batch }

// Taps lists the taps of maps whose weight is learned.
func (o *objective) Taps() []*graph.Tap { return o.c.taps() }

// Loose lists the parameters that are not under exactly one tap, and the
// biases of taps whose weight is not.
func (o *objective) Loose() []*graph.Param {
	if o.loose == nil {
		o.loose = graph.LooseParams(o.Params(), o.c.b.Taps)
	}
	return o.loose
}

// L2 is η.
func (o *objective) L2() float64 { return o.c.model.cfg.L2 }

// changed is called before the graph's values become others.
func (o *objective) changed() {
	o.passes++
	o.current = false
}

// Loss is h, with the mini-batch's dropout masks.
func (o *objective) Loss() (float64, error) {
	o.changed()
	loss, err := o.c.evaluate()
	return loss + o.penalty(), err
}

// Grad fills the gradients and, from the true targets, the taps.
func (o *objective) Grad() (float64, error) {
	if err := o.buildGrad(); err != nil {
		return 0, err
	}
	if err := o.run(o.grad); err != nil {
		return 0, err
	}
	if err := o.fillTaps(o.gTrue, graph.PassGrad); err != nil {
		return 0, err
	}
	return o.regularised(), nil
}

// run computes the gradients, and what else p does, at the present parameters.
func (o *objective) run(p *graph.Program) error {
	o.changed()
	if err := p.Run(); err != nil {
		return err
	}
	o.current = true
	o.commit()
	return nil
}

// commit updates the buffers of layers, once for a mini-batch: K-FAC runs several
// passes over one. A loss or a gradient that is not finite updates none: no optimizer takes
// a step on it.
func (o *objective) commit() {
	m := o.c.model
	if o.taken() || graph.CheckFinite(scalar(o.c.loss)) != nil || len(m.buffers) > 0 && !o.finite() {
		return
	}
	o.committed = o.c.b.Draw()
	m.before.save(m.buffers)
	o.c.b.Commit()
}

// taken reports whether buffers have taken the mini-batch in.
func (o *objective) taken() bool { return o.committed == o.c.b.Draw() }

// giveBack undoes commit.
func (o *objective) giveBack() {
	o.c.model.before.restore(o.c.model.buffers)
	o.committed = 0
}

// finite reports whether the gradients of the last run have no NaN and no infinity.
func (o *objective) finite() bool {
	for i, p := range o.Params() {
		if o.grads[i] != nil && !(graph.Direction{p.Grad}).Finite() {
			return false
		}
	}
	return true
}

// bufferValues are those that buffers had before they took a mini-batch in.
type bufferValues struct{ values graph.Direction }

func (v *bufferValues) save(buffers []*graph.Buffer) {
	for i, b := range buffers {
		if i == len(v.values) {
			v.values = append(v.values, graph.NewDense(b.Value.Dtype(), b.Value.Shape()...))
		}
		v.values[i : i+1].Copy(graph.Direction{b.Value})
	}
}

func (v *bufferValues) restore(buffers []*graph.Buffer) {
	for i, b := range buffers {
		(graph.Direction{b.Value}).Copy(v.values[i : i+1])
	}
}

// fillTaps points the taps at the last run's values and shows them around.
func (o *objective) fillTaps(g []*graph.Node, pass graph.Pass) error {
	taps := o.c.taps()
	for i, t := range taps {
		a, s := t.Nodes()
		t.A = graph.Value(a)
		if t.Aside {
			t.A = nil // until fillAside
		}
		t.G, t.TrueG = valueOr(g[i], s, t.G), valueOr(o.gTrue[i], s, t.TrueG)
	}
	if pass == graph.PassCurvature || len(o.c.model.observers) > 0 {
		if err := o.fillAside(); err != nil {
			return err
		}
	}
	for _, observe := range o.c.model.observers {
		observe(pass, taps)
	}
	return nil
}

// fillAside computes the inputs that are not on the way to the loss, after a run of the
// gradients, and points the taps at them.
func (o *objective) fillAside() error {
	if o.aside == nil {
		o.aside = &graph.Sequence{}
		var inputs []*graph.Node
		for _, t := range o.c.taps() {
			if a, _ := t.Nodes(); t.Aside {
				inputs = append(inputs, a)
			}
		}
		var err error
		if o.aside, err = o.c.b.CompileSequence(inputs...); err != nil {
			return err
		}
	}
	if err := o.aside.Resume(); err != nil {
		return err
	}
	for _, t := range o.c.taps() {
		if t.Aside {
			a, _ := t.Nodes()
			t.A = graph.Value(a)
		}
	}
	return nil
}

// valueOr is the value of g, the gradient at n: zeros if there is none, in the
// tensor that last held them.
func valueOr(g, n *graph.Node, last *tensor.Dense) *tensor.Dense {
	switch {
	case g != nil:
		return graph.Value(g)
	case last != nil:
		return last
	}
	return graph.NewDense(n.Dtype(), n.Shape()...)
}

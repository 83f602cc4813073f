package trainer

import (
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// walked is where a backward walk has arrived: at the taps, and at the loose
// parameters.
type walked struct {
	taps, loose []*graph.Node // nil where the loss has no influence
	params      []*graph.Param
	values      []*tensor.Dense // of loose, after fill
}

// walk adds the backward walk from out to the taps and the loose parameters.
func (o *objective) walk(out, seed *graph.Node) (walked, error) {
	wrt := tapOutputs(o.c.taps())
	taps := len(wrt)
	for _, p := range o.Loose() {
		wrt = append(wrt, o.c.b.Param(p))
	}
	grads, err := o.c.b.Backward(out, seed, wrt...)
	if err != nil {
		return walked{}, err
	}
	w := walked{taps: grads[:taps], loose: grads[taps:], params: o.Loose()}
	if len(w.loose) > 0 {
		w.values = make([]*tensor.Dense, len(w.loose))
	}
	return w, nil
}

// fill points values at the last run's gradients.
func (w *walked) fill(c *compiled) {
	for i, p := range w.params {
		w.values[i] = valueOr(w.loose[i], c.b.Param(p), w.values[i])
	}
}

// buildGrad adds the walk from the loss to parameters, taps and outputs.
func (o *objective) buildGrad() error {
	if o.grad != nil {
		return nil
	}
	b, params := o.c.b, o.c.model.learned
	var wrt []*graph.Node
	for _, p := range params {
		wrt = append(wrt, b.Param(p))
	}
	wrt = append(append(wrt, tapOutputs(o.c.taps())...), o.c.out)
	grads, err := b.Backward(o.c.loss, o.c.ones, wrt...)
	if err != nil {
		return err
	}
	for i, p := range params {
		if grads[i] == nil {
			continue
		}
		if slices.Contains(grads[len(params):], grads[i]) {
			// A tap shows it too, and p.Grad is changed after the run (L2,
			// clipping): a copy for p.
			if grads[i], err = b.Snapshot(grads[i]); err != nil {
				return err
			}
		}
		if grads[i], err = b.Into(grads[i], p); err != nil {
			return err
		}
	}
	last := len(grads) - 1
	o.grads, o.gTrue, o.gOut = grads[:len(params)], grads[len(params):last], grads[last]
	o.grad, err = b.Compile(o.wanted(o.gTrue)...)
	return err
}

// sampled is the walk from the loss against targets drawn from the model, or
// from a random cotangent.
type sampled struct {
	walked
	program *graph.Program
}

func (o *objective) buildSampled(est graph.FisherEstimator) (*sampled, error) {
	if s := o.drawn[est]; s != nil {
		return s, nil
	}
	if err := o.buildGrad(); err != nil {
		return nil, err
	}
	from, seed, err := o.cotangent(est)
	if err != nil {
		return nil, err
	}
	s := &sampled{}
	if s.walked, err = o.walk(from, seed); err != nil {
		return nil, err
	}
	if s.program, err = o.c.b.Compile(append(o.wanted(s.taps), present(s.loose)...)...); err != nil {
		return nil, err
	}
	if o.drawn == nil {
		o.drawn = map[graph.FisherEstimator]*sampled{}
	}
	o.drawn[est] = s
	return s, nil
}

// cotangent is the node that est's walk begins at, and the gradient it begins with.
// Both are the distribution's, whatever the cost is.
func (o *objective) cotangent(est graph.FisherEstimator) (from, seed *graph.Node, err error) {
	b, l, out := o.c.b, o.c.model.loss, o.c.out
	if est == graph.Empirical {
		return o.c.surprise, o.c.ones, nil
	}
	if est == graph.GGN {
		signs, err := losses.RandomSigns(b, out, 1/float64(b.Batch))
		if err != nil {
			return nil, nil, err
		}
		seed, err = l.FactorProduct(b, out, signs)
		return out, seed, err
	}
	drawn, err := l.Sample(b, out)
	if err != nil {
		return nil, nil, err
	}
	from, err = l.NegativeLogLikelihood(b, out, drawn)
	return from, o.c.ones, err
}

// wanted lists what a training program computes: the loss, the parameters'
// gradients, what buffers become, the taps' inputs that are on the way to the loss, and
// the given gradients at their outputs.
func (o *objective) wanted(g []*graph.Node) []*graph.Node {
	var inputs []*graph.Node
	for _, t := range o.c.taps() {
		if a, _ := t.Nodes(); !t.Aside {
			inputs = append(inputs, a)
		}
	}
	ns := append(append([]*graph.Node{o.c.loss}, present(o.grads)...), o.c.b.Updates()...)
	return append(append(ns, inputs...), present(g)...)
}

func tapOutputs(taps []*graph.Tap) (outputs []*graph.Node) {
	for _, t := range taps {
		_, s := t.Nodes()
		outputs = append(outputs, s)
	}
	return outputs
}

func present(ns []*graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, n := range ns {
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

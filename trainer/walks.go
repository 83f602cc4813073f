package trainer

import (
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// buildGrad adds the walk from the loss to parameters and taps.
func (o *objective) buildGrad() error {
	if o.grad != nil {
		return nil
	}
	b, params := o.c.b, o.c.model.params
	var wrt []*graph.Node
	for _, p := range params {
		wrt = append(wrt, b.Param(p))
	}
	_, outputs := tapNodes(b.Taps)
	grads, err := b.Backward(o.c.loss, o.c.ones, append(wrt, outputs...)...)
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
	o.grads, o.gTrue = grads[:len(params)], grads[len(params):]
	o.grad, err = b.Compile(o.wanted(o.gTrue)...)
	return err
}

// buildSampled adds the loss against targets drawn from the model, and the
// walk from it to the taps.
func (o *objective) buildSampled() error {
	if o.curvature != nil {
		return nil
	}
	if err := o.buildGrad(); err != nil {
		return err
	}
	drawn, err := o.c.model.loss.Sample(o.c.b, o.c.out)
	if err != nil {
		return err
	}
	loss, err := o.c.model.loss.Build(o.c.b, o.c.out, drawn)
	if err != nil {
		return err
	}
	if o.gDrawn, err = o.tapGrads(loss, o.c.ones); err != nil {
		return err
	}
	o.curvature, err = o.c.b.Compile(o.wanted(o.gDrawn)...)
	return err
}

// buildExact adds the walk from one column of the Fisher's factor to the taps.
func (o *objective) buildExact() error {
	if o.gExact != nil {
		return nil
	}
	factor, err := o.c.model.loss.Factor(o.c.b, o.c.out, &o.column)
	if err != nil {
		return err
	}
	grads, err := o.tapGrads(o.c.out, factor)
	if err != nil {
		return err
	}
	if wanted := present(grads); len(wanted) > 0 { // not so for a model without taps
		if o.exact, err = o.c.b.Compile(wanted...); err != nil {
			return err
		}
	}
	o.gExact = grads
	return nil
}

func (o *objective) tapGrads(out, seed *graph.Node) ([]*graph.Node, error) {
	_, outputs := tapNodes(o.c.b.Taps)
	return o.c.b.Backward(out, seed, outputs...)
}

// wanted lists what a training program computes: the loss, the parameters'
// gradients, the taps' inputs and the given gradients at their outputs.
func (o *objective) wanted(g []*graph.Node) []*graph.Node {
	inputs, _ := tapNodes(o.c.b.Taps)
	ns := append([]*graph.Node{o.c.loss}, present(o.grads)...)
	return append(append(ns, inputs...), present(g)...)
}

func tapNodes(taps []*graph.Tap) (inputs, outputs []*graph.Node) {
	for _, t := range taps {
		a, s := t.Nodes()
		inputs, outputs = append(inputs, a), append(outputs, s)
	}
	return inputs, outputs
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

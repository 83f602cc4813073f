package adopt

import "fmt"

// layout says where the examples of a mini-batch are in a node's value. Along one axis
// lie T·N places, and places n·T … n·T+T−1 belong to example n. T is above 1 on the first
// axis alone, where a reshape has put it.
type layout struct {
	axis int // -1: the value does not depend on the mini-batch, or is a sum over it
	rows int // T
	// summed says that the value is a sum over examples. coupled says that it is used with
	// single examples: then they depend on each other.
	summed, coupled bool
}

// apart is the layout of what does not depend on the mini-batch.
func apart() layout { return layout{axis: -1} }

// along is the layout of examples along an axis.
func along(axis, rows int) layout { return layout{axis: axis, rows: rows} }

// like is w, the layout of an op's result, with the marks of its operands' layouts in.
func (w layout) like(in ...layout) layout {
	summed := false
	for _, v := range in {
		w.coupled = w.coupled || v.coupled
		summed = summed || v.summed
	}
	w.coupled = w.coupled || summed && w.axis >= 0
	w.summed = w.summed || summed && w.axis < 0
	return w
}

// lost is the error of a node whose examples cannot be followed.
func (n *node) lost(why string) error {
	return fmt.Errorf("adopt: %v: %s, so that the rows of an example cannot be followed: the examples are the places of an input's first axis, whenever that has N of them (a weight that is not learned should be a constant, and a sequence N×T×F)", n, why)
}

// place finds the examples in the nodes, from the inputs to the cost. The first axis of an
// input with N places holds the examples.
func (r *reading) place(examples int) error {
	for _, n := range r.order {
		switch n.kind {
		case learnableLeaf, constantLeaf:
			n.where = apart()
			continue
		case inputLeaf:
			n.where = apart()
			if n.dims[0] == examples {
				n.where = along(0, 1)
			}
			continue
		}
		w, err := n.rule.place(n, examples)
		if err != nil {
			return err
		}
		for _, in := range n.in {
			w = w.like(in.where)
		}
		n.where = w
	}
	return nil
}

// same places an op on elements: its operands have the same layout, or none.
func same(n *node, _ int) (layout, error) {
	w := apart()
	for _, in := range n.in {
		switch {
		case in.where.axis < 0:
		case w.axis < 0:
			w = along(in.where.axis, in.where.rows)
		case in.where.axis != w.axis || in.where.rows != w.rows:
			return w, n.lost("its operands have the examples on different axes")
		}
	}
	return w, nil
}

// dimsAt is the shape of a node for another number of examples.
func (n *node) dimsAt(examples, of int) []int {
	dims := append([]int(nil), n.dims...)
	if a := n.where.axis; a >= 0 && examples != of {
		dims[a] = dims[a] / of * examples
	}
	return dims
}

package adopt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/graph"
)

// placeReshape finds the axis before which there are as many elements as before the examples'
// axis: row-major order stays.
func placeReshape(n *node, examples int) (layout, error) {
	w := n.in[0].where
	if w.axis < 0 {
		return apart(), nil
	}
	before := product(n.in[0].dims[:w.axis])
	for k, d := range n.dims {
		if product(n.dims[:k]) == before && d%examples == 0 && (k == 0 || d == examples) {
			return along(k, d/examples), nil
		}
	}
	return w, n.lost("it splits the axis of the examples, or joins it with another one before it")
}

func buildReshape(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	return t.Reshape(in[0], t.dims(n)...)
}

// integers are the numbers in a text, in order.
func integers(text string) []int {
	var list []int
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		i, err := strconv.Atoi(s)
		if err == nil {
			list = append(list, i)
		}
	}
	return list
}

func placeTranspose(n *node, _ int) (layout, error) {
	w := n.in[0].where
	if w.axis < 0 {
		return apart(), nil
	}
	to := slices.Index(integers(n.text), w.axis)
	if to < 0 || to > 0 && w.rows > 1 {
		return w, n.lost("it moves an axis of examples with several rows each")
	}
	return along(to, w.rows), nil
}

func buildTranspose(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	return transposed(in[0].Shape(), integers(n.text)).gather(t.Builder, in[0])
}

// sizeAxis is the axis of its operand that a sizeOp is the size of.
func (n *node) sizeAxis() int {
	op, ok := n.Op().(interface{ DimSize(int) (int, error) })
	for axis := range n.in[0].dims {
		if ok {
			if _, err := op.DimSize(axis); err == nil {
				return axis
			}
		}
	}
	return -1
}

func placeSize(n *node, _ int) (layout, error) {
	if n.sizeAxis() < 0 {
		return layout{}, fmt.Errorf("adopt: %v: its axis is not known here", n)
	}
	return apart(), nil
}

func buildSize(t *translation, n *node, _ []*graph.Node) (*graph.Node, error) {
	return t.number(float64(t.dims(n.in[0])[n.sizeAxis()]))
}

// repeats is the axis that a repeatOp repeats along, and the operand's shape with as many axes
// as the result.
func (n *node) repeats() (axis int, dims []int) {
	axis = integers(n.text)[0]
	dims = slices.Clone(n.in[0].dims)
	for len(dims) < len(n.dims) {
		dims = append(dims, 1)
	}
	return axis, dims
}

func placeRepeat(n *node, examples int) (layout, error) {
	w, count := n.in[0].where, n.in[1]
	axis, dims := n.repeats()
	if axis >= len(n.dims) {
		return w, fmt.Errorf("adopt: %v: its operand has no axis %d", n, axis)
	}
	switch {
	case w.axis == axis && axis > 0:
		return w, n.lost("it repeats examples")
	case w.axis == axis:
		return along(0, n.dims[0]/examples), nil
	case w.axis >= 0:
		return along(w.axis, w.rows), nil
	case count.kind == "sizeOp" && count.in[0].where.axis == count.sizeAxis() && dims[axis] == 1:
		if axis > 0 && n.dims[axis] != examples {
			return w, n.lost("it repeats over several rows of each example")
		}
		return along(axis, n.dims[axis]/examples), nil
	}
	return apart(), nil
}

func buildRepeat(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	axis, dims := n.repeats()
	small := slices.Clone([]int(in[0].Shape()))
	for len(small) < len(dims) {
		small = append(small, 1)
	}
	x, err := t.Reshape(in[0], small...)
	if err != nil {
		return nil, err
	}
	large := t.dims(n)
	m := repetition(small, axis, large[axis]/small[axis])
	if x, err = m.gather(t.Builder, x); err != nil {
		return nil, err
	}
	return t.Reshape(x, large...)
}

// sumKeeps says which axes of its operand a sumOp leaves.
func (n *node) sumKeeps() []bool {
	keep := make([]bool, len(n.in[0].dims))
	for i := range keep {
		keep[i] = true
	}
	for _, a := range integers(n.text) {
		if a < len(keep) {
			keep[a] = false
		}
	}
	return keep
}

func placeSum(n *node, _ int) (layout, error) {
	w, keep := n.in[0].where, n.sumKeeps()
	if w.axis < 0 {
		return apart(), nil
	}
	if !keep[w.axis] {
		return layout{axis: -1, summed: true}, nil
	}
	to := w.axis
	for _, k := range keep[:w.axis] {
		if !k {
			to--
		}
	}
	if to >= len(n.dims) || n.dims[to] != n.in[0].dims[w.axis] || to > 0 && w.rows > 1 {
		return w, n.lost("the examples are on no axis of the sum")
	}
	return along(to, w.rows), nil
}

func buildSum(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	s, err := summed(in[0].Shape(), n.sumKeeps()).scatter(t.Builder, in[0])
	if err != nil {
		return nil, err
	}
	return t.Reshape(s, t.dims(n)...)
}

// cut is what a sliceOp takes of one axis: n places from start on. all: it takes every one.
type cut struct {
	axis, start, n int
	all            bool
}

// cutOf reads T[:, 1:3:1...]: an axis that is taken whole is a colon.
func (n *node) cutOf() (cut, error) {
	text := strings.TrimSuffix(strings.TrimPrefix(n.text, "T["), "...]")
	parts := strings.Split(text, ", ")
	c := cut{axis: len(parts) - 1}
	last := parts[c.axis]
	if last == ":" {
		c.all = true
		return c, nil
	}
	var end, step int
	if _, err := fmt.Sscanf(last, "%d:%d:%d", &c.start, &end, &step); err != nil || step > 1 || end <= c.start || c.axis >= len(n.in[0].dims) {
		return c, fmt.Errorf("adopt: %v: the slice is not known here", n)
	}
	c.n = end - c.start
	return c, nil
}

func placeSlice(n *node, _ int) (layout, error) {
	w := n.in[0].where
	c, err := n.cutOf()
	if err != nil || c.all || w.axis < 0 {
		return along(w.axis, w.rows), err
	}
	if c.axis == w.axis {
		return w, n.lost("it takes some of the examples")
	}
	if len(n.dims) < len(n.in[0].dims) && c.axis < w.axis {
		if w.axis--; w.axis < 0 || n.dims[w.axis]%w.rows != 0 {
			return w, n.lost("it drops an axis before the examples")
		}
	}
	return along(w.axis, w.rows), nil
}

func buildSlice(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	c, err := n.cutOf()
	if err != nil || c.all {
		return in[0], err
	}
	m := move{small: in[0].Shape(), large: slices.Clone([]int(in[0].Shape()))}
	m.stride = strides(m.small)
	m.large[c.axis], m.offset = c.n, c.start*m.stride[c.axis]
	x, err := m.gather(t.Builder, in[0])
	if err != nil {
		return nil, err
	}
	return t.Reshape(x, t.dims(n)...)
}

func placeConcat(n *node, examples int) (layout, error) {
	w, err := same(n, examples)
	if err == nil && integers(n.text)[0] == w.axis {
		err = n.lost("it joins examples")
	}
	return w, err
}

func buildConcat(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	axis, dims := integers(n.text)[0], t.dims(n)
	step := strides(dims)
	parts := make([]*graph.Node, len(in))
	start := 0
	for i, x := range in {
		m := move{large: x.Shape(), stride: step, offset: start * step[axis], small: dims}
		var err error
		if parts[i], err = m.scatter(t.Builder, x); err != nil {
			return nil, err
		}
		start += x.Shape()[axis]
	}
	return t.Total(parts...)
}

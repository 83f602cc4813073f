package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// shapeOf is a shape of which all but the batch is known.
func (im *importer) shapeOf(n *node) (bool, error) {
	if err := n.only(1, 1); err != nil {
		return true, err
	}
	c := &constant{name: n.out, whole: []int64{}}
	if s := im.steps[n.in[0]]; s != nil {
		c.whole = append(c.whole, sizeOfBatch)
		for _, d := range s.out.onnx(im.sizes) {
			c.whole = append(c.whole, int64(d))
		}
	} else if of := im.constants[n.in[0]]; of != nil {
		for _, d := range of.dims {
			c.whole = append(c.whole, int64(d))
		}
	} else {
		return true, n.errorf("it takes %.80q, which no node before it makes", n.in[0])
	}
	a := n.attributes()
	start, end := a.integer("start", 0), a.integer("end", int64(len(c.whole)))
	if start < 0 {
		start += int64(len(c.whole))
	}
	if end < 0 {
		end += int64(len(c.whole))
	}
	end = min(end, int64(len(c.whole)))
	if err := a.done(); err != nil || start < 0 || start > end {
		return true, errors.Join(err, n.errorf("start %d and end %d are no part of a shape", start, end))
	}
	c.whole = c.whole[start:end]
	c.dims = []int{len(c.whole)}
	im.constants[n.out] = c
	im.became(n, "a constant")
	return true, nil
}

// ofList computes with lists of integers, such as shapes.
func ofList(n *node, in []*constant) (*constant, error) {
	lists := make([][]int64, len(in))
	for i, c := range in {
		if c == nil {
			continue
		}
		var err error
		if lists[i], err = c.integers(); err != nil || len(c.dims) > 1 {
			return nil, errors.New("it takes other constants than lists of integers, and is not computed: export the model with constants folded")
		}
	}
	a := n.attributes()
	if axis := a.integer("axis", 0); axis != 0 && axis != -1 {
		return nil, fmt.Errorf("attribute axis is %d: lists have one axis", axis)
	}
	whole := []int64{}
	switch n.op {
	case "Concat":
		whole = append(whole, slices.Concat(lists...)...)
	case "Gather":
		if len(in) != 2 {
			return nil, errors.New("it has not two inputs")
		}
		for _, i := range lists[1] {
			if i < 0 {
				i += int64(len(lists[0]))
			}
			if i < 0 || i >= int64(len(lists[0])) {
				return nil, fmt.Errorf("element %d of %d is asked for", i, len(lists[0]))
			}
			whole = append(whole, lists[0][i])
		}
		return &constant{name: n.out, whole: whole, dims: in[1].dims}, nil
	case "Slice":
		if n.settings["starts"] != nil { // before opset 10
			lists = append(lists[:1], a.integers("starts"), a.integers("ends"), a.integers("axes"))
		}
		if len(lists) < 3 || len(lists[1]) != 1 || len(lists[2]) != 1 || len(lists) > 4 && (len(lists[4]) != 1 || lists[4][0] != 1) {
			return nil, errors.New("it takes another part of a list than one range of neighbours")
		}
		from, to, n := lists[1][0], lists[2][0], int64(len(lists[0]))
		if from < 0 {
			from += n
		}
		if to < 0 {
			to += n
		}
		from, to = min(max(from, 0), n), min(max(to, 0), n)
		whole = append(whole, lists[0][from:max(from, to)]...)
	}
	return &constant{name: n.out, whole: whole, dims: []int{len(whole)}}, nil
}

// arithmetic computes with integers of one shape, or with one of them alone.
func arithmetic(n *node, in []*constant) (*constant, error) {
	if len(in) != 2 || in[1] == nil {
		return nil, errors.New("it has not two inputs")
	}
	x, errX := in[0].integers()
	y, errY := in[1].integers()
	if errX != nil || errY != nil || len(x) == 0 || len(x) != len(y) && len(y) != 1 {
		return nil, errors.New("it computes a constant of fractions: export the model with constants folded")
	}
	out := &constant{name: n.out, dims: in[0].dims, whole: make([]int64, len(x))}
	for i, v := range x {
		w := y[min(i, len(y)-1)]
		const most = 1 << 31
		if v < -most || v > most || w < -most || w > most || w == 0 && n.op == "Div" {
			return nil, errOfBatch
		}
		switch n.op {
		case "Mul":
			v *= w
		case "Add":
			v += w
		case "Sub":
			v -= w
		default:
			v /= w
		}
		out.whole[i] = v
	}
	return out, nil
}

package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

var errOfBatch = errors.New("it computes with the size of the batch, which is left open: export the model with a fixed shape of examples")

// fold computes a node of constants alone. ok is false if it takes a value of the network.
func (im *importer) fold(n *node) (ok bool, err error) {
	if n.op == "Shape" {
		return im.shapeOf(n)
	}
	in := make([]*constant, len(n.in))
	for i, name := range n.in {
		if in[i] = im.constants[name]; in[i] == nil && name != "" {
			return false, nil
		}
	}
	if n.op != "Constant" && len(in) == 0 {
		return false, nil
	}
	c, err := im.compute(n, in)
	if err != nil {
		return true, n.errorf("%w", err)
	}
	im.constants[n.out] = c
	im.became(n, "a constant")
	return true, nil
}

func (im *importer) compute(n *node, in []*constant) (*constant, error) {
	for _, c := range in {
		if c != nil {
			if im.constantsLeft -= c.elements(); im.constantsLeft < 0 {
				return nil, errors.New("the constants that the graph computes are too many")
			}
		}
	}
	if len(in) > 0 && in[0] == nil {
		return nil, errors.New("its first input is left out")
	}
	switch n.op {
	case "Constant":
		return im.literal(n)
	case "Identity", "Dropout":
		return in[0], nil
	case "Cast":
		return cast(n, in[0])
	case "Transpose":
		return transposed(n, in[0])
	case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
		return im.reshaped(n, in)
	case "Concat", "Gather", "Slice":
		return ofList(n, in)
	case "Mul", "Add", "Sub", "Div":
		return arithmetic(n, in)
	}
	return nil, errors.New("it takes constants alone, and is not computed: simplify the model, as by onnxsim, or export it with constants folded")
}

func (im *importer) literal(n *node) (*constant, error) {
	a := n.attributes()
	for _, v := range n.Attributes {
		switch a.read[v.Name] = true; v.Type {
		case onnxproto.AttributeTensor:
			c, err := constantOf(v.Tensor)
			if err == nil {
				c.name = n.out
			}
			return c, err
		case onnxproto.AttributeFloat:
			return &constant{name: n.out, floats: []float64{float64(v.Float)}}, nil
		case onnxproto.AttributeInt:
			return &constant{name: n.out, whole: []int64{v.Int}}, nil
		case onnxproto.AttributeInts:
			return &constant{name: n.out, whole: append([]int64{}, v.Ints...), dims: []int{len(v.Ints)}}, nil
		case onnxproto.AttributeFloats:
			c := &constant{name: n.out, dims: []int{len(v.Floats)}}
			for _, f := range v.Floats {
				c.floats = append(c.floats, float64(f))
			}
			return c, nil
		}
	}
	return nil, errors.New("its value is of a type that is not read")
}

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

func cast(n *node, c *constant) (*constant, error) {
	to := onnxproto.DataType(n.attributes().integer("to", 0))
	switch to {
	case onnxproto.Int64, onnxproto.Int32:
		whole, err := c.integers()
		if err != nil {
			return nil, errors.New("fractions are cast to integers, which is not computed")
		}
		return &constant{name: c.name, dims: c.dims, whole: append([]int64{}, whole...)}, nil
	case onnxproto.Float, onnxproto.Double:
		v, err := c.values()
		return &constant{name: c.name, dims: c.dims, floats: v}, err
	}
	return nil, fmt.Errorf("a cast to %s is not computed", to)
}

func transposed(n *node, c *constant) (*constant, error) {
	perm, err := permutation(n, len(c.dims))
	if err != nil {
		return nil, err
	}
	v, err := c.values()
	if err != nil {
		return nil, err
	}
	name := c.name + "ᵀ" // of what shares the weight
	if len(name) > 200 {
		name = n.out
	}
	out := &constant{name: name, floats: make([]float64, len(v))}
	strides := make([]int, len(c.dims))
	stride := 1
	for i := len(c.dims) - 1; i >= 0; i-- {
		strides[i], stride = stride, stride*c.dims[i]
	}
	for _, p := range perm {
		out.dims = append(out.dims, c.dims[p])
	}
	at := make([]int, len(perm))
	for i := range out.floats {
		from := 0
		for k, p := range perm {
			from += at[k] * strides[p]
		}
		out.floats[i] = v[from]
		for k := len(perm) - 1; k >= 0; k-- {
			if at[k]++; at[k] < out.dims[k] {
				break
			}
			at[k] = 0
		}
	}
	return out, nil
}

// permutation is the attribute perm, the axes backwards without it.
func permutation(n *node, axes int) ([]int, error) {
	a := n.attributes()
	given := a.integers("perm")
	if err := a.done(); err != nil {
		return nil, err
	}
	perm := make([]int, axes)
	for i := range perm {
		perm[i] = axes - 1 - i
	}
	if n.settings["perm"] == nil {
		return perm, nil
	}
	if len(given) != axes {
		return nil, fmt.Errorf("perm has %d axes, and the input %d", len(given), axes)
	}
	seen := make([]bool, axes)
	for i, p := range given {
		if p < 0 || p >= int64(axes) || seen[p] {
			return nil, errors.New("perm does not have each axis once")
		}
		seen[p], perm[i] = true, int(p)
	}
	return perm, nil
}

func (im *importer) reshaped(n *node, in []*constant) (*constant, error) {
	c := *in[0]
	var err error
	switch n.op {
	case "Reshape":
		if len(in) > 1 && in[1] != nil && slices.Contains(in[1].whole, sizeOfBatch) {
			return nil, errOfBatch
		}
		c.dims, err = im.target(n, c.dims, len(in))
	case "Flatten":
		axis := n.attributes().integer("axis", 1)
		if axis != 1 || len(c.dims) < 1 {
			return nil, fmt.Errorf("attribute axis is %d, and only 1 is read", axis)
		}
		c.dims = []int{c.dims[0], c.elements() / max(c.dims[0], 1)}
	default:
		c.dims, err = im.unit(n, c.dims, n.op == "Unsqueeze")
	}
	if c.elements() != in[0].elements() && err == nil {
		err = fmt.Errorf("%d elements are given a shape of %d", in[0].elements(), c.elements())
	}
	return &c, err
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

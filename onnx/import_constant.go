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

package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/layers"
)

// readers read nodes, by their operators.
func readers() map[string]func(*importer, *node) error {
	return map[string]func(*importer, *node) error{
		"Identity": (*importer).identity, "Cast": (*importer).cast, "Dropout": (*importer).dropout,
		"Flatten": (*importer).reshape, "Reshape": (*importer).reshape, "Squeeze": (*importer).reshape, "Unsqueeze": (*importer).reshape,
		"Transpose": (*importer).transpose,
		"Gemm":      (*importer).gemm, "MatMul": (*importer).matmul,
		"Conv": (*importer).convolution, "ConvTranspose": (*importer).transposedConvolution,
		"MaxPool": (*importer).pool, "AveragePool": (*importer).pool,
		"GlobalAveragePool": (*importer).globalPool, "GlobalMaxPool": (*importer).globalPool, "ReduceMean": (*importer).reduceMean,
		"BatchNormalization": (*importer).batchNorm, "LayerNormalization": (*importer).layerNorm, "Standardize": (*importer).layerNorm,
		"InstanceNormalization": (*importer).groupNorm, "GroupNormalization": (*importer).groupNorm,
		"Relu": (*importer).activation, "Tanh": (*importer).activation, "Elu": (*importer).activation, "LeakyRelu": (*importer).activation,
		"Softplus": (*importer).activation, "Gelu": (*importer).activation, "SiLU": (*importer).activation, "Swish": (*importer).activation,
		"Sigmoid": (*importer).sigmoid, "Softmax": (*importer).softmax, "LogSoftmax": (*importer).softmax,
		"Add": (*importer).sum, "Sum": (*importer).sum, "Concat": (*importer).concat,
		"Sub": (*importer).withConstant, "Mul": (*importer).withConstant, "Div": (*importer).withConstant, "Clip": (*importer).clip, "Pad": (*importer).pad,
	}
}

// read reads a node.
func (im *importer) read(n *node) error {
	if len(n.Outputs) == 0 || n.out == "" {
		return n.errorf("it makes no first output, which is the one that is read")
	}
	if n.Domain != "" && n.Domain != "ai.onnx" {
		return n.errorf("its operator is of the domain %.40q, which is none of ONNX's own: export the model without it, or name a value before it by LoadConfig.Output", n.Domain)
	}
	if folded, err := im.fold(n); folded || err != nil {
		return err
	}
	read := readers()[n.op]
	if read == nil {
		return n.errorf("the operator has no layer here: dense layers, convolutions, pooling, normalisation, activations, sums and concatenations are read")
	}
	return read(im, n)
}

// value is the step that makes a node's input.
func (im *importer) value(n *node, i int) (*step, error) {
	name := n.input(i)
	if s := im.steps[name]; s != nil {
		if s.pads != nil && n.op != "Conv" && n.op != "AveragePool" {
			return nil, n.errorf("zeros are put around its input by %v: only a convolution or an AveragePool takes them in", s.node)
		}
		return s, nil
	}
	if im.constants[name] != nil {
		return nil, n.errorf("its input %d, %.80q, is a constant, where a value of the network is read", i+1, name)
	}
	return nil, n.errorf("it takes %.80q, which no node before it makes", name)
}

// data is the value that a node of so many inputs takes first.
func (im *importer) data(n *node, least, most int) (*step, error) {
	if err := n.only(least, most); err != nil {
		return nil, err
	}
	return im.value(n, 0)
}

// known is an input that is known in advance; nil: it is left out.
func (im *importer) known(n *node, i int, what string) (*constant, error) {
	name := n.input(i)
	if name == "" {
		return nil, nil
	}
	c := im.constants[name]
	if c == nil {
		return nil, n.errorf("its %s, %.80q, is computed from the input: a constant is read", what, name)
	}
	return c, nil
}

func (im *importer) identity(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	im.became(n, "nothing")
	return im.pass(n, s, s.out)
}

func (im *importer) cast(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	if to := onnxproto.DataType(n.attributes().integer("to", 0)); to != onnxproto.Float && to != onnxproto.Double {
		return n.errorf("it casts a value of the network to %s: only float and double are read", to)
	}
	im.became(n, "nothing: a model has one float type")
	return im.pass(n, s, s.out)
}

// dropout keeps the rate for further training.
func (im *importer) dropout(n *node) error {
	s, err := im.data(n, 1, 3)
	if err != nil {
		return err
	}
	a := n.attributes()
	rate := a.number("ratio", 0.5)
	a.integer("seed", 0)
	if err := a.done(); err != nil {
		return err
	}
	c, err := im.known(n, 1, "ratio")
	if err != nil {
		return err
	}
	if v, ok := c.scalar(); ok {
		rate = decimal(float32(v))
	} else if c != nil {
		return n.errorf("its ratio is no number")
	}
	if !(rate >= 0 && rate < 1) {
		return n.errorf("its ratio is %g: want at least 0 and less than 1", rate)
	}
	im.became(n, "Dropout, for training alone")
	return im.pass(n, s, s.out, &layers.Dropout{Rate: rate})
}

func (im *importer) activation(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	a := n.attributes()
	var made *layers.Activation
	switch n.op {
	case "Relu":
		made = layers.ReLU()
	case "Tanh":
		made = layers.Tanh()
	case "Elu":
		made = layers.ELU(a.number("alpha", 1))
	case "LeakyRelu":
		made = layers.LeakyReLU(a.number("alpha", 0.01))
	case "Softplus":
		made = layers.Softplus()
	case "SiLU", "Swish":
		if made = layers.SiLU(); a.number("alpha", 1) != 1 {
			return n.errorf("attribute alpha is not 1, which SiLU is")
		}
	default:
		switch how := a.text("approximate", "none"); how {
		case "none":
			made = layers.GELU()
		case "tanh":
			made = layers.GELUTanh()
		default:
			return n.errorf("attribute approximate is %.40q: want none or tanh", how)
		}
	}
	a.read["consumed_inputs"] = true
	if err := a.done(); err != nil {
		return err
	}
	im.became(n, made.String())
	return im.pass(n, s, s.out, made)
}

func (im *importer) sigmoid(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	if n.out == im.output {
		im.ending = n
		return im.placeEnding(s)
	}
	im.became(n, "Sigmoid")
	return im.pass(n, s, s.out, layers.Sigmoid())
}

func (im *importer) softmax(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	axes := int64(len(s.out.dims)) + 1
	a := n.attributes()
	axis := a.integer("axis", -1)
	if im.opset < 13 && n.settings["axis"] == nil {
		axis = 1
	}
	if err := a.done(); err != nil {
		return err
	}
	if axis < 0 {
		axis += axes
	}
	if axis != 1 || axes != 2 {
		return n.errorf("it is over axis %d of %d: the probabilities of classes are read, over axis 1 of 2", axis, axes)
	}
	if n.out != im.output {
		if users := im.usersOf(n.out); len(users) > 0 {
			return n.errorf("%v takes its output: the operator is read at the end of a network only: name another output by LoadConfig.Output", users[0])
		}
	}
	im.ending = n
	return im.placeEnding(s)
}

func (im *importer) usersOf(name string) (list []*node) {
	for _, n := range im.nodes {
		if slices.Contains(n.in, name) {
			list = append(list, n)
		}
	}
	return list
}

// placeEnding has the loss make the last operator's output.
func (im *importer) placeEnding(in *step) error {
	return im.place(&step{inputs: []*step{in}, out: in.out}, im.output)
}

// sum adds values, or a constant to one.
func (im *importer) sum(n *node) error {
	if err := n.only(1, 1000); err != nil {
		return err
	}
	for _, name := range n.in {
		if im.constants[name] != nil {
			return im.withConstant(n)
		}
	}
	if n.op == "Add" && len(n.in) != 2 {
		return n.errorf("%d inputs: the operator has 2", len(n.in))
	}
	if err := n.attributes().done(); err != nil {
		return err
	}
	s, err := im.values(n)
	if err != nil {
		return err
	}
	first, alike := s.inputs[0].out, true
	for _, in := range s.inputs[1:] {
		if !slices.Equal(in.out.onnx(im.sizes), first.onnx(im.sizes)) {
			return n.errorf("it adds values of shapes %v and %v: only values of one shape are added", first.onnx(im.sizes), in.out.onnx(im.sizes))
		}
		alike = alike && im.alike(first, in.out)
	}
	s.branches = make([][]layers.Layer, len(s.inputs))
	s.out = first
	if !alike {
		for i, in := range s.inputs {
			var out layout
			if out, s.branches[i] = in.out.as(im.sizes, in.out.channelsLast()); i == 0 {
				s.out = out
			}
		}
	}
	if s.join == "" {
		s.layers = s.branches[0]
	}
	im.became(n, "a sum of branches")
	return im.place(s, n.out)
}

// alike reports whether two values of one shape have their elements in one order.
func (im *importer) alike(a, b layout) bool {
	return slices.Equal(im.positions(a), im.positions(b)) && slices.Equal(a.shape(im.sizes), b.shape(im.sizes))
}

// positions are the sizes of a value's atoms in ONNX's order, each with its place in memory.
func (im *importer) positions(l layout) []int {
	memory := flat(l.axes)
	var list []int
	for _, a := range flat(l.dims) {
		list = append(list, im.sizes[a], slices.Index(memory, a))
	}
	return list
}

// values is a join of all inputs.
func (im *importer) values(n *node) (*step, error) {
	s := &step{node: n, join: n.op}
	for i := range n.in {
		in, err := im.value(n, i)
		if err != nil {
			return nil, err
		}
		s.inputs = append(s.inputs, in)
	}
	if len(s.inputs) == 1 {
		s.join = ""
	}
	return s, nil
}

// concat sets values side by side along the model's last axis.
func (im *importer) concat(n *node) error {
	if err := n.only(1, 1000); err != nil {
		return err
	}
	a := n.attributes()
	axis := a.integer("axis", 1)
	if err := a.done(); err != nil {
		return err
	}
	s, err := im.values(n)
	if err != nil {
		return err
	}
	first := s.inputs[0].out.onnx(im.sizes)
	if axis < 0 {
		axis += int64(len(first)) + 1
	}
	if axis < 1 || axis > int64(len(first)) {
		return n.errorf("attribute axis is %d: an axis of the examples is read, 1 to %d", axis, len(first))
	}
	at := int(axis) - 1
	total := 0
	for _, in := range s.inputs {
		dims := in.out.onnx(im.sizes)
		if len(dims) != len(first) {
			return n.errorf("it joins values of shapes %v and %v", first, dims)
		}
		for i := range dims {
			if i != at && dims[i] != first[i] {
				return n.errorf("it joins values of shapes %v and %v along axis %d", first, dims, axis)
			}
		}
		if total += dims[at]; total > mostInput {
			return n.errorf("its output is too large")
		}
	}
	// The other axes keep their order, and the joined one is the last.
	s.branches = make([][]layers.Layer, len(s.inputs))
	for i, in := range s.inputs {
		axes := append(slices.Delete(slices.Clone(in.out.dims), at, at+1), in.out.dims[at])
		out, made := in.out.as(im.sizes, axes)
		if s.branches[i] = made; i > 0 {
			continue
		}
		joined := im.sizes.add(total)
		out.dims = slices.Clone(out.dims)
		out.dims[at] = joined
		s.out = layout{dims: out.dims, axes: append(slices.Clone(axes[:len(axes)-1]), joined)}
	}
	if s.join == "" {
		s.layers = s.branches[0]
	}
	im.became(n, "branches side by side")
	return im.place(s, n.out)
}

package onnx

import (
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
	read := im.readers[n.op]
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

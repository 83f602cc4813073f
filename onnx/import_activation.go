package onnx

import (
	"github.com/gokfac/gokfac/layers"
)

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
		if users := im.takers[n.out]; len(users) > 0 {
			return n.errorf("%v takes its output: the operator is read at the end of a network only: name another output by LoadConfig.Output", users[0])
		}
	}
	im.ending = n
	return im.placeEnding(s)
}

// placeEnding has the loss make the last operator's output.
func (im *importer) placeEnding(in *step) error {
	return im.place(&step{inputs: []*step{in}, out: in.out}, im.output)
}

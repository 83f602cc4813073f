package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// openInput is the first step: the graph's only input that is no weight.
func (im *importer) openInput() error {
	var inputs []*onnxproto.Value
	for _, v := range im.file.Graph.Inputs {
		if im.constants[v.Name] == nil && im.uses[v.Name] > 0 {
			inputs = append(inputs, v)
		}
	}
	switch {
	case len(inputs) == 0:
		return errors.New("the output does not depend on an input: there is no network to read")
	case len(inputs) > 1:
		return fmt.Errorf("the output depends on several inputs, %s: a network with one is read", names(inputs))
	}
	in := inputs[0]
	im.inputName = in.Name
	if in.Type != onnxproto.Float && in.Type != onnxproto.Double {
		return fmt.Errorf("the input %.80q is of type %s: a network of float or double is read: export it so", in.Name, in.Type)
	}
	if !in.HasShape || len(in.Shape) < 2 || len(in.Shape) > 5 {
		return fmt.Errorf("the input %.80q has %d axes: want the batch and 1 to 4 axes of an example", in.Name, len(in.Shape))
	}
	im.double = in.Type == onnxproto.Double
	if d := in.Shape[0]; d.Known {
		im.batch = d.Value
	}
	dims := make([]int, len(in.Shape)-1)
	open := false
	for i, d := range in.Shape[1:] {
		if d.Known && (d.Value < 1 || d.Value > mostInput) {
			return fmt.Errorf("the input %.80q has an axis of size %d: want 1 to %d", in.Name, d.Value, mostInput)
		}
		if dims[i] = int(d.Value); !d.Known {
			dims[i], open = 0, true
		}
	}
	first, last := im.inputOrder(in.Name, len(dims))
	if err := im.completeInput(in.Name, dims, first && !last, open); err != nil {
		return err
	}
	n := 1
	for _, d := range dims {
		if n *= d; n > mostInput {
			return fmt.Errorf("the input %.80q has more than %d elements an example, which is too many", in.Name, mostInput)
		}
	}
	l := im.sizes.plain(dims)
	if first && !last {
		l.axes = l.channelsLast()
	}
	im.input = &step{out: l, users: im.uses[in.Name]}
	im.steps[in.Name] = im.input
	return nil
}

// completeInput compares a shape with the caller's, in the model's order, and fills in what is open.
func (im *importer) completeInput(name string, dims []int, channelsFirst, open bool) error {
	given := im.cfg.Input
	if given == nil {
		if open {
			return fmt.Errorf("the input %.80q leaves sizes beside the batch open: give the shape of an example by LoadConfig.Input, or export the model with fixed sizes", name)
		}
		return nil
	}
	order := slices.Clone(given)
	if len(order) == len(dims) && channelsFirst {
		order = append(order[len(order)-1:], order[:len(order)-1]...)
	}
	fits := len(order) == len(dims)
	for i := range order {
		fits = fits && order[i] > 0 && order[i] <= mostInput && (dims[i] == 0 || dims[i] == order[i])
	}
	if !fits {
		return fmt.Errorf("LoadConfig.Input is %v, which is not the shape of the input %.80q, %v in ONNX's order (0: open)", given, name, dims)
	}
	copy(dims, order)
	return nil
}

// inputOrder says whether the input has channels first, and whether the graph begins by turning channels last into
// channels first.
func (im *importer) inputOrder(name string, axes int) (first, turned bool) {
	if axes < 2 || im.own() { // Save leaves inputs as they are
		return false, false
	}
	first = axes == 3 // images
	// Through what leaves the axes what they are, to the first operator that tells channels from places.
	for range len(im.nodes) + 1 {
		var takes *node
		for _, n := range im.takers[name] {
			if takes != nil && takes.op != n.op {
				return first, false
			}
			takes = n
		}
		if takes == nil {
			return first, false
		}
		switch takes.op {
		case "Transpose":
			p := takes.settings["perm"]
			return first, p != nil && len(p.Ints) == axes+1 && p.Ints[0] == 0 && p.Ints[1] == int64(axes)
		case "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "InstanceNormalization", "GroupNormalization":
			return true, false
		case "Identity", "Cast", "Relu", "Sub", "Div", "Mul", "Add", "Dropout", "Clip":
			name = takes.out
		default:
			return first, false
		}
	}
	return first, false
}

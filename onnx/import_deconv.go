package onnx

import (
	"github.com/gokfac/gokfac/internal/kernelorder"
	"github.com/gokfac/gokfac/layers"
)

func (im *importer) transposedConvolution(n *node) error {
	s, err := im.data(n, 2, 3)
	if err != nil {
		return err
	}
	w, bias, err := im.weightAndBias(n)
	if err != nil {
		return err
	}
	dims := s.out.onnx(im.sizes)
	if len(dims) != 3 || len(w.dims) != 4 || w.dims[0] != dims[0] || w.dims[1] < 1 {
		return n.errorf("its weight is of shape %v, and its input of shape N×%v: want channels×filters×height×width for images N×channels×height×width", w.dims, dims)
	}
	a := n.attributes()
	a.want("group", 1, "a transposed convolution here has one group")
	a.read["kernel_shape"] = true
	settings := map[string][2]int{"strides": {1, 1}, "dilations": {1, 1}, "output_padding": {}, "pads": {}}
	for name, without := range settings {
		v := a.integers(name)
		if v == nil {
			continue
		}
		if name == "pads" && len(v) == 4 {
			if v[0] != v[2] || v[1] != v[3] {
				return n.errorf("attribute pads is %v: only padding that is alike on both sides is read", v)
			}
			v = v[:2]
		}
		if len(v) != 2 || min(v[0], v[1]) < int64(without[0]) || max(v[0], v[1]) > mostInput {
			return n.errorf("attribute %s is %v: want two numbers from %d on", name, v, without[0])
		}
		settings[name] = [2]int{int(v[0]), int(v[1])}
	}
	if auto := a.text("auto_pad", "NOTSET"); auto != "NOTSET" && auto != "" {
		return n.errorf("attribute auto_pad is %.40q: only explicit pads are read", auto)
	}
	if a.integers("output_shape") != nil {
		return n.errorf("attribute output_shape is not read: export it with pads and output_padding")
	}
	if err := a.done(); err != nil {
		return err
	}
	f := &frame{kernel: [2]int{w.dims[2], w.dims[3]}}
	for i := range 2 {
		f.out[i] = (dims[1+i]-1)*settings["strides"][i] - 2*settings["pads"][i] + settings["dilations"][i]*(f.kernel[i]-1) + settings["output_padding"][i] + 1
		if f.out[i] < 1 || f.out[i] > mostInput || f.kernel[i] < 1 {
			return n.errorf("its settings leave an output of %d elements along an axis", f.out[i])
		}
	}
	filters, places := w.dims[1], f.kernel[0]*f.kernel[1]
	if err := im.count(dims[1]*dims[2], places*max(filters, 1)); err != nil {
		return n.errorf("%w", err)
	}
	if err := im.affordable(n, w.elements()); err != nil {
		return err
	}
	values, err := w.values()
	if err != nil {
		return n.errorf("%w", err)
	}
	weight := make([]float64, len(values))
	at := kernelorder.Transposed(places, filters)
	for i, v := range values {
		weight[at(i)] = v
	}
	_, before := im.images(s.out)
	out := im.after(f, filters, 2)
	p := &part{kind: "conv", name: module(n, w), key: w.name, weight: weight, count: filters, column: places * filters, places: places, units: out.dims[0],
		layer: &layers.ConvTranspose2D{Filters: filters, Kernel: f.kernel, Stride: settings["strides"], Padding: settings["pads"],
			OutputPadding: settings["output_padding"], Dilation: settings["dilations"], NoBias: true, Init: layers.Constant(0)}}
	if bias != nil {
		v, err := im.perChannel(n, bias, filters, "bias")
		if err != nil {
			return err
		}
		p.shift(v, bias)
	}
	im.became(n, "ConvTranspose2D")
	return im.placePart(n, s, p, out, before)
}

package onnx

import (
	"math"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/layers"
)

// decimal is the shortest decimal that a float32 is nearest to.
func decimal(v float32) float64 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	if err != nil {
		return float64(v)
	}
	return f
}

// weightAndBias are the second and the third input of an affine map; bias is nil where it is left out.
func (im *importer) weightAndBias(n *node) (w, bias *constant, err error) {
	if w, err = im.known(n, 1, "weight"); err != nil {
		return nil, nil, err
	}
	bias, err = im.known(n, 2, "bias")
	return w, bias, err
}

func (im *importer) gemm(n *node) error {
	s, err := im.data(n, 2, 3)
	if err != nil {
		return err
	}
	a := n.attributes()
	a.want("transA", 0, "the input's rows are the examples")
	turned, alpha, beta := a.integer("transB", 0) != 0, a.number("alpha", 1), a.number("beta", 1)
	a.read["broadcast"] = true
	if err := a.done(); err != nil {
		return err
	}
	w, bias, err := im.weightAndBias(n)
	if err != nil {
		return err
	}
	return im.dense(n, s, w, bias, turned, alpha, beta)
}

func (im *importer) matmul(n *node) error {
	s, err := im.data(n, 2, 2)
	if err != nil {
		return err
	}
	w, err := im.known(n, 1, "second factor")
	if err != nil {
		return err
	}
	if err := n.attributes().done(); err != nil {
		return err
	}
	return im.dense(n, s, w, nil, false, 1, 1)
}

// dense makes a Dense of a matrix, or a Conv1D with a kernel of 1 if its input is a sequence.
func (im *importer) dense(n *node, s *step, w, bias *constant, turned bool, alpha, beta float64) error {
	if len(w.dims) != 2 {
		return n.errorf("its weight is of shape %v: want a matrix", w.dims)
	}
	sequence := len(s.out.dims) == 2 && n.op == "MatMul"
	if len(s.out.dims) != 1 && !sequence {
		return n.errorf("it takes examples of shape %v: want vectors: put a Flatten before it", s.out.onnx(im.sizes))
	}
	features := s.out.dims[len(s.out.dims)-1]
	in, out := w.dims[0], w.dims[1]
	if turned {
		in, out = out, in
	}
	if in != im.sizes.product(features) || in < 1 || out < 1 || out > mostInput {
		return n.errorf("its weight is of shape %v, and its input has %d features", w.dims, im.sizes.product(features))
	}
	if err := im.affordable(n, in*out); err != nil {
		return err
	}
	values, err := w.values()
	if err != nil {
		return n.errorf("%w", err)
	}
	// The features lie in memory's order, the weight's rows in ONNX's.
	axes := [][]int{flat(s.out.axes)}
	if sequence {
		axes = [][]int{s.out.dims[0], features}
	}
	layout, before := s.out.as(im.sizes, axes)
	rows := im.rows(features, layout.axes[len(axes)-1])
	weight := make([]float64, in*out)
	for i := range in {
		for j := range out {
			v := 0.0
			if turned {
				v = values[j*in+i]
			} else {
				v = values[i*out+j]
			}
			weight[rows[i]*out+j] = alpha * v
		}
	}
	units := im.sizes.add(out)
	layout.dims, layout.axes = slices.Clone(layout.dims), slices.Clone(layout.axes)
	layout.dims[len(layout.dims)-1], layout.axes[len(layout.axes)-1] = units, units
	p := &part{kind: "dense", key: w.name, weight: weight, units: units, count: out, column: out, places: 1, name: module(n, w)}
	if p.layer = (&layers.Dense{Units: out, NoBias: true, Init: layers.Constant(0)}); sequence {
		p.layer = &layers.Conv1D{Filters: out, Kernel: 1, NoBias: true, Init: layers.Constant(0)}
	}
	if bias != nil && beta != 0 {
		v, ok := im.perUnit(bias, layout, units)
		if !ok {
			return n.errorf("its bias is of shape %v, and the layer has %d units", bias.dims, out)
		}
		for i := range v {
			v[i] *= beta
		}
		p.shift(v, bias)
	}
	if err := im.placePart(n, s, p, layout, before); err != nil {
		return err
	}
	if sequence {
		im.became(n, "Conv1D with a kernel of 1")
	} else {
		im.became(n, "Dense")
	}
	return nil
}

// withConstant adds or multiplies by a constant: in the layer that the value comes out of, or as the input's scaling.
func (im *importer) withConstant(n *node) error {
	if err := n.only(2, 2); err != nil {
		return err
	}
	a := n.attributes()
	a.read["consumed_inputs"] = true
	if err := a.done(); err != nil {
		return err
	}
	at := 0
	if im.steps[n.in[0]] == nil && im.constants[n.in[0]] != nil {
		at = 1
	}
	s, err := im.value(n, at)
	if err != nil {
		return err
	}
	c := im.constants[n.in[1-at]]
	if c == nil {
		return n.errorf("it takes two values of the network, %.60q and %.60q: only Add, Sum and Concat join values", n.in[0], n.in[1])
	}
	if at == 1 && n.op == "Div" {
		return n.errorf("it divides a constant by a value of the network, which no layer does")
	}
	if s == im.input || s.scales {
		return im.scaleInput(n, s, c, at == 1)
	}
	if s.part == nil || s.users > 1 {
		return n.errorf("it changes a value by a constant where no layer before it can take the constant in: a dense layer, a convolution or a normalisation whose output nothing else takes can")
	}
	v, ok := im.perUnit(c, s.out, s.part.units)
	if !ok {
		return n.errorf("its constant is of shape %v: one number for each unit or channel is read", c.dims)
	}
	for i := range v {
		switch {
		case n.op == "Sub" && at == 0:
			v[i] = -v[i]
		case n.op == "Div":
			v[i] = 1 / v[i]
		}
		if math.IsNaN(v[i]) || math.IsInf(v[i], 0) {
			return n.errorf("its constant has elements that are no finite numbers")
		}
	}
	switch n.op {
	case "Mul", "Div":
		s.part.multiply(v, c)
	default:
		if n.op == "Sub" && at == 1 { // c − x
			minus := make([]float64, len(v))
			for i := range minus {
				minus[i] = -1
			}
			s.part.multiply(minus, &constant{name: "−1"})
		}
		s.part.shift(v, c)
	}
	im.became(n, "a part of the layer before it")
	return im.pass(n, s, s.out)
}

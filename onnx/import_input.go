package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/strictjson"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// inputScaling is factor·(x − mean), bounded, of each of the model's inputs, or of all of them.
type inputScaling struct {
	mean, factor []float64 // one element where they are all alike; nil: none
	bound        float64
	bounded      bool
}

// scaleInput takes what the graph does with the input and a constant for the scaling of examples.
func (im *importer) scaleInput(n *node, s *step, c *constant, swapped bool) error {
	if s.users > 1 || im.scale.bounded || swapped && n.op == "Sub" {
		return n.errorf("it changes the input in another way than by taking off a mean and dividing by a deviation before anything else: leave it out of the graph, and scale examples by trainer.Preparation")
	}
	elements := im.sizes.product(flat(s.out.axes))
	v, ok := im.perUnit(c, s.out, flat(s.out.axes))
	if !ok {
		return n.errorf("its constant is of shape %v, and the input %v: want one number, or one for each element", c.dims, s.out.onnx(im.sizes))
	}
	if elements > 1 && !slices.ContainsFunc(v, func(x float64) bool { return x != v[0] }) {
		v = v[:1]
	}
	if im.scale.mean == nil {
		im.scale.mean, im.scale.factor = []float64{0}, []float64{1}
	}
	n64 := max(len(v), len(im.scale.mean))
	mean, factor := make([]float64, n64), make([]float64, n64)
	for i := range mean {
		x := v[min(i, len(v)-1)]
		m, f := im.scale.mean[min(i, len(im.scale.mean)-1)], im.scale.factor[min(i, len(im.scale.factor)-1)]
		switch n.op {
		case "Sub":
			m += x / f
		case "Add":
			m -= x / f
		case "Mul":
			f *= x
		case "Div":
			f /= x
		}
		if m-m != 0 || f-f != 0 {
			return n.errorf("its constant makes a scaling that is no finite number")
		}
		mean[i], factor[i] = m, f
	}
	im.scale.mean, im.scale.factor = mean, factor
	im.became(n, "the scaling of inputs")
	return im.scaled(n, s)
}

func (im *importer) scaled(n *node, s *step) error {
	out := &step{node: n, inputs: []*step{s}, out: s.out, scales: true}
	return im.place(out, n.out)
}

// clip is a bound on scaled inputs.
func (im *importer) clip(n *node) error {
	s, err := im.data(n, 1, 3)
	if err != nil {
		return err
	}
	a := n.attributes()
	least, most := a.number("min", 0), a.number("max", 0)
	if err := a.done(); err != nil {
		return err
	}
	for i, to := range []*float64{&least, &most} {
		c, err := im.known(n, i+1, "bound")
		if err != nil {
			return err
		}
		if v, ok := c.scalar(); ok {
			*to = decimal(float32(v))
		} else if c != nil {
			return n.errorf("its bound is no number")
		}
	}
	if s != im.input && !s.scales || s.users > 1 || im.scale.bounded || !(most > 0) || least != -most {
		return n.errorf("no layer bounds values: only a bound ±b on the input is read, as a part of its scaling")
	}
	if im.scale.mean == nil {
		im.scale.mean, im.scale.factor = []float64{0}, []float64{1}
	}
	im.scale.bound, im.scale.bounded = most, true
	im.became(n, "the bound of inputs")
	return im.scaled(n, s)
}

// own reports whether the file is of this package's Save.
func (im *importer) own() bool { return im.file.ProducerName == producer }

// What Save calls itself, and outputs.
const (
	producer           = "gokfac"
	savedValues        = "values"
	savedDeviations    = "deviations"
	savedProbabilities = "probabilities"
)

// ownOutput takes what Save puts behind the network off: the scaling of targets, and the two outputs of a Gaussian.
func (im *importer) ownOutput() error {
	if !im.own() || im.cfg.Output != "" && im.cfg.Output != savedValues && im.cfg.Output != savedProbabilities {
		return nil
	}
	for _, s := range []struct {
		op, name string
		to       *[]float64
	}{{"Add", "target.mean", &im.targets.Mean}, {"Mul", "target.std", &im.targets.Deviation}} {
		n := im.producers[im.output]
		if n == nil || n.op != s.op || len(n.in) != 2 || n.in[1] != s.name || im.constants[s.name] == nil {
			continue
		}
		v, err := im.constants[s.name].values()
		if err != nil {
			return err
		}
		*s.to = v
		im.output = n.in[0]
		im.afterwards = append(im.afterwards, n)
	}
	switch n := max(len(im.targets.Mean), len(im.targets.Deviation)); {
	case n == 0:
	case im.targets.Mean == nil:
		im.targets.Mean = make([]float64, n)
	case im.targets.Deviation == nil:
		im.targets.Deviation = slices.Repeat([]float64{1}, n)
	}
	if n := im.producers[im.output]; n != nil && n.op == "Split" && len(n.in) > 0 && slices.ContainsFunc(im.file.Graph.Outputs, func(v *valueInfo) bool { return v.Name == savedDeviations }) {
		im.output = n.in[0]
		im.afterwards = append(im.afterwards, n)
		if im.cfg.Loss == nil {
			im.cfg.Loss = losses.DiagonalGaussian{}
		}
	}
	return nil
}

// filler reports whether a tensor of Save's, with these elements, stands for a parameter that a layer does not have. The
// name alone does not say so: a layer may be called zeros_1.
func (im *importer) filler(c *constant, elements []float64, name string) bool {
	value := map[string]float64{"ones": 1}[name]
	return im.own() && (c.name == name || strings.HasPrefix(c.name, name+"_")) &&
		!slices.ContainsFunc(elements, func(x float64) bool { return x != value })
}

// preparation is the scaling of inputs, and what Save wrote beside the graph.
func (im *importer) preparation() (trainer.Preparation, error) {
	p := trainer.Preparation{Targets: im.targets}
	if s := im.scale; s.mean != nil {
		p.Inputs = scaling.Scaling{Mean: s.mean, Deviation: make([]float64, len(s.factor)), Bound: s.bound}
		for i, f := range s.factor {
			if f != 0 { // a column of a constant has a deviation of 0
				p.Inputs.Deviation[i] = 1 / f
			}
		}
	}
	if !im.own() {
		return p, nil
	}
	for _, e := range im.file.Metadata {
		to := map[string]*[]string{"features": &p.Features, "classes": &p.Classes, "values": &p.Values}[e.Key]
		if to == nil {
			continue
		}
		if *to != nil {
			return p, fmt.Errorf("metadata %q are there twice", e.Key)
		}
		if err := strictjson.Decode([]byte(e.Value), to); err != nil {
			return p, fmt.Errorf("metadata %q: %w", e.Key, err)
		}
		if len(*to) > mostInput {
			return p, errors.New("too many names")
		}
	}
	return p, nil
}

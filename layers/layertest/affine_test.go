package layertest_test

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// affine is a layer of a user's own, s = xW + b with N×in inputs and W in×out. It is right, unless it has a fault.
type affine struct {
	Units int
	Name  string
	Shift float64 // added to every output
	fault string

	weight, bias, hidden *graph.Param
	n                    int // of the first graph
}

func (l *affine) Params() []*graph.Param {
	if l.weight == nil {
		return nil
	}
	return []*graph.Param{l.weight, l.bias}
}

func (l *affine) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if x.Shape().Dims() != 2 && l.fault != "ranks unchecked" {
		return nil, fmt.Errorf("affine: input of shape %v: want a matrix N×in", x.Shape())
	}
	if err := l.create(b, x.Shape()[1]); err != nil {
		return nil, err
	}
	if in := l.weight.Value.Shape()[0]; in != x.Shape()[1] && l.fault != "size unchecked" || l.weight.Value.Dtype() != b.DType {
		return nil, fmt.Errorf("affine: input of shape %v (%v): the weight is of shape %v", x.Shape(), b.DType, l.weight.Value.Shape())
	}
	s, err := l.apply(b, x, b.Param(l.weight), b.Param(l.bias))
	if err != nil {
		return nil, err
	}
	return l.declare(b, x, s)
}

// create makes the parameters at the first Build.
func (l *affine) create(b *graph.Builder, in int) (err error) {
	if l.weight != nil && l.fault == "initialised in each Build" {
		l.initialise(b)
	}
	if l.weight != nil && l.fault != "parameters of each Build" {
		return nil
	}
	l.n = b.Batch
	name := l.Name
	switch {
	case l.fault == "one name for all":
		name = "affine"
	case name == "":
		name = b.UniqueName("affine")
		l.Name = name
	}
	make := b.NewParam
	if l.fault == "limits ignored" {
		make = func(name string, shape ...int) (*graph.Param, error) {
			return graph.NewParam(name, b.DType, shape...), nil
		}
	}
	if l.weight, err = make(name+".weight", in, l.Units); err != nil {
		return err
	}
	second := name + ".bias"
	if l.fault == "one name for two" {
		second = name + ".weight"
	}
	if l.bias, err = make(second, l.Units); err != nil {
		return err
	}
	if l.fault == "a parameter that is not listed" {
		l.hidden = graph.NewParam(name+".hidden", b.DType, l.Units)
		for i := range l.Units {
			set(l.hidden.Value, i, b.Streams.Init.NormFloat64())
		}
	}
	l.initialise(b)
	return nil
}

func (l *affine) initialise(b *graph.Builder) {
	for i := range l.weight.Size() {
		set(l.weight.Value, i, b.Streams.Init.NormFloat64())
	}
}

func set(t *tensor.Dense, i int, v float64) {
	if t.Dtype() == graph.Float32 {
		t.Float32s()[i] = float32(v)
	} else {
		t.Float64s()[i] = v
	}
}

// declare is the tap.
func (l *affine) declare(b *graph.Builder, x, s *graph.Node) (y *graph.Node, err error) {
	a, o, y := x, s, s
	switch l.fault {
	case "no tap":
		return s, nil
	case "tap N times too large":
		a, err = times(b, x, float64(b.Batch))
	case "tap of another input":
		a, err = elementwise(b, "mine-square", x, func(v float64) float64 { return v * v }, nil)
	case "tap of a copy":
		o, err = b.Snapshot(s)
	case "divides by the batch":
		y, err = times(b, s, 1/float64(b.Batch))
	case "tap behind the activation":
		y, err = tanh(b, s)
		o = y
	case "tap of rows in another order":
		a, err = reversed(b, x)
	case "tap without the bias":
		b.Tap(l.Name, x, s, l.weight, nil)
		return s, nil
	case "tap transposed":
		var flat *graph.Node
		if flat, err = product(b, x, true, s, false); err == nil {
			b.Tap(l.Name, flat, s, l.weight, l.bias)
		}
		return s, err
	case "weight used twice":
		var more *graph.Node
		if more, err = l.apply(b, x, b.Param(l.weight), b.Param(l.bias)); err == nil {
			y, err = b.Sum(s, more)
		}
	}
	if err != nil {
		return nil, err
	}
	b.Tap(l.Name, a, o, l.weight, l.bias)
	return y, nil
}

// reversed are the rows of x, the last one first.
func reversed(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	n, cols := x.Shape()[0], x.Shape()[1]
	return b.Apply(both(graph.Op{Name: "mine-reversed", Shape: x.Shape().Clone()}, func(out []float64, in [][]float64) {
		for r := range n {
			copy(out[r*cols:][:cols], in[0][(n-1-r)*cols:])
		}
	}), x)
}

func tanh(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return elementwise(b, "mine-tanh", x, math.Tanh, func(b *graph.Builder, x, d *graph.Node) (*graph.Node, error) {
		y, err := tanh(b, x)
		if err != nil {
			return nil, err
		}
		square, err := multiplied(b, y, y)
		if err != nil {
			return nil, err
		}
		less, err := multiplied(b, square, d)
		if err != nil {
			return nil, err
		}
		if less, err = times(b, less, -1); err != nil {
			return nil, err
		}
		return b.Sum(d, less)
	})
}

// apply adds the op.
func (l *affine) apply(b *graph.Builder, x, weight, bias *graph.Node) (*graph.Node, error) {
	n, in, out := x.Shape()[0], x.Shape()[1], weight.Shape()[1]
	op := both(graph.Op{Name: "mine-affine", Shape: tensor.Shape{n, out}, Diff: l.diff, Tangent: l.tangent}, func(y []float64, args [][]float64) {
		x, w, c := args[0], args[1], args[2]
		rows := n
		if l.fault == "batch size of the first graph" {
			rows = min(n, l.n)
		}
		for r := range rows {
			for j := range out {
				sum := c[j] + l.Shift
				for i := range in {
					sum += x[r*in+i] * w[i*out+j]
				}
				y[r*out+j] = sum
			}
		}
		switch l.fault {
		case "single precision in both":
			for i, v := range y {
				y[i] = float64(float32(v))
			}
		case "last of many examples":
			if n > 16 {
				clear(y[(n-1)*out:])
			}
		case "writes to its input":
			x[0] *= 2
		case "writes to its weight":
			w[1] += 1e-3
		case "a quotient of zeros":
			y[0] *= x[0] / x[0]
		case "not finite":
			y[0] = math.Log(-1)
		case "a parameter that is not listed":
			for i := range y {
				y[i] += value(l.hidden.Value, i%out)
			}
		}
	})
	switch l.fault {
	case "float32 is another function":
		exact := op.F32
		op.F32 = func(y []float32, args [][]float32) {
			exact(y, args)
			y[len(y)-1] *= 1.001
		}
	case "allocates":
		exact := op.F32
		op.F32 = func(y []float32, args [][]float32) {
			kept = append([]float32{}, y...)
			exact(y, args)
		}
	case "no tangent":
		op.Tangent = nil
	}
	return b.Apply(op, x, weight, bias)
}

var kept []float32 // keeps memory from the stack

func value(t *tensor.Dense, i int) float64 {
	if t.Dtype() == graph.Float32 {
		return float64(t.Float32s()[i])
	}
	return t.Float64s()[i]
}

// diff: dx = g·Wᵀ, dW = xᵀ·g, db = Σ g.
func (l *affine) diff(d *graph.Diff) (grads []*graph.Node, err error) {
	grads = make([]*graph.Node, 3)
	if grads[0], err = product(d.Builder, d.Grad, false, d.In[1], true); err != nil {
		return nil, err
	}
	if grads[1], err = product(d.Builder, d.In[0], true, d.Grad, false); err != nil {
		return nil, err
	}
	if grads[2], err = sums(d.Builder, d.Grad, 1); err != nil {
		return nil, err
	}
	switch l.fault {
	case "gradient twice":
		grads[1], err = times(d.Builder, grads[1], 2)
	case "gradient of the wrong sign":
		grads[0], err = times(d.Builder, grads[0], -1)
	case "gradient beside the input's alone":
		if !d.Need[0] {
			grads[1], err = times(d.Builder, grads[1], 2)
		}
	case "gradient of a mean":
		grads[1], err = times(d.Builder, grads[1], 1/float64(d.Batch))
	case "gradient transposed":
		if grads[1], err = product(d.Builder, d.Grad, true, d.In[0], false); err == nil {
			grads[1], err = d.Reshape(grads[1], d.In[1].Shape()...)
		}
	case "gradient of the bias forgotten":
		grads[2] = nil
	case "gradient adds up":
		grads[1], err = adding(d.Builder, d.In[0], d.Grad)
	case "gradient of many examples":
		if d.Batch > 16 {
			grads[1], err = times(d.Builder, grads[1], 2)
		}
	case "gradient of the first example":
		grads[0], err = firstRow(d.Builder, grads[0])
	}
	return grads, err
}

// firstRow is x in its first row, and zero elsewhere.
func firstRow(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	cols := x.Shape()[1]
	return b.Apply(both(graph.Op{Name: "mine-first-row", Shape: x.Shape().Clone(),
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return firstRow(t.Builder, t.Dot[0]) },
	}, func(out []float64, in [][]float64) {
		clear(out)
		copy(out[:cols], in[0])
	}), x)
}

// adding is xᵀ·g, added to what the last run left.
func adding(b *graph.Builder, x, g *graph.Node) (*graph.Node, error) {
	n, in, out := x.Shape()[0], x.Shape()[1], g.Shape()[1]
	return b.Apply(both(graph.Op{Name: "mine-adding", Shape: tensor.Shape{in, out}, Tangent: graph.Bilinear(adding)}, func(w []float64, args [][]float64) {
		for r := range n {
			for i := range in {
				for j := range out {
					w[i*out+j] += args[0][r*in+i] * args[1][r*out+j]
				}
			}
		}
	}), x, g)
}

// tangent: s' = x'W + xW' + b'.
func (l *affine) tangent(t *graph.Tangent) (*graph.Node, error) {
	var terms [3]*graph.Node
	var err error
	if t.Dot[0] != nil && l.fault != "tangent without a term" {
		if terms[0], err = product(t.Builder, t.Dot[0], false, t.In[1], false); err != nil {
			return nil, err
		}
	}
	if t.Dot[1] != nil {
		if terms[1], err = product(t.Builder, t.In[0], false, t.Dot[1], false); err != nil {
			return nil, err
		}
	}
	if t.Dot[2] != nil {
		if terms[2], err = repeated(t.Builder, t.Dot[2], t.Out.Shape()[0]); err != nil {
			return nil, err
		}
	}
	return t.Total(terms[:]...)
}

// affineSettings are those of a file.
type affineSettings struct {
	Name  string  `json:"name"`
	Units int     `json:"units"`
	Shift float64 `json:"shift"`
}

// affineKind describes an affine to files, all of it unless it has a fault.
func affineKind(fault string) layers.Kind {
	return layers.NewKind("affine",
		func(l *affine) affineSettings {
			if fault == "setting not saved" {
				return affineSettings{Name: l.Name, Units: l.Units}
			}
			if fault == "name not saved" {
				return affineSettings{Units: l.Units, Shift: l.Shift}
			}
			return affineSettings{l.Name, l.Units, l.Shift}
		},
		func(s affineSettings) (*affine, error) {
			return &affine{Units: s.Units, Name: s.Name, Shift: s.Shift, fault: fault}, nil
		})
}

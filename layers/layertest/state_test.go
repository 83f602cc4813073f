package layertest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// noise multiplies by numbers that it draws in training. It is right, unless it has a fault.
type noise struct{ fault string }

func (*noise) Params() []*graph.Param { return nil }

func (l *noise) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if !b.Train && l.fault != "draws in evaluation" {
		return x, nil
	}
	var mask []float64
	var draw uint64
	normal := b.Streams.Dropout.NormFloat64
	if l.fault == "random numbers of its own" {
		normal = rand.NormFloat64
	}
	draws := b.DrawsOf(graph.Masks)
	redraw := func() {
		if l.fault == "one generator for all examples" {
			for i, r := 0, draws.Example(0); i < len(mask); i++ {
				mask[i] = 1 + r.NormFloat64()/4
			}
			return
		}
		for i := range mask {
			mask[i] = 1 + normal()/4
		}
	}
	if l.fault == "draws in Build" {
		mask = make([]float64, x.Shape().TotalSize())
		redraw()
	}
	m, err := b.Apply(both(graph.Op{Name: "mine-mask", Shape: slices.Clone(x.Shape()), Const: true}, func(out []float64, _ [][]float64) {
		switch {
		case mask == nil:
			mask = make([]float64, len(out))
			redraw()
		case l.fault == "draws in Build" || l.fault == "draws once":
		case draw != b.Draw() || l.fault == "draws in each pass":
			redraw()
		}
		draw = b.Draw()
		copy(out, mask)
	}), x)
	if err != nil {
		return nil, err
	}
	return multiplied(b, x, m)
}

// keeping is x in training mode, and x less the first value that it has seen there in evaluation mode.
type keeping struct{ seen float64 }

func (*keeping) Params() []*graph.Param { return nil }

func (l *keeping) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(both(graph.Op{
		Name: "mine-keeping", Shape: slices.Clone(x.Shape()),
		Diff:    func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil },
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return t.Dot[0], nil },
	}, func(out []float64, in [][]float64) {
		copy(out, in[0])
		if b.Train {
			l.seen = in[0][0]
			return
		}
		for i := range out {
			out[i] -= l.seen
		}
	}), x)
}

// rectified is max(0, x), which leaves its output where x is negative.
type rectified struct{}

func (rectified) Params() []*graph.Param { return nil }

func (rectified) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(both(graph.Op{Name: "mine-rectified", Shape: slices.Clone(x.Shape()),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := where(d.Builder, d.In[0], d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return where(t.Builder, t.In[0], t.Dot[0]) },
	}, func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			if v > 0 {
				out[i] = v
			}
		}
	}), x)
}

// where is d where x is positive.
func where(b *graph.Builder, x, d *graph.Node) (*graph.Node, error) {
	return b.Apply(both(graph.Op{Name: "mine-where", Shape: slices.Clone(x.Shape()), Tangent: func(t *graph.Tangent) (*graph.Node, error) {
		if t.Dot[1] == nil {
			return nil, nil
		}
		return where(t.Builder, t.In[0], t.Dot[1])
	}}, func(out []float64, in [][]float64) {
		for i, v := range in[1] {
			out[i] = 0
			if in[0][i] > 0 {
				out[i] = v
			}
		}
	}), x, d)
}

// bent is x³. Its second derivative is wrong where it has the fault.
type bent struct{ fault string }

func (bent) Params() []*graph.Param { return nil }

func (l bent) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return elementwise(b, "mine-cube", x, func(v float64) float64 { return v * v * v }, l.slope)
}

// slope is 3x²·d.
func (l bent) slope(b *graph.Builder, x, d *graph.Node) (*graph.Node, error) {
	op := graph.Op{Name: "mine-cube-slope", Shape: slices.Clone(x.Shape()), Tangent: func(t *graph.Tangent) (*graph.Node, error) {
		var bend, slope *graph.Node
		var err error
		if t.Dot[0] != nil {
			both, err := multiplied(t.Builder, t.In[0], t.In[1])
			if err != nil {
				return nil, err
			}
			if bend, err = multiplied(t.Builder, both, t.Dot[0]); err != nil {
				return nil, err
			}
			factor := 6.0
			if l.fault == "second derivative" {
				factor = 3
			}
			if bend, err = times(t.Builder, bend, factor); err != nil {
				return nil, err
			}
		}
		if t.Dot[1] != nil {
			if slope, err = l.slope(t.Builder, t.In[0], t.Dot[1]); err != nil {
				return nil, err
			}
		}
		return t.Total(bend, slope)
	}}
	if l.fault == "no second derivative" {
		op.Tangent = nil
	}
	return b.Apply(both(op, func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = 3 * v * v * in[1][i]
		}
	}), x, d)
}

// remembering is x², with a gradient that reads what the forward op keeps once the rule was asked for.
type remembering struct{}

func (remembering) Params() []*graph.Param { return nil }

func (remembering) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	kept := make([]float64, x.Shape().TotalSize())
	keep := false
	slope := func(b *graph.Builder, y, d *graph.Node) (*graph.Node, error) {
		keep = true
		return b.Apply(both(graph.Op{Name: "mine-remembered", Shape: slices.Clone(x.Shape())}, func(out []float64, in [][]float64) {
			for i, v := range in[1] {
				out[i] = 2 * kept[i] * v
			}
		}), y, d)
	}
	return b.Apply(both(graph.Op{Name: "mine-remembering", Shape: slices.Clone(x.Shape()),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := slope(d.Builder, d.Out, d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return slope(t.Builder, t.Out, t.Dot[0]) },
	}, func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = v * v
		}
		if keep {
			copy(kept, in[0])
		}
	}), x)
}

// centred subtracts in evaluation the running mean that it takes in training. It is right, unless it has a fault.
type centred struct {
	fault string
	mean  *graph.Buffer
}

func (*centred) Params() []*graph.Param { return nil }

func (l *centred) Buffers() []*graph.Buffer {
	if l.mean == nil || l.fault == "a buffer that is not listed" {
		return nil
	}
	return []*graph.Buffer{l.mean}
}

func (l *centred) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if l.mean == nil {
		l.mean = graph.NewBuffer(b.UniqueName("centred")+".running_mean", b.DType, x.Shape().TotalSize()/b.Batch)
	}
	if size := x.Shape().TotalSize() / b.Batch; l.mean.Value.DataSize() != size || l.mean.Value.Dtype() != b.DType {
		return nil, fmt.Errorf("centred: %d elements of an example: the running mean is of %d", size, l.mean.Value.DataSize())
	}
	memory := l.mean.Value
	old := make([]float64, memory.DataSize())
	next := func(old, x []float64, i int) float64 {
		sum := 0.0
		for r := range b.Batch {
			sum += x[r*len(old)+i]
		}
		return 0.9*old[i] + 0.1*sum/float64(b.Batch)
	}
	writes := b.Train && l.fault == "state written by each pass" || !b.Train && l.fault == "state written in evaluation"
	if b.Train && !writes && l.fault != "state never updated" {
		n, err := b.Apply(both(graph.Op{Name: "mine-running", Shape: memory.Shape().Clone(), Const: true}, func(out []float64, in [][]float64) {
			for i := range out {
				out[i] = next(in[0], in[1], i)
			}
		}), b.Buffer(l.mean), x)
		if err != nil {
			return nil, err
		}
		if err := b.Update(l.mean, n); err != nil {
			return nil, err
		}
	}
	used := !b.Train || l.fault == "state used in training"
	return l.subtract(b, x, b.Buffer(l.mean), used, func(x []float64) {
		if !writes {
			return
		}
		for i := range old {
			old[i] = value(memory, i)
		}
		for i := range old {
			set(memory, i, next(old, x, i))
		}
	})
}

// subtract is x − m for every example, if used, and calls before first.
func (l *centred) subtract(b *graph.Builder, x, m *graph.Node, used bool, before func(x []float64)) (*graph.Node, error) {
	in := []*graph.Node{x}
	if used {
		in = append(in, m)
	}
	mean := l.mean.Value
	return b.Apply(both(graph.Op{Name: "mine-centred", Shape: tensor.Shape(slices.Clone(x.Shape())),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			return append([]*graph.Node{d.Grad}, make([]*graph.Node, len(in)-1)...), nil
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return t.Dot[0], nil },
	}, func(out []float64, in [][]float64) {
		before(in[0])
		for i, v := range in[0] {
			if out[i] = v; used {
				out[i] -= value(mean, i%mean.DataSize())
			}
		}
	}), in...)
}

// coupled subtracts the mean of the mini-batch in training.
type coupled struct{}

func (coupled) Params() []*graph.Param { return nil }

func (l coupled) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if !b.Train {
		return x, nil
	}
	return b.Apply(both(graph.Op{Name: "mine-coupled", Shape: slices.Clone(x.Shape()),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := l.Build(d.Builder, d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return l.Build(t.Builder, t.Dot[0]) },
	}, func(out []float64, in [][]float64) {
		size := len(out) / b.Batch
		for i, v := range in[0] {
			mean := 0.0
			for r := range b.Batch {
				mean += in[0][r*size+i%size] / float64(b.Batch)
			}
			out[i] = v - mean
		}
	}), x)
}

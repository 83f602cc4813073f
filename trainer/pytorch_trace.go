package trainer

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// tracer follows the arrangement of an example through a network, by the summary's rows.
type tracer struct {
	rows   []graph.LayerInfo // that are left
	orders map[*tensor.Dense][]int
	seen   map[*tensor.Dense]bool
	err    error // the first
}

// featureOrders finds for the weights of features which feature here is each of those in PyTorch, where it is another.
// The error is of a layer where that is not known.
func (m *Model) featureOrders() (map[*tensor.Dense][]int, error) {
	t := &tracer{rows: m.rows, orders: map[*tensor.Dense][]int{}, seen: map[*tensor.Dense]bool{}}
	in := arrangement{shape: m.cfg.Input, axes: ofInput}
	if len(in.shape) == 1 {
		in.axes = sameAxes
	}
	if s, ok := m.net.(layers.Sequential); ok {
		t.part(s, in)
	} else { // a network has no row itself
		t.layer(m.net, in, m.outputs[1:], fmt.Sprint(m.net), 0)
	}
	return t.orders, t.err
}

// part follows a layer with a row, or a sequence of them.
func (t *tracer) part(l layers.Layer, in arrangement) arrangement {
	if s, ok := l.(layers.Sequential); ok {
		for _, l := range s {
			in = t.part(l, in)
		}
		return in
	}
	if len(t.rows) == 0 {
		return in.unclear(in.shape, "a layer without a row in the summary is before it")
	}
	row := t.rows[0]
	t.rows = t.rows[1:]
	return t.layer(l, in, row.Output[1:], row.Name, row.Depth+1)
}

// layer follows a layer whose output is of shape out. Rows of layers within it are of a depth, or deeper.
func (t *tracer) layer(l layers.Layer, in arrangement, out []int, name string, depth int) arrangement {
	params := l.Params()
	switch l := l.(type) {
	case *layers.Residual:
		body, short := t.part(l.Body, in), in
		if l.Shortcut != nil {
			short = t.part(l.Shortcut, in)
		}
		return joined(out, []arrangement{body, short}, true)
	case *layers.Parallel:
		var parts []arrangement
		for _, branch := range l.Branches {
			parts = append(parts, t.part(branch, in))
		}
		return joined(out, parts, l.Join == layers.Sum)
	case *layers.Activation, *layers.Dropout, *layers.Dropout2D:
		return in
	case *layers.Flatten:
		return in.flatten(out)
	case *layers.Reshape:
		return in.reshape(out)
	case *layers.Permute:
		return in.permute(out, l.Axes)
	case *layers.MaxPool2D, *layers.AvgPool2D, *layers.GlobalAvgPool:
		in = in.images()
		if in.axes == reshaped && !in.alike() {
			return in.unclear(out, "pooling of what a Reshape made is before it")
		}
		return in.with(out)
	case *layers.Conv2D, *layers.Conv1D, *layers.ConvTranspose2D:
		t.check(in, name, in.axes == reshaped && !in.alike() || in.order != nil)
		return arrangement{shape: out, axes: channelsFirst}
	case *layers.Dense:
		t.check(in, name, false)
		t.order(params[:1], in, name)
		return arrangement{shape: out}
	case *layers.BatchNorm:
		t.norm(l, in, name)
		return t.normalized(in)
	case *layers.GroupNorm:
		t.norm(l, in, name)
		if in.order != nil && l.Groups > 1 {
			t.fail(fmt.Errorf("%s is of other groups in PyTorch: there, the channels of images come first in their features", name))
		}
		return t.normalized(in)
	case *layers.LayerNorm:
		t.norm(l, in, name)
		return in.images()
	case *layers.Embedding, *layers.Recurrent:
		t.check(in, name, in.order != nil)
		return arrangement{shape: out}
	}
	return t.unknown(l, in, out, name, depth)
}

// unknown follows a layer of another package. Without parameters it is taken for an activation, or a pool, or for a
// Flatten where it makes features of images.
func (t *tracer) unknown(l layers.Layer, in arrangement, out []int, name string, depth int) arrangement {
	flat := false
	for len(t.rows) > 0 && t.rows[0].Depth >= depth {
		flat = flat || len(t.rows[0].Output) == 2
		t.rows = t.rows[1:]
	}
	in = in.images()
	if len(out) == 1 && len(l.Params()) == 0 && tensor.Shape(in.shape).TotalSize() == out[0] {
		return in.flatten(out)
	}
	if (len(out) == 1 || flat) && (in.axes == channelsFirst && !in.alike() || in.order != nil) {
		if len(in.shape) == 1 && len(l.Params()) == 1 && l.Params()[0].Value.Dims() == 2 {
			t.order(l.Params(), in, name)
		} else {
			t.fail(fmt.Errorf("%s is a layer of your own: in which order PyTorch's takes the elements of images is not known", name))
		}
	}
	t.check(in, name, false)
	if len(out) == 3 {
		return arrangement{shape: out, axes: channelsFirst}
	}
	return arrangement{shape: out}
}

// norm is of one parameter for each element of the last axis.
func (t *tracer) norm(l layers.Layer, in arrangement, name string) {
	t.check(in, name, in.axes == reshaped && !in.alike())
	t.order(l.Params(), in, name)
	if s, ok := l.(layers.Stateful); ok {
		for _, b := range s.Buffers() {
			t.setOrder(b.Value, in, name)
		}
	}
}

// normalized is what a normalisation of channels over places makes: of an input of two axes, PyTorch's is channels×places.
func (t *tracer) normalized(in arrangement) arrangement {
	if in.axes == ofInput {
		in.axes = channelsFirst
	}
	return in
}

// check refuses a layer whose input is unclear, or else is none for it.
func (t *tracer) check(in arrangement, name string, or bool) {
	if in.order != nil && or {
		in.why = "PyTorch has the elements of the features before it in another order"
	}
	if in.axes == unclear || or {
		t.fail(in.refusal(name))
	}
}

func (t *tracer) order(params []*graph.Param, in arrangement, name string) {
	for _, p := range params {
		t.setOrder(p.Value, in, name)
	}
}

func (t *tracer) setOrder(v *tensor.Dense, in arrangement, name string) {
	if t.seen[v] && !slices.Equal(t.orders[v], in.order) {
		t.fail(fmt.Errorf("%s is used twice, for features that PyTorch has in different orders", name))
	}
	t.seen[v] = true
	if in.order != nil {
		t.orders[v] = in.order
	}
}

func (t *tracer) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

package adopt

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// network is the user's graph from its inputs to the outputs, as a layer.
type network struct {
	g     *Graph
	built bool
}

var _ layers.Layer = (*network)(nil)

func (w *network) String() string { return "gorgonia graph" }

// Params lists the parameters, in the order of the user's learnables.
func (w *network) Params() []*graph.Param {
	if !w.built {
		return nil
	}
	var ps []*graph.Param
	for _, l := range w.g.learnables {
		ps = append(ps, l.param)
	}
	return ps
}

// Build adds the outputs for the examples x, N×C: of several heads side by side.
func (w *network) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	g := w.g
	t := &translation{Builder: b, examples: g.examples, made: map[*node]*graph.Node{}, taps: true,
		param: func(l *learnable) (*graph.Node, error) { return b.Param(l.param), nil }}
	var err error
	if t.made[g.x], err = t.reshaped(x, t.dims(g.x)...); err != nil {
		return nil, err
	}
	for _, n := range g.others {
		v, err := g.memory(n, b.Batch)
		if err != nil {
			return nil, err
		}
		if t.made[n], err = b.InputOf(n.Name(), v); err != nil {
			return nil, err
		}
	}
	parts := make([]*graph.Node, len(g.heads))
	units := 0
	for i, h := range g.heads {
		var err error
		if parts[i], err = t.outputs(h); err != nil {
			return nil, err
		}
		units += h.units
	}
	for _, a := range g.maps {
		ps := []*graph.Param{a.weight.param}
		if a.bias != nil {
			ps = append(ps, a.bias.param)
		}
		b.Layers = append(b.Layers, graph.LayerInfo{Name: a.weight.param.Name, Input: tensor.Shape{b.Batch * a.rows, a.in},
			Output: tensor.Shape{b.Batch * a.rows, a.out}, Params: ps})
	}
	for _, l := range g.learnables {
		if l.tap == nil {
			b.Layers = append(b.Layers, graph.LayerInfo{Name: l.param.Name, Input: x.Shape(), Output: l.param.Value.Shape(), Params: []*graph.Param{l.param}})
		}
	}
	z, err := beside(b, parts, units)
	if err != nil {
		return nil, err
	}
	start := 0
	for _, h := range g.heads {
		if err := t.feed(h, z, start); err != nil {
			return nil, err
		}
		start += h.units
	}
	w.built, g.last = true, t
	return z, nil
}

// beside adds N×C_i matrices side by side.
func beside(b *graph.Builder, parts []*graph.Node, units int) (*graph.Node, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	dims := []int{b.Batch, units}
	terms := make([]*graph.Node, len(parts))
	start := 0
	for i, p := range parts {
		var err error
		if terms[i], err = (move{large: p.Shape(), stride: strides(dims), offset: start, small: dims}).scatter(b, p); err != nil {
			return nil, err
		}
		start += p.Shape()[1]
	}
	return b.Total(terms...)
}

// distribution joins the heads'.
func (g *Graph) distribution() (losses.Loss, error) {
	if len(g.heads) == 1 {
		return g.heads[0].loss, nil
	}
	return nil, fmt.Errorf("adopt: %d outputs: not there yet", len(g.heads))
}

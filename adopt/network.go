package adopt

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
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
	for i, h := range g.heads {
		if parts[i], err = t.outputs(h); err != nil {
			return nil, err
		}
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
	z := parts[0]
	if len(parts) > 1 {
		if z, err = columns.Concat(b, parts); err != nil {
			return nil, err
		}
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

// units is the number of columns of all outputs.
func (g *Graph) units() (n int) {
	for _, h := range g.heads {
		n += h.units
	}
	return n
}

// distribution is that of the outputs: of several heads a losses.Joint.
func (g *Graph) distribution() (losses.Loss, error) {
	if len(g.heads) == 1 {
		return g.heads[0].loss, nil
	}
	joint := &losses.Joint{}
	for _, h := range g.heads {
		joint.Heads = append(joint.Heads, losses.Head{Loss: h.loss, Units: h.units})
	}
	_, err := joint.TargetShape(tensor.Shape{g.examples, g.units()})
	return joint, err
}

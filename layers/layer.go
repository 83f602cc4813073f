package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Layer is a piece of a network.
type Layer interface {
	// Build adds the layer to the graph and returns its output.
	Build(b *graph.Builder, x *graph.Node) (*graph.Node, error)
	// Params lists the layer's parameters: none before the first Build.
	Params() []*graph.Param
}

// Sequential feeds each layer's output to the next.
type Sequential []Layer

var _ Layer = Sequential(nil)

// Build adds the layers in order, and a summary row for each.
func (s Sequential) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	for i, l := range s {
		if l == nil {
			return nil, fmt.Errorf("layers: layer %d of the sequence is nil", i)
		}
		y, err := l.Build(b, x)
		if err != nil {
			return nil, err
		}
		if _, nested := l.(Sequential); !nested {
			b.Layers = append(b.Layers, graph.LayerInfo{Name: nameOf(l), Output: y.Shape().Clone(), Params: l.Params()})
		}
		x = y
	}
	return x, nil
}

// Params lists the parameters of all the layers, in order, each once.
func (s Sequential) Params() []*graph.Param {
	var ps []*graph.Param
	seen := map[*graph.Param]bool{}
	for _, l := range s {
		if l == nil { // Build's error
			continue
		}
		for _, p := range l.Params() {
			if !seen[p] {
				seen[p] = true
				ps = append(ps, p)
			}
		}
	}
	return ps
}

func nameOf(l Layer) string {
	if s, ok := l.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", l)
}

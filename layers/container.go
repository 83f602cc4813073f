package layers

import (
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// buildRow builds l and adds its summary row. The row of a layer that holds others
// stands before theirs, which are one deeper, and has the parameters that none of theirs
// has. A Sequential has no row, only its layers have.
func buildRow(b *graph.Builder, l Layer, x *graph.Node) (*graph.Node, error) {
	first := len(b.Layers)
	y, err := l.Build(b, x)
	if err != nil {
		return nil, err
	}
	if _, nested := l.(Sequential); nested {
		return y, nil
	}
	within := b.Layers[first:]
	own := slices.DeleteFunc(slices.Clone(l.Params()), func(p *graph.Param) bool {
		return slices.ContainsFunc(within, func(row graph.LayerInfo) bool { return slices.Contains(row.Params, p) })
	})
	for i := range within {
		within[i].Depth++
	}
	b.Layers = slices.Insert(b.Layers, first, graph.LayerInfo{Name: nameOf(l), Input: x.Shape().Clone(), Output: y.Shape().Clone(), Params: own})
	return y, nil
}

// buildPart builds a part of a container, and begins the names of its rows with the
// part's name, if it has one.
func buildPart(b *graph.Builder, part string, l Layer, x *graph.Node) (*graph.Node, error) {
	first := len(b.Layers)
	y, err := buildRow(b, l, x)
	if err != nil || part == "" {
		return y, err
	}
	for i := range b.Layers[first:] {
		if row := &b.Layers[first+i]; row.Depth == 0 {
			row.Name = part + ": " + row.Name
		}
	}
	return y, nil
}

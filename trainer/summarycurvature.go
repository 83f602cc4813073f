package trainer

import (
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blockform"
)

// curvature says by which blocks package kfac approximates the Fisher matrix of a layer's
// parameters by default.
func (m *Model) curvature(params []*graph.Param) string {
	loose := graph.LooseParams(m.learned, m.taps)
	var forms []string
	for _, p := range params {
		if slices.Contains(loose, p) {
			forms = append(forms, blockform.Diagonal)
		}
		for _, t := range m.taps {
			if t.Weight == p && !p.Group.Frozen && !slices.Contains(loose, p) {
				forms = append(forms, formOf(t, t.Bias != nil && !t.Bias.Group.Frozen && !slices.Contains(loose, t.Bias)))
			}
		}
	}
	return blockform.Joined(forms)
}

// formOf is the block of a tap, in words.
func formOf(t *graph.Tap, bias bool) string {
	shape := t.Weight.Value.Shape()
	switch t.Kind {
	case graph.Affine:
		groups := max(t.Groups, 1)
		in := shape[0] / groups
		if bias {
			in++
		}
		return blockform.Grouped(groups, blockform.Over(blockform.Factors(in, shape[1]), "expand", t.Locations()))
	case graph.Embedding:
		return blockform.Table(shape[0], shape[1])
	case graph.Scale, graph.Shift:
		return blockform.Own(t.Weight.Size(), bias)
	}
	return blockform.Registered(t.Kind)
}

package trainer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/graph"
)

// mostWhole is the greatest order of a whole Fisher block of factors and summands. It is
// package kfac's, which this package does not import; a test there compares the two.
const mostWhole = 512

// curvature says by which blocks package kfac approximates the Fisher matrix of a layer's
// parameters by default.
func (m *Model) curvature(params []*graph.Param) string {
	loose := looseParams(m.learned, m.taps)
	var forms []string
	add := func(form string) {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	for _, p := range params {
		if slices.Contains(loose, p) {
			add("diagonal")
		}
		for _, t := range m.taps {
			if t.Weight == p && !p.Group.Frozen && !slices.Contains(loose, p) {
				forms = append(forms, form(t, t.Bias != nil && !t.Bias.Group.Frozen && !slices.Contains(loose, t.Bias)))
			}
		}
	}
	return strings.Join(forms, "; ")
}

// form is the block of a tap, in words.
func form(t *graph.Tap, bias bool) string {
	shape, size := t.Weight.Value.Shape(), t.Weight.Size()
	switch t.Kind {
	case graph.Affine:
		groups := max(t.Groups, 1)
		in, out := shape[0]/groups, shape[1]
		if bias {
			in++
		}
		s := fmt.Sprintf("A ⊗ G, %d×%d ⊗ %d×%d", in, in, out, out)
		if groups > 1 {
			s = fmt.Sprintf("%d groups: %s", groups, s)
		}
		if n := t.Locations(); n > 1 {
			s += fmt.Sprintf(", expand over %d locations", n)
		}
		return s
	case graph.Embedding:
		return fmt.Sprintf("A ⊗ G, diagonal %d ⊗ %d×%d", shape[0], shape[1], shape[1])
	case graph.Scale, graph.Shift:
		order := size
		if bias {
			order *= 2
		}
		switch {
		case order <= mostWhole:
			return fmt.Sprintf("full, %d×%d", order, order)
		case bias:
			return fmt.Sprintf("2×2 for each of %d features", size)
		}
		return "diagonal"
	}
	return fmt.Sprintf("registered for kind %q", t.Kind)
}

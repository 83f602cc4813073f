package job

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// mostDense is the order of a factor from which on a dense inverse is said to take long:
// its operations are some multiple of the order's cube, 7e10.
const mostDense = 4096

// Notes are doubts about the work of a run that has not begun.
func (r *Run) Notes() []string {
	if r.kfac == nil || !slices.Contains([]kfac.Structure{kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.EKFAC}, r.Spec.KFAC.Structure) {
		return nil
	}
	layer, order, first := "", mostDense-1, false
	for i, t := range r.Model.Taps() {
		if t.Kind != graph.Affine || t.Weight.Group.Frozen {
			continue
		}
		shape := t.Weight.Value.Shape()
		in, out := shape[0]/max(t.Groups, 1), shape[1]
		if t.Bias != nil {
			in++
		}
		if max(in, out) > order {
			layer, order, first = t.Name, max(in, out), i == 0 && in >= out
		}
	}
	if layer == "" {
		return nil
	}
	choose := []string{"⟨kfac-structure⟩ low-rank"}
	if widths := r.Spec.model().widths(); r.Spec.loaded == nil && !first { // the data decide on the first layer's inputs
		choose = append(choose, "smaller "+widths[0])
	}
	return []string{fmt.Sprintf("%s has a factor of order %d, which ⟨kfac-structure⟩ %s inverts or decomposes whole: that can take minutes each time; choose %s",
		layer, order, r.Spec.KFAC.Structure, Alternatives(choose))}
}

package kfac

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// locationsOf is the number of locations of a tap, or 0 of one that is not filled yet.
func locationsOf(t *graph.Tap) int {
	switch _, s := t.Nodes(); {
	case s != nil:
		return s.Shape()[0] / t.Examples
	case t.G != nil:
		return t.G.Shape()[0] / t.Examples
	}
	return 0
}

// check returns an error if the shapes of the tap's parameters do not agree with those
// of its input and output.
func check(t *graph.Tap) error {
	a, s := t.Nodes()
	var in, out tensor.Shape
	switch {
	case a != nil && s != nil:
		in, out = a.Shape(), s.Shape()
	case t.A != nil && t.G != nil: // made outside of package graph
		in, out = t.A.Shape(), t.G.Shape()
	case t.G != nil && t.Kind == graph.Shift: // nobody reads A
		in, out = t.G.Shape(), t.G.Shape()
	default:
		return nil // filled later: Accumulate reads what there is
	}
	if err := checkKind(t, in, out); err != nil {
		return err
	}
	if in[0] != out[0] || in[0]%t.Examples != 0 {
		return fmt.Errorf("kfac: tap %s has %d rows in and %d out for %d examples: want a multiple", t.Name, in[0], out[0], t.Examples)
	}
	if t.Bias != nil && t.Bias.Size() != out[1] {
		return fmt.Errorf("kfac: tap %s has a bias of shape %v for %d outputs", t.Name, t.Bias.Value.Shape(), out[1])
	}
	return nil
}

// checkKind is check for the weight, as the tap's kind wants it.
func checkKind(t *graph.Tap, in, out tensor.Shape) error {
	weight, k := t.Weight.Value.Shape(), max(t.Groups, 1)
	refuse := func(want string) error {
		return fmt.Errorf("kfac: tap %s%s maps %v to %v with a weight of shape %v: want %s", t.Name, ofKind(t.Kind), in, out, weight, want)
	}
	if a, _ := t.Nodes(); a != nil && t.Kind != graph.Shift && a.Dtype() != t.Weight.Value.Dtype() {
		return fmt.Errorf("kfac: tap %s%s has inputs of %v: want %v, the type of its weight", t.Name, ofKind(t.Kind), a.Dtype(), t.Weight.Value.Dtype())
	}
	flat := in.Dims() == 2 && out.Dims() == 2
	switch {
	case k > 1 && t.Kind != graph.Affine:
		return fmt.Errorf("kfac: tap %s%s has %d groups, which affine taps alone may have", t.Name, ofKind(t.Kind), k)
	case t.Kind == graph.Affine && k > 1:
		if !flat || weight.Dims() != 2 || weight[0] != in[1] || in[1]%k != 0 || weight[1]*k != out[1] {
			return fmt.Errorf("kfac: tap %s maps %v to %v in %d groups with a weight of shape %v: want N×k·in, N×k·out and k·in×out for k groups",
				t.Name, in, out, k, weight)
		}
	case t.Kind == graph.Affine:
		if !flat || weight.Dims() != 2 || weight[0] != in[1] || weight[1] != out[1] {
			return refuse("N×in, N×out and in×out")
		}
	case t.Kind == graph.Embedding:
		if !flat || weight.Dims() != 2 || in[1] != 1 || weight[1] != out[1] || t.Bias != nil {
			return refuse("N×1, N×D and V×D, and no bias")
		}
	case t.Kind == graph.Scale:
		if !flat || in[1] != out[1] || weight.TotalSize() != out[1] {
			return refuse("N×C, N×C and C")
		}
	default:
		if out.Dims() != 2 || weight.TotalSize() != out[1] || t.Bias != nil {
			return refuse("N×C and C for the outputs and the weight, and no bias")
		}
	}
	return nil
}

// ofKind names a kind in an error.
func ofKind(kind string) string {
	if kind == graph.Affine {
		return ""
	}
	return " of kind " + kind
}

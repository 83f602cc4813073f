package kfac

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// layer is the place of one tap among the parameters, or of one group of a tap that has
// several. A matrix "in the shape of W̄", with W̄ = [W; b], is rows×out and row-major: the
// elements of W come first, then b.
type layer struct {
	name          string
	tap           int // index among the taps
	weight, bias  int // indices among the parameters; bias is −1 if there is none
	in, rows, out int // W is in×out; rows is in+1 with a bias, else in
	group, groups int // index of the layer among the groups of its tap, and their number, at least 1
}

// parts cuts a matrix in the shape of W̄ into W (in×out) and b (out, or empty).
func parts[T graph.Float](l *layer, w []T) (weight, bias []T) {
	split := l.in * l.out
	return w[:split], w[split:]
}

// of returns the layer's elements of d: those of W, and those of b, or nil without a
// bias. They are the tap's rows group·in … of the weight, and elements group·out … of the
// bias.
func of[T graph.Float](l *layer, d graph.Direction) (weight, bias []T) {
	if l.bias >= 0 {
		bias = graph.Data[T](d[l.bias])[l.group*l.out:][:l.out]
	}
	size := l.in * l.out
	return graph.Data[T](d[l.weight])[l.group*size:][:size], bias
}

// gather copies the layer's elements of d to w, which has the shape of W̄.
func gather[T graph.Float](l *layer, w []T, d graph.Direction) {
	weight, bias := of[T](l, d)
	to, toBias := parts(l, w)
	copy(to, weight)
	copy(toBias, bias)
}

// scatter copies w, which has the shape of W̄, to the layer's elements of d.
func scatter[T graph.Float](l *layer, d graph.Direction, w []T) {
	weight, bias := of[T](l, d)
	from, fromBias := parts(l, w)
	copy(weight, from)
	copy(bias, fromBias)
}

// split returns a layer for each of the tap's groups.
func (l *layer) split() []*layer {
	if l.groups == 1 {
		return []*layer{l}
	}
	all := make([]*layer, l.groups)
	for i := range all {
		group := *l
		group.name, group.group = fmt.Sprintf("%s, group %d", l.name, i+1), i
		all[i] = &group
	}
	return all
}

// placed returns a layer for each tap whose weight is not loose. layers are the affine
// taps. others are taps of other kinds, which need a registered block; their in, rows
// and out are 0. A loose bias is left out of its layer.
func placed(taps []*graph.Tap, params []*graph.Param, loose []*graph.Param) (layers, others []*layer, err error) {
	at := map[*graph.Param]int{}
	for i, p := range params {
		at[p] = i
	}
	free := map[*graph.Param]bool{}
	for _, p := range loose {
		free[p] = true
	}
	for i, t := range taps {
		weight, ok := at[t.Weight]
		if !ok {
			return nil, nil, fmt.Errorf("kfac: tap %s has a weight that is none of the objective's parameters", t.Name)
		}
		if free[t.Weight] {
			continue
		}
		l := &layer{name: t.Name, tap: i, weight: weight, bias: -1, groups: max(t.Groups, 1)}
		if t.Bias != nil && !free[t.Bias] {
			if l.bias, ok = at[t.Bias]; !ok {
				return nil, nil, fmt.Errorf("kfac: tap %s has a bias that is none of the objective's parameters", t.Name)
			}
		}
		if t.Kind != graph.Affine {
			others = append(others, l)
			continue
		}
		if err := check(t); err != nil {
			return nil, nil, err
		}
		shape := t.Weight.Value.Shape()
		l.in, l.out = shape[0]/l.groups, shape[1]
		l.rows = l.in
		if l.bias >= 0 {
			l.rows++
		}
		layers = append(layers, l.split()...)
	}
	return layers, others, nil
}

// covered returns an error that names the first parameter without a block.
func covered(layers []*layer, params, free []*graph.Param) error {
	in := map[int]bool{}
	for _, l := range layers {
		in[l.weight], in[l.bias] = true, true
	}
	for i, p := range params {
		if !in[i] && !slices.Contains(free, p) {
			return fmt.Errorf("kfac: parameter %s is in no layer's block and not among the loose ones", p.Name)
		}
	}
	return nil
}

// check returns an error if the shapes of the tap's parameters do not agree with those
// of its input and output.
func check(t *graph.Tap) error {
	a, s := t.Nodes()
	weight := t.Weight.Value.Shape()
	var in, out tensor.Shape
	switch {
	case a != nil && s != nil:
		in, out = a.Shape(), s.Shape()
	case t.A != nil && t.G != nil: // made outside of package graph
		in, out = t.A.Shape(), t.G.Shape()
	default:
		return nil // filled later: Accumulate reads what there is
	}
	k := max(t.Groups, 1)
	switch {
	case in.Dims() != 2 || out.Dims() != 2 || weight.Dims() != 2:
		return fmt.Errorf("kfac: tap %s maps %v to %v with a weight of shape %v: want N×in, N×out and in×out", t.Name, in, out, weight)
	case k > 1 && (weight[0] != in[1] || in[1]%k != 0 || weight[1]*k != out[1]):
		return fmt.Errorf("kfac: tap %s maps %v to %v in %d groups with a weight of shape %v: want N×k·in, N×k·out and k·in×out for k groups",
			t.Name, in, out, k, weight)
	case k == 1 && (weight[0] != in[1] || weight[1] != out[1]):
		return fmt.Errorf("kfac: tap %s maps %v to %v with a weight of shape %v: want N×in, N×out and in×out", t.Name, in, out, weight)
	case in[0] != out[0] || in[0]%t.Examples != 0:
		return fmt.Errorf("kfac: tap %s has %d rows in and %d out for %d examples: want a multiple", t.Name, in[0], out[0], t.Examples)
	case t.Bias != nil && t.Bias.Size() != out[1]:
		return fmt.Errorf("kfac: tap %s has a bias of shape %v for %d outputs", t.Name, t.Bias.Value.Shape(), out[1])
	}
	return nil
}

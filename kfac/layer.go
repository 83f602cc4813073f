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
//
// Factors and summands (graph.Scale, graph.Shift) of C features have the shape of W̄ with in
// 1 and out C. A table (graph.Embedding) of V rows of D elements has in V and out D.
type layer struct {
	name          string
	kind          string // of the tap: graph.Affine, Scale, Shift or Embedding
	tap           int    // index among the taps
	weight, bias  int    // indices among the parameters; bias is −1 if there is none
	in, rows, out int    // W is in×out; rows is in+1 with a bias, else in
	locations     int    // T; 0 of a tap that is not filled yet
	reduce        bool   // the setting Reduce
	windowed      bool   // A is a window
	group, groups int    // index of the layer among the groups of its tap, and their number, at least 1
}

// size is the number of the layer's parameters.
func (l *layer) size() int { return l.rows * l.out }

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

// builtIn lists the kinds of taps that the package has blocks for.
func builtIn() []string { return []string{graph.Affine, graph.Scale, graph.Shift, graph.Embedding} }

// measure sets in, rows and out from the shape of the weight.
func (l *layer) measure(weight tensor.Shape) {
	if l.kind == graph.Scale || l.kind == graph.Shift {
		l.in, l.out = 1, weight.TotalSize()
	} else {
		l.in, l.out = weight[0]/l.groups, weight[1]
	}
	l.rows = l.in
	if l.bias >= 0 {
		l.rows++
	}
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

// placed returns a layer for each tap whose weight is not loose. layers are those of kinds
// with built-in blocks. others are those of registered kinds, or of kinds that nobody has a
// block for; their in, rows and out are 0. A loose bias is left out of its layer.
func placed(taps []*graph.Tap, params, loose []*graph.Param, registered map[string]NewBlock) (layers, others []*layer, err error) {
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
		if _, is := registered[t.Kind]; is || !slices.Contains(builtIn(), t.Kind) {
			l.kind = t.Kind
			others = append(others, l)
			continue
		}
		if err := check(t); err != nil {
			return nil, nil, err
		}
		l.kind, l.locations = t.Kind, locationsOf(t)
		l.measure(t.Weight.Value.Shape())
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

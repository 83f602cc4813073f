package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// A value's elements lie in an order of the model's own, as of height×width×channels where ONNX has channels×height×width.
// Both orders are made of atoms: axes that neither order cuts. Transposing and reshaping a value as ONNX does then changes
// what its axes are called, and moves nothing, until a layer needs its input in an order that it does not have.

// layout is the order of a value's elements for one example.
type layout struct {
	dims [][]int // atoms of each of ONNX's axes after the batch, the outer ones first; none for an axis of size 1
	axes [][]int // of each of the model's axes after the batch, in the order of memory
}

// sizes has the size of each atom, greater than 1.
type sizes []int

func (s *sizes) add(n int) []int {
	if n == 1 {
		return nil
	}
	*s = append(*s, n)
	return []int{len(*s) - 1}
}

func (s sizes) product(atoms []int) int {
	n := 1
	for _, a := range atoms {
		n *= s[a]
	}
	return n
}

// plain is a layout whose axes are ONNX's.
func (s *sizes) plain(dims []int) layout {
	var l layout
	for _, n := range dims {
		l.dims = append(l.dims, s.add(n))
	}
	l.axes = slices.Clone(l.dims)
	return l
}

func flat(groups [][]int) []int { return slices.Concat(groups...) }

// shape is the model's shape of an example.
func (l layout) shape(s sizes) []int { return products(l.axes, s) }

// onnx is ONNX's shape of an example.
func (l layout) onnx(s sizes) []int { return products(l.dims, s) }

func products(groups [][]int, s sizes) []int {
	shape := make([]int, len(groups))
	for i, g := range groups {
		shape[i] = s.product(g)
	}
	return shape
}

// as orders the memory by the given axes, and returns the layers that do.
func (l layout) as(s sizes, axes [][]int) (layout, []layers.Layer) {
	var made []layers.Layer
	to := layout{dims: l.dims, axes: axes}
	now, want := flat(l.axes), flat(axes)
	shape := l.shape(s)
	if !slices.Equal(now, want) {
		single := make([]int, len(now))
		order := make([]int, len(now))
		for i, a := range now {
			single[i] = s[a]
			order[slices.Index(want, a)] = i + 1
		}
		if !slices.Equal(shape, single) {
			made = append(made, &layers.Reshape{Shape: single})
		}
		made = append(made, &layers.Permute{Axes: order})
		shape = make([]int, len(want))
		for i, a := range want {
			shape[i] = s[a]
		}
	}
	switch after := to.shape(s); {
	case slices.Equal(shape, after):
	case len(after) == 1:
		made = append(made, &layers.Flatten{})
	default:
		made = append(made, &layers.Reshape{Shape: after})
	}
	return to, made
}

// channelsLast are ONNX's axes in the order that the model has images in: the first axis last.
func (l layout) channelsLast() [][]int {
	if len(l.dims) == 0 {
		return nil
	}
	return append(slices.Clone(l.dims[1:]), l.dims[0])
}

// reshape gives a value another shape of ONNX's, of as many elements. ok is false where no atoms fit: then the elements
// have to lie in ONNX's order first, as one atom (see merged).
func (l layout) reshape(s *sizes, dims []int) (out layout, ok bool) {
	queue := flat(l.dims)
	out.axes = l.axes
	for _, n := range dims {
		var group []int
		for n > 1 {
			if len(queue) == 0 {
				return l, false
			}
			a := queue[0]
			switch size := (*s)[a]; {
			case n%size == 0:
				group, queue, n = append(group, a), queue[1:], n/size
			case size%n == 0:
				outer, inner := s.add(n)[0], s.add(size / n)[0]
				out.axes = split(out.axes, a, outer, inner)
				group, n = append(group, outer), 1
				queue[0] = inner
			default:
				return l, false
			}
		}
		out.dims = append(out.dims, group)
	}
	return out, len(queue) == 0
}

// split replaces an atom by two.
func split(groups [][]int, atom, outer, inner int) [][]int {
	made := make([][]int, len(groups))
	for i, g := range groups {
		if at := slices.Index(g, atom); at >= 0 {
			g = slices.Insert(slices.Delete(slices.Clone(g), at, at+1), at, outer, inner)
		}
		made[i] = g
	}
	return made
}

// merged has the elements in ONNX's order, as one atom.
func (l layout) merged(s *sizes) (layout, []layers.Layer) {
	in, made := l.as(*s, [][]int{flat(l.dims)})
	all := s.add(s.product(in.axes[0]))
	return layout{dims: [][]int{all}, axes: [][]int{all}}, made
}

// suffix reports whether the memory ends with these atoms, in any order, and returns them as they lie there.
func (l layout) suffix(atoms []int) ([]int, bool) {
	memory := flat(l.axes)
	if len(atoms) > len(memory) {
		return nil, false
	}
	end := memory[len(memory)-len(atoms):]
	for _, a := range atoms {
		if !slices.Contains(end, a) {
			return nil, false
		}
	}
	return end, true
}

// before are the model's axes but for the atoms at their end. The last axis is cut where the atoms begin.
func (l layout) before(atoms []int) [][]int {
	var axes [][]int
	left := len(flat(l.axes)) - len(atoms)
	for _, g := range l.axes {
		n := min(len(g), left)
		if left -= n; n > 0 || len(g) == 0 && len(axes) < len(l.axes)-1 {
			axes = append(axes, g[:n])
		}
	}
	return axes
}

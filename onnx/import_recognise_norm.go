package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// normalization recognises (x − mean x)/√(mean (x − mean x)² + ε).
func (r *recognition) normalization() {
	n := r.n
	if len(n.in) != 2 {
		return
	}
	root := r.maker(n.in[1], "Sqrt", 1)
	if root == nil || len(root.in) != 1 {
		return
	}
	add := r.maker(root.in[0], "Add", 1)
	if add == nil || len(add.in) != 2 {
		return
	}
	variance, epsilon := add.in[0], add.in[1]
	eps, ok := r.scalar(epsilon)
	if !ok {
		variance, epsilon = epsilon, variance
		if eps, ok = r.scalar(epsilon); !ok {
			return
		}
	}
	mean := r.maker(variance, "ReduceMean", 1)
	if mean == nil || len(mean.in) < 1 {
		return
	}
	square := r.im.producers[mean.in[0]]
	if square == nil || r.im.uses[mean.in[0]] != 1 || len(square.in) != 2 {
		return
	}
	difference := square.in[0]
	switch two, ok := r.scalar(square.in[1]); {
	case square.op == "Pow" && ok && two == 2, square.op == "Mul" && square.in[1] == difference:
	default:
		return
	}
	inner := r.im.producers[difference]
	if inner == nil || inner.op != "Sub" || len(inner.in) != 2 {
		return
	}
	first := r.im.producers[inner.in[1]]
	if first == nil || first.op != "ReduceMean" || len(first.in) < 1 || first.in[0] != inner.in[0] {
		return
	}
	axes, ok := r.axes(mean)
	other, ok2 := r.axes(first)
	if !ok || !ok2 || !slices.Equal(axes, other) {
		return
	}
	// The difference may be computed once or twice.
	covered := []*node{root, add, mean, square, inner, first}
	above := r.im.producers[n.in[0]]
	switch uses := r.im.uses[difference]; {
	case above == inner && uses == 2+len(square.in)-1-boolean(square.op == "Pow"):
	case above != nil && above.op == "Sub" && slices.Equal(above.in, inner.in) && r.im.uses[n.in[0]] == 1 && uses == 1+boolean(square.op == "Mul"):
		covered = append(covered, above)
	default:
		return
	}
	if r.im.uses[first.out] != 1+boolean(above != inner) || r.im.uses[inner.out] == 0 {
		return // another node takes the mean
	}
	r.covered = covered
	r.becomes("Standardize", inner.in[0], onnxproto.FloatAttribute("epsilon", float32(eps)), onnxproto.IntsAttribute("axes", axes...))
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// axes are those of a mean that keeps them.
func (r *recognition) axes(n *node) ([]int64, bool) {
	if k := n.settings["keepdims"]; k != nil && k.Int == 0 {
		return nil, false
	}
	if a := n.settings["axes"]; a != nil && len(n.in) == 1 {
		return a.Ints, len(a.Ints) > 0
	}
	if len(n.in) != 2 {
		return nil, false
	}
	c := r.im.constants[n.in[1]]
	if maker := r.im.producers[n.in[1]]; maker != nil && maker.op == "Constant" {
		c, _ = r.im.literal(maker)
	}
	if c == nil {
		return nil, false
	}
	axes, err := c.integers()
	return axes, err == nil && len(axes) > 0
}

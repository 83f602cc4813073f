package layers

import (
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// shift adds s = x + b to every row of x, N×C, with b of C elements.
func shift(b *graph.Builder, x, bias *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "shift",
		Shape: slices.Clone(x.Shape()),
		F32:   addRow[float32],
		F64:   addRow[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := []*graph.Node{d.Grad, nil}
			var err error
			if d.Need[1] {
				grads[1], err = columnSums(d.Builder, d.Grad)
			}
			return grads, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			switch x, b := t.Dot[0], t.Dot[1]; {
			case b == nil:
				return x, nil
			case x == nil:
				return rows(t.Builder, b, t.Out.Shape()[0])
			default:
				return shift(t.Builder, x, b)
			}
		},
	}, x, bias)
}

func addRow[T graph.Float](out []T, in [][]T) {
	x, b := in[0], in[1]
	for ; len(out) > 0; out, x = out[len(b):], x[len(b):] {
		sum := out[:len(b)]
		for i, v := range x[:len(b)] {
			sum[i] = v + b[i]
		}
	}
}

package layertest_test

import (
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// both makes an op's functions of one in float64, with memory for float32 that is made once.
func both(op graph.Op, f func(out []float64, in [][]float64)) graph.Op {
	var out []float64
	var in [][]float64
	op.F64 = f
	op.F32 = func(to []float32, from [][]float32) {
		if out == nil {
			out, in = make([]float64, len(to)), make([][]float64, len(from))
			for i, x := range from {
				in[i] = make([]float64, len(x))
			}
		}
		for i, x := range from {
			for j, v := range x {
				in[i][j] = float64(v)
			}
		}
		for i, v := range to {
			out[i] = float64(v)
		}
		f(out, in)
		for i, v := range out {
			to[i] = float32(v)
		}
		for i, x := range from { // an op may write to its input: the faults do
			for j := range x {
				x[j] = float32(in[i][j])
			}
		}
	}
	return op
}

// product is op(X)·op(Y), where op transposes if the flag is set.
func product(b *graph.Builder, x *graph.Node, tx bool, y *graph.Node, ty bool) (*graph.Node, error) {
	at := func(n *graph.Node, trans bool) (rows, cols, rowStep, colStep int) {
		r, c := n.Shape()[0], n.Shape()[1]
		if trans {
			return c, r, 1, c
		}
		return r, c, c, 1
	}
	m, k, xr, xc := at(x, tx)
	_, n, yr, yc := at(y, ty)
	return b.Apply(both(graph.Op{Name: "mine-product", Shape: tensor.Shape{m, n},
		Tangent: graph.Bilinear(func(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) { return product(b, x, tx, y, ty) }),
	}, func(out []float64, in [][]float64) {
		for i := range m {
			for j := range n {
				sum := 0.0
				for l := range k {
					sum += in[0][i*xr+l*xc] * in[1][l*yr+j*yc]
				}
				out[i*n+j] = sum
			}
		}
	}), x, y)
}

// sums are the sums of x's columns, times c.
func sums(b *graph.Builder, x *graph.Node, c float64) (*graph.Node, error) {
	return b.Apply(both(graph.Op{Name: "mine-sums", Shape: tensor.Shape{x.Shape()[1]},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return sums(t.Builder, t.Dot[0], c) },
	}, func(out []float64, in [][]float64) {
		clear(out)
		for i, v := range in[0] {
			out[i%len(out)] += c * v
		}
	}), x)
}

// repeated is the vector x in n rows.
func repeated(b *graph.Builder, x *graph.Node, n int) (*graph.Node, error) {
	return b.Apply(both(graph.Op{Name: "mine-rows", Shape: tensor.Shape{n, x.Shape()[0]},
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := sums(d.Builder, d.Grad, 1)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return repeated(t.Builder, t.Dot[0], n) },
	}, func(out []float64, in [][]float64) {
		for i := range out {
			out[i] = in[0][i%len(in[0])]
		}
	}), x)
}

// times is c·x.
func times(b *graph.Builder, x *graph.Node, c float64) (*graph.Node, error) {
	return elementwise(b, "mine-times", x, func(v float64) float64 { return c * v }, func(b *graph.Builder, _, d *graph.Node) (*graph.Node, error) { return times(b, d, c) })
}

// elementwise is f of every element. slope is d·f'(x).
func elementwise(b *graph.Builder, name string, x *graph.Node, f func(v float64) float64, slope func(b *graph.Builder, x, d *graph.Node) (*graph.Node, error)) (*graph.Node, error) {
	return b.Apply(both(graph.Op{Name: name, Shape: slices.Clone(x.Shape()),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := slope(d.Builder, d.In[0], d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return slope(t.Builder, t.In[0], t.Dot[0]) },
	}, func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = f(v)
		}
	}), x)
}

// multiplied is x∘y.
func multiplied(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(both(graph.Op{Name: "mine-multiply", Shape: slices.Clone(x.Shape()),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			var grads [2]*graph.Node
			for i := range grads {
				if d.Need[i] {
					var err error
					if grads[i], err = multiplied(d.Builder, d.Grad, d.In[1-i]); err != nil {
						return nil, err
					}
				}
			}
			return grads[:], nil
		},
		Tangent: graph.Bilinear(multiplied),
	}, func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = v * in[1][i]
		}
	}), x, y)
}

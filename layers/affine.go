package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/matmul"
	"github.com/gokfac/gokfac/internal/vector"
)

// affineMap adds s = xW + b, with x N×in, W in×out and b out, which may be nil.
func affineMap(b *graph.Builder, x, weight, bias *graph.Node) (*graph.Node, error) {
	in := []*graph.Node{x, weight}
	if bias != nil {
		in = append(in, bias)
	}
	n, k, m := x.Shape()[0], x.Shape()[1], weight.Shape()[1]
	return b.Apply(graph.Op{
		Name:    "affine",
		Shape:   []int{n, m},
		F32:     affine[float32](n, k, m),
		F64:     affine[float64](n, k, m),
		Diff:    affineDiff,
		Tangent: affineTangent,
	}, in...)
}

func affine[T graph.Float](n, k, m int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		if len(in) == 3 {
			blas.Affine(n, m, k, in[0], k, in[1], m, in[2], out, m)
			return
		}
		blas.Gemm(false, false, n, m, k, 1, in[0], k, in[1], m, 0, out, m)
	}
}

// affineDiff: dx = g·Wᵀ, dW = xᵀ·g, db = Σ_n g_n.
func affineDiff(d *graph.Diff) ([]*graph.Node, error) {
	grads := make([]*graph.Node, len(d.In))
	var err error
	if d.Need[0] {
		if grads[0], err = matmul.Of(d.Builder, d.Grad, false, d.In[1], true); err != nil {
			return nil, err
		}
	}
	if d.Need[1] {
		if grads[1], err = matmul.Of(d.Builder, d.In[0], true, d.Grad, false); err != nil {
			return nil, err
		}
	}
	if len(d.In) == 3 && d.Need[2] {
		if grads[2], err = columnSums(d.Builder, d.Grad); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

// affineTangent: s' = aD + d + a'W, where D and d are the tangents of W and b.
func affineTangent(t *graph.Tangent) (*graph.Node, error) {
	var direct, carried, bias *graph.Node
	var err error
	if len(t.Dot) == 3 {
		bias = t.Dot[2]
	}
	if t.Dot[1] != nil {
		direct, err = affineMap(t.Builder, t.In[0], t.Dot[1], bias)
	} else if bias != nil {
		direct, err = rows(t.Builder, bias, t.Out.Shape()[0])
	}
	if err != nil {
		return nil, err
	}
	if t.Dot[0] != nil {
		if carried, err = matmul.Of(t.Builder, t.Dot[0], false, t.In[1], false); err != nil {
			return nil, err
		}
	}
	return t.Total(direct, carried)
}

func columnSums(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:    "column-sums",
		Shape:   []int{x.Shape()[1]},
		F32:     sumColumns[float32],
		F64:     sumColumns[float64],
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return columnSums(t.Builder, t.Dot[0]) },
	}, x)
}

func sumColumns[T graph.Float](out []T, in [][]T) { vector.ColumnSums(out, in[0]) }

// rows repeats the vector x as the n rows of a matrix.
func rows(b *graph.Builder, x *graph.Node, n int) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "rows",
		Shape: []int{n, x.Shape()[0]},
		F32:   repeatRow[float32],
		F64:   repeatRow[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := columnSums(d.Builder, d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return rows(t.Builder, t.Dot[0], n) },
	}, x)
}

func repeatRow[T graph.Float](out []T, in [][]T) {
	for ; len(out) > 0; out = out[len(in[0]):] {
		copy(out, in[0])
	}
}

package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// Dense is the affine map s = xW + b, with x N×in, W in×Units and b Units.
// It declares the tap that K-FAC reads.
type Dense struct {
	Units    int
	Init     Initializer // of W; nil means GlorotUniform
	BiasInit float64     // of every element of b
	NoBias   bool
	Name     string // of the parameters; "" means dense1, dense2, …

	weight, bias *graph.Param
}

var _ Layer = (*Dense)(nil)

func (d *Dense) String() string {
	if d.Name == "" {
		return fmt.Sprintf("Dense(%d)", d.Units)
	}
	return fmt.Sprintf("Dense(%d) %s", d.Units, d.Name)
}

// Params returns W and, unless NoBias, b.
func (d *Dense) Params() []*graph.Param {
	switch {
	case d.weight == nil:
		return nil
	case d.bias == nil:
		return []*graph.Param{d.weight}
	}
	return []*graph.Param{d.weight, d.bias}
}

// Build adds xW + b.
func (d *Dense) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if err := d.prepare(b, x); err != nil {
		return nil, err
	}
	in := []*graph.Node{x, b.Param(d.weight)}
	if d.bias != nil {
		in = append(in, b.Param(d.bias))
	}
	n, k := x.Shape()[0], x.Shape()[1]
	s, err := b.Apply(graph.Op{
		Name:  "affine",
		Shape: []int{n, d.Units},
		F32:   affine[float32](n, k, d.Units),
		F64:   affine[float64](n, k, d.Units),
		Diff:  affineDiff,
	}, in...)
	if err != nil {
		return nil, err
	}
	b.Tap(d.Name, x, s, d.weight, d.bias)
	return s, nil
}

// prepare checks the input and, the first time, makes the parameters.
func (d *Dense) prepare(b *graph.Builder, x *graph.Node) error {
	if d.Name == "" {
		d.Name = b.UniqueName("dense")
	}
	if d.Units <= 0 {
		return fmt.Errorf("layers: %s: %d units: want a positive number", d.Name, d.Units)
	}
	if x.Shape().Dims() != 2 {
		return fmt.Errorf("layers: %s: input of shape %v: want a matrix N×features; put a Flatten before it", d.Name, x.Shape())
	}
	in := x.Shape()[1]
	if d.weight == nil {
		init := d.Init
		if init == nil {
			init = GlorotUniform
		}
		d.weight = newParam(b, d.Name+".weight", init, in, d.Units, in, d.Units)
		if !d.NoBias {
			d.bias = newParam(b, d.Name+".bias", Constant(d.BiasInit), in, d.Units, d.Units)
		}
	}
	if w := d.weight.Value; w.Shape()[0] != in || w.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v): the weights are %v (%v)", d.Name, x.Shape(), b.DType, w.Shape(), w.Dtype())
	}
	return nil
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
		if grads[0], err = product(d.Builder, d.Grad, false, d.In[1], true); err != nil {
			return nil, err
		}
	}
	if d.Need[1] {
		if grads[1], err = product(d.Builder, d.In[0], true, d.Grad, false); err != nil {
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

// product is op(A)·op(B), where op transposes if the flag is set.
func product(b *graph.Builder, x *graph.Node, transX bool, y *graph.Node, transY bool) (*graph.Node, error) {
	m, k := dims(x, transX)
	_, n := dims(y, transY)
	return b.Apply(graph.Op{
		Name:  "product",
		Shape: []int{m, n},
		F32:   gemm[float32](transX, transY, m, n, k),
		F64:   gemm[float64](transX, transY, m, n, k),
	}, x, y)
}

func dims(x *graph.Node, trans bool) (rows, cols int) {
	if trans {
		return x.Shape()[1], x.Shape()[0]
	}
	return x.Shape()[0], x.Shape()[1]
}

func gemm[T graph.Float](ta, tb bool, m, n, k int) func(out []T, in [][]T) {
	lda, ldb := k, n
	if ta {
		lda = m
	}
	if tb {
		ldb = k
	}
	return func(out []T, in [][]T) {
		blas.Gemm(ta, tb, m, n, k, 1, in[0], lda, in[1], ldb, 0, out, n)
	}
}

func columnSums(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "column-sums",
		Shape: []int{x.Shape()[1]},
		F32:   sumColumns[float32],
		F64:   sumColumns[float64],
	}, x)
}

func sumColumns[T graph.Float](out []T, in [][]T) { vector.ColumnSums(out, in[0]) }

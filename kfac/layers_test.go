package kfac_test

import (
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// gain is a layer with a parameter and no tap, y = x∘c.
type gain struct{ c *graph.Param }

func (l *gain) Params() []*graph.Param {
	if l.c == nil {
		return nil
	}
	return []*graph.Param{l.c}
}

func (l *gain) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if l.c == nil {
		l.c = graph.NewParam(b.UniqueName("gain"), b.DType, x.Shape()[1])
	}
	return scaleColumns(b, x, b.Param(l.c))
}

func scaleColumns(b *graph.Builder, x, c *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "gain", Shape: x.Shape().Clone(), F32: timesRow[float32], F64: timesRow[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			toX, err := scaleColumns(d.Builder, d.Grad, d.In[1])
			if err != nil {
				return nil, err
			}
			toC, err := d.Apply(graph.Op{Name: "gain-gradient", Shape: d.In[1].Shape().Clone(), F32: columnDots[float32], F64: columnDots[float64]}, d.Grad, d.In[0])
			return []*graph.Node{toX, toC}, err
		},
		Tangent: graph.Bilinear(scaleColumns),
	}, x, c)
}

func timesRow[T graph.Float](out []T, in [][]T) {
	for i, v := range in[0] {
		out[i] = v * in[1][i%len(in[1])]
	}
}

func columnDots[T graph.Float](out []T, in [][]T) {
	clear(out)
	for i, g := range in[0] {
		out[i%len(out)] += g * in[1][i]
	}
}

// coordinates is a layer without parameters, y = xM + c: what a change of the
// coordinates of inputs or hidden units looks like from outside. It is float64's.
type coordinates struct {
	m     *mat.Dense
	shift []float64
}

func (*coordinates) Params() []*graph.Param { return nil }

func (l *coordinates) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	n := x.Shape()[0]
	return b.Apply(graph.Op{
		Name: "coordinates", Shape: x.Shape().Clone(),
		F32: func([]float32, [][]float32) { panic("float64 only") },
		F64: func(out []float64, in [][]float64) { copy(out, l.rows(in[0], n)) },
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			back := &coordinates{m: mat.DenseCopyOf(l.m.T()), shift: make([]float64, len(l.shift))}
			g, err := back.Build(d.Builder, d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			return (&coordinates{m: l.m, shift: make([]float64, len(l.shift))}).Build(t.Builder, t.Dot[0])
		},
	}, x)
}

// rows maps the n rows of x.
func (l *coordinates) rows(x []float64, n int) []float64 {
	var y mat.Dense
	y.Mul(mat.NewDense(n, len(l.shift), append([]float64{}, x...)), l.m)
	y.Apply(func(_, j int, v float64) float64 { return v + l.shift[j] }, &y)
	return y.RawMatrix().Data
}

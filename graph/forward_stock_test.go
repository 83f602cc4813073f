package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
)

// stockOps are functions of matrices x and w, 3×3, out of stock ops, which know
// no forward mode: their tangents are made from their gradients.
var stockOps = map[string]func(x, w *graph.Node) (*graph.Node, error){
	"tanh":     func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Tanh(x) },
	"sigmoid":  func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Sigmoid(x) },
	"exp":      func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Exp(x) },
	"square":   func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Square(x) },
	"log":      func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Log(x) },
	"sqrt":     func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Sqrt(x) },
	"softplus": func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Softplus(x) },
	"rectify":  func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Rectify(x) },
	"product":  gorgonia.HadamardProd,
	"quotient": gorgonia.HadamardDiv,
	"sum":      gorgonia.Add,
	"minus":    gorgonia.Sub,
	"matmul":   gorgonia.Mul,
	"gated": func(x, w *graph.Node) (*graph.Node, error) {
		return gorgonia.Must(gorgonia.HadamardProd(gorgonia.Must(gorgonia.Tanh(x)), x)), nil
	},
	"transposed": func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Transpose(x, 1, 0) },
	"sumaxis":    func(x, _ *graph.Node) (*graph.Node, error) { return gorgonia.Sum(x, 1) },
}

// Against central differences, which err by h²·f‴/6 and ε·f/h: 1e-9.
func TestStockTangents(t *testing.T) {
	for name, f := range stockOps {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(t)
			x, xMem := b.Input("x", 3, 3)
			w, wMem := b.Input("w", 3, 3)
			dx, dxMem := b.Input("dx", 3, 3)
			dw, dwMem := b.Input("dw", 3, 3)
			for i := range 9 {
				xMem.Float64s()[i] = 0.3 + 0.2*float64(i)
				wMem.Float64s()[i] = 1.5 - 0.1*float64(i*i%7)
				dxMem.Float64s()[i] = float64(i%4) - 1.5
				dwMem.Float64s()[i] = float64(i%3) - 0.75
			}
			y := must(t)(b.Snapshot(must(t)(f(must(t)(b.Snapshot(x)), must(t)(b.Snapshot(w))))))
			dot, err := b.Forward(y, []*graph.Node{x, w}, []*graph.Node{dx, dw})
			require.NoError(t, err)
			p, err := b.Compile(y, dot)
			require.NoError(t, err)
			at := func(h float64) []float64 {
				for i := range 9 {
					xMem.Float64s()[i] += h * dxMem.Float64s()[i]
					wMem.Float64s()[i] += h * dwMem.Float64s()[i]
				}
				require.NoError(t, p.Run())
				v := values(y)
				for i := range 9 {
					xMem.Float64s()[i] -= h * dxMem.Float64s()[i]
					wMem.Float64s()[i] -= h * dwMem.Float64s()[i]
				}
				return v
			}
			const h = 1e-6
			up, down := at(h), at(-h)
			require.NoError(t, p.Run())
			for i, v := range values(dot) {
				assert.InDelta(t, (up[i]-down[i])/(2*h), v, 1e-8)
			}
		})
	}
}

// Where a gradient cannot be differentiated the op is named: no silent zero.
func TestStockOpsWithoutTangent(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(x *graph.Node) (*graph.Node, error)
		want string
	}{
		"softmax": {func(x *graph.Node) (*graph.Node, error) { return gorgonia.SoftMax(x) }, "forward through Softmax"},
		"slice":   {func(x *graph.Node) (*graph.Node, error) { return gorgonia.Slice(x, nil, gorgonia.S(1, 3)) }, "in its gradient has no derivative"},
		"total":   {func(x *graph.Node) (*graph.Node, error) { return gorgonia.Sum(x) }, "scalar output"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(t)
			x, _ := b.Input("x", 3, 3)
			_, err := b.Forward(must(t)(c.f(must(t)(b.Snapshot(x)))), []*graph.Node{x}, []*graph.Node{b.Ones(3, 3)})
			assert.ErrorContains(t, err, c.want)
		})
	}
}

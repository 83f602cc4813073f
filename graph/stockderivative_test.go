package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
)

// TestStockDerivatives: gorgonia's own rules for functions of one number are right, or refused by
// name. Two of gorgonia 0.9.18 are wrong.
func TestStockDerivatives(t *testing.T) {
	wrong := map[string]bool{"Log2": true, "InverseSqrt": true}
	at := []float64{0.3, 1.7, 2.5}
	for name, f := range map[string]func(*graph.Node) (*graph.Node, error){
		"Abs": gorgonia.Abs, "Sin": gorgonia.Sin, "Cos": gorgonia.Cos, "Exp": gorgonia.Exp, "Log": gorgonia.Log, "Log2": gorgonia.Log2,
		"Neg": gorgonia.Neg, "Square": gorgonia.Square, "Sqrt": gorgonia.Sqrt, "Inverse": gorgonia.Inverse, "InverseSqrt": gorgonia.InverseSqrt,
		"Cube": gorgonia.Cube, "Tanh": gorgonia.Tanh, "Sigmoid": gorgonia.Sigmoid, "Log1p": gorgonia.Log1p, "Expm1": gorgonia.Expm1,
		"Softplus": gorgonia.Softplus,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(t)
			x, mem := b.Input("x", len(at))
			y := must(t)(b.Snapshot(must(t)(f(must(t)(b.Snapshot(x))))))
			g, err := b.Backward(y, b.Ones(len(at)), x)
			if wrong[name] {
				assert.ErrorContains(t, err, "gorgonia's derivative of it is wrong")
				return
			}
			require.NoError(t, err)
			p, err := b.Compile(y, g[0])
			require.NoError(t, err)
			values := func(shift float64) []float64 {
				for i, v := range at {
					mem.Float64s()[i] = v + shift
				}
				require.NoError(t, p.Run())
				return append([]float64{}, graph.Value(y).Float64s()...)
			}
			const h = 1e-5
			up, down := values(h), values(-h)
			values(0)
			for i, slope := range graph.Value(g[0]).Float64s() {
				assert.InDelta(t, (up[i]-down[i])/2/h, slope, 1e-7, "at %g", at[i])
			}
		})
	}
}

package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// grid is an objective whose examples are all pairs of a few inputs and a few gradients:
// inputs and gradients are independent in it. It is one tap, and no model.
type grid struct {
	tap *graph.Tap
	n   int
}

// newGrid has gradients that depend on the inputs if coupled.
func newGrid(t *testing.T, coupled bool) *grid {
	t.Helper()
	const some = 60
	a, g := normal(1, some, layerRows-1), normal(2, some, layerOutputs)
	n := some * some
	in, out := graph.NewDense(graph.Float64, n, layerRows-1), graph.NewDense(graph.Float64, n, layerOutputs)
	for i := range n {
		p, q := i/some, i%some
		copy(in.Float64s()[i*(layerRows-1):], a.Float64s()[p*(layerRows-1):(p+1)*(layerRows-1)])
		size := 1.0
		if coupled { // gradients as great as the first input
			size = a.Float64s()[p*(layerRows-1)]
		}
		for j := range layerOutputs {
			out.Float64s()[i*layerOutputs+j] = size * g.Float64s()[q*layerOutputs+j] / float64(n)
		}
	}
	w, b := graph.NewParam("W", graph.Float64, layerRows-1, layerOutputs), graph.NewParam("b", graph.Float64, layerOutputs)
	tap, err := graph.NewTap("layer", w, b, n, in, out)
	require.NoError(t, err)
	copy(w.Grad.Float64s(), normal(4, layerSize-layerOutputs).Float64s())
	copy(b.Grad.Float64s(), normal(5, layerOutputs).Float64s())
	return &grid{tap, n}
}

func (g *grid) Params() []*graph.Param { return []*graph.Param{g.tap.Weight, g.tap.Bias} }
func (g *grid) Loss() (float64, error) { return 1, nil }
func (g *grid) Grad() (float64, error) { return 1, nil }
func (g *grid) Examples() int          { return g.n }
func (g *grid) Taps() []*graph.Tap     { return []*graph.Tap{g.tap} }
func (g *grid) Loose() []*graph.Param  { return nil }
func (g *grid) L2() float64            { return 0 }
func (g *grid) Curvature(_ graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	return 1, visit(&graph.CurvaturePass{Examples: g.n, Taps: g.Taps()})
}

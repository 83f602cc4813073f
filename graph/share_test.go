package graph_test

import (
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// Two graphs over one parameter read one memory, and an update in place is
// seen by both.
func TestGraphsShareParameters(t *testing.T) {
	p := graph.NewParam("w", graph.Float64, 2)
	build := func() (*graph.Node, *graph.Program) {
		b := newBuilder(t)
		y := must(t)(times(b, nil, b.Param(p), b.Param(p)))
		g, err := b.Backward(y, b.Ones(2), b.Param(p))
		require.NoError(t, err)
		return y, compute(t, b, y, must(t)(b.Into(g[0], p)))
	}
	y1, p1 := build()
	y2, p2 := build()
	for _, v := range []float64{3, -5} {
		p.Value.Float64s()[1] = v
		require.NoError(t, p1.Run())
		p.Grad.Zero()
		require.NoError(t, p2.Run())
		assert.Equal(t, values(y1), values(y2))
		assert.Equal(t, []float64{0, v * v}, values(y1))
		assert.Equal(t, []float64{0, 2 * v}, p.Grad.Float64s())
	}
}

// Two programs of different graphs run at once over one parameter, which they
// only read. For the race detector.
func TestGraphsRunAtOnce(t *testing.T) {
	p := graph.NewParam("w", graph.Float64, 8)
	p.Value.Float64s()[0] = 2
	var wait sync.WaitGroup
	for range 4 {
		b := newBuilder(t)
		y := must(t)(times(b, nil, b.Param(p), b.Param(p)))
		prog, err := b.Compile(y)
		require.NoError(t, err)
		wait.Go(func() {
			for range 50 {
				if assert.NoError(t, prog.Run()) {
					assert.Equal(t, 4.0, graph.Value(y).Float64s()[0])
				}
			}
		})
	}
	wait.Wait()
}

// gorgonia's own requirement of this module panics at start on a current Go,
// in every binary.
func TestMovingGCPin(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	assert.Contains(t, string(mod), "go4.org/unsafe/assume-no-moving-gc v0.0.0-20231121144256-b99613f794b6",
		"the version that gorgonia asks for panics at start on Go 1.21 and later; restore the line and run go mod tidy")
}

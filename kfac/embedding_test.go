package kfac

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// newTable is a network of one table, and the dense layer that it is on rows of zeros and a
// 1. Row 1 is never looked up.
func newTable(t *testing.T, rows, columns, examples, locations int) (table, oneHot *network[float64]) {
	t.Helper()
	oneHot = newNetwork[float64](t, 6, examples, affine{in: rows, out: columns, locations: locations})
	dense := oneHot.grad.Taps[0]
	tap := &graph.Tap{Name: "table", Kind: graph.Embedding, Examples: examples, Weight: dense.Weight, G: dense.G,
		A: graph.NewDense(graph.Float64, examples*locations, 1)}
	clear(dense.A.Float64s())
	g := oneHot.grad.Direction[0].Float64s()
	clear(g)
	r := random(8)
	for i := range tap.A.Float64s() {
		row := r.IntN(rows)
		if row == 1 {
			row = 0
		}
		tap.A.Float64s()[i], dense.A.Float64s()[i*rows+row] = float64(row), 1
		for c := range columns {
			g[row*columns+c] += r.NormFloat64()
		}
	}
	table = &network[float64]{params: oneHot.params, u: graph.NewDirection(oneHot.params),
		grad: &Gradient{Direction: oneHot.grad.Direction, Taps: []*graph.Tap{tap}, scale: 1, pure: true}}
	var err error
	table.layers, err = placedLayers(table.grad.Taps, table.params, nil)
	require.NoError(t, err)
	return table, oneHot
}

// TestEmbeddingIsDense: a table has the step of a dense layer on rows of zeros and a 1, in
// every structure where the dense layer's A is diagonal, too.
func TestEmbeddingIsDense(t *testing.T) {
	const examples = 6
	for _, s := range []Structure{LowRank, BlockDiagonal, BlockTridiagonal, Diagonal, Full} {
		for _, locations := range []int{1, 4} {
			for _, c := range []struct{ rows, columns int }{{9, 3}, {160, 130}} {
				if s == Full && c.rows > 100 {
					continue
				}
				for _, fraction := range []float64{1, 0.4} {
					what := fmt.Sprint(s, locations, c, fraction)
					table, oneHot := newTable(t, c.rows, c.columns, examples, locations)
					var got [2][]float64
					var conditions [2]float64
					for i, n := range []*network[float64]{table, oneHot} {
						blocks, err := structured[float64](s, n.layers, n.grad.Taps)
						require.NoError(t, err)
						require.True(t, blocks[0].Accumulate(n.pass(true, fraction)))
						require.True(t, blocks[0].Accumulate(n.pass(false, fraction)))
						blocks[0].Fold(0)
						v := inverseOf(t, blocks[0], 0.3)
						got[i], conditions[i] = n.solved(v), v.Condition()
					}
					closeTo(t, got[1], got[0], 1e-9, what)
					if c.rows < 100 && s != Full && s != Diagonal { // the 1-norm of a diagonal matrix is its 2-norm
						assert.InEpsilon(t, conditions[1], conditions[0], 1e-9, what)
					}
				}
			}
		}
	}
}

// TestEmbeddingWithAPenalty: rows that no example looks up have a gradient then, and a step.
func TestEmbeddingWithAPenalty(t *testing.T) {
	table, oneHot := newTable(t, 9, 3, 6, 2)
	randomize(random(1), table.grad.Direction[0].Float64s(), 1)
	b, k := newEmbedding[float64](table.layers[0], false), newKronecker[float64](oneHot.layers[0])
	table.measure(t, b)
	oneHot.measure(t, k)
	closeTo(t, oneHot.solved(inverseOf(t, k, 0.3)), table.solved(inverseOf(t, b, 0.3)), 1e-9)
}

// TestEmbeddingKeepsNoSquare: memory grows with the rows, not with their square, and an
// application allocates nothing.
func TestEmbeddingKeepsNoSquare(t *testing.T) {
	const rows, columns = 100_000, 4
	tap := &graph.Tap{Name: "table", Kind: graph.Embedding, Examples: 3, Weight: graph.NewParam("W", graph.Float32, rows, columns),
		A: graph.NewDense(graph.Float32, 3, 1), G: graph.NewDense(graph.Float32, 3, columns)}
	copy(tap.A.Float32s(), []float32{5, 99_999, 5})
	randomize(random(1), tap.G.Float32s(), 1)
	n := &network[float32]{params: []*graph.Param{tap.Weight}, grad: &Gradient{Direction: graph.Gradients([]*graph.Param{tap.Weight}), Taps: []*graph.Tap{tap}}}
	n.u = graph.NewDirection(n.params)
	copy(n.grad.Direction[0].Float32s()[5*columns:], []float32{1, 2, 3, 4})
	var err error
	n.layers, err = placedLayers(n.grad.Taps, n.params, nil)
	require.NoError(t, err)
	for _, s := range []Structure{LowRank, BlockDiagonal, BlockTridiagonal, EKFAC, Diagonal} {
		blocks, err := structured[float32](s, n.layers, n.grad.Taps)
		require.NoError(t, err)
		n.measure(t, blocks[0])
		v := inverseOf(t, blocks[0], 0.3)
		elements := 0
		for _, f := range append(blocks[0].State(), v.State()...) {
			if x, ok := f.Value.([]float32); ok {
				elements += len(x)
			}
		}
		assert.LessOrEqual(t, elements, 3*rows*columns, s)
		v.Apply(n.u, n.grad)
		pass := n.pass(true, 1)
		assert.Zero(t, testing.AllocsPerRun(3, func() { blocks[0].Accumulate(pass); blocks[0].Fold(0.5); v.Apply(n.u, n.grad) }), s)
	}
}

// TestNumbersOfNoRow are refused as statistics that are not finite are.
func TestNumbersOfNoRow(t *testing.T) {
	for _, s := range Structures() {
		for _, bad := range []float64{-1, 9, 1.5, 1e300, float64(nan32()), float64(inf32())} {
			table, _ := newTable(t, 9, 3, 6, 2)
			blocks, err := structured[float64](s, table.layers, table.grad.Taps)
			require.NoError(t, err)
			was := table.grad.Taps[0].A.Float64s()[3]
			table.grad.Taps[0].A.Float64s()[3] = bad
			assert.False(t, blocks[0].Accumulate(table.pass(true, 1)), "%s %g", s, bad)
			table.grad.Taps[0].A.Float64s()[3] = was
			assert.True(t, blocks[0].Accumulate(table.pass(true, 1)), s)
		}
	}
}

// TestTablesThatDoNotFit are refused by name.
func TestTablesThatDoNotFit(t *testing.T) {
	table, _ := newTable(t, 9, 3, 6, 2)
	tap := table.grad.Taps[0]
	tap.A = graph.NewDense(graph.Float64, 12, 2)
	_, err := placedLayers(table.grad.Taps, table.params, nil)
	assert.ErrorContains(t, err, "kfac: tap table of kind embedding maps (12, 2) to (12, 3) with a weight of shape (9, 3): want N×1, N×D and V×D, and no bias")
}

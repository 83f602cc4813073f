package matmul_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/matmul"
)

// TestOf compares the product and both gradients with gonum's, and the tangents of the gradients with products of them.
func TestOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, tx := range []bool{false, true} {
		for _, ty := range []bool{false, true} {
			b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
			require.NoError(t, err)
			input := func(rows, cols int, trans bool) (*graph.Node, *mat.Dense) {
				if trans {
					rows, cols = cols, rows
				}
				n, v := b.Input("x", rows, cols)
				for i := range v.Float64s() {
					v.Float64s()[i] = rng.NormFloat64()
				}
				return n, mat.NewDense(rows, cols, v.Float64s())
			}
			op := func(m *mat.Dense, trans bool) mat.Matrix {
				if trans {
					return m.T()
				}
				return m
			}
			x, mx := input(3, 4, tx)
			y, my := input(4, 2, ty)
			g, mg := input(3, 2, false)
			dot, mdot := input(3, 4, tx)
			s, err := matmul.Of(b, x, tx, y, ty)
			require.NoError(t, err)
			grads, err := b.Backward(s, g, x, y)
			require.NoError(t, err)
			bend, err := b.Forward(grads[1], []*graph.Node{x}, []*graph.Node{dot})
			require.NoError(t, err)
			p, err := b.Compile(s, grads[0], grads[1], bend)
			require.NoError(t, err)
			require.NoError(t, p.Run())
			near := func(n *graph.Node, want mat.Matrix) {
				r, c := want.Dims()
				assert.True(t, mat.EqualApprox(want, mat.NewDense(r, c, graph.Value(n).Float64s()), 1e-13), "%v %v", tx, ty)
			}
			var product, dx, dy, d2 mat.Dense
			product.Mul(op(mx, tx), op(my, ty))
			near(s, &product)
			dx.Mul(mg, op(my, ty).T())
			near(grads[0], op(&dx, tx))
			dy.Mul(op(mx, tx).T(), mg)
			near(grads[1], op(&dy, ty))
			d2.Mul(op(mdot, tx).T(), mg)
			near(bend, op(&d2, ty))
		}
	}
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
	require.NoError(t, err)
	x, _ := b.Input("x", 2, 3)
	_, err = matmul.Of(b, x, false, x, false)
	assert.ErrorContains(t, err, "product of shapes (2, 3) and (2, 3)")
}

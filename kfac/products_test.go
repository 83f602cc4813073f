package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// TestProducts: uᵀFv of every pair of directions, on all examples and on the
// first few, against the enumerated Fisher; symmetric, and positive
// semidefinite where it has to be singular.
func TestProducts(t *testing.T) {
	everyCase(t, func(t *testing.T, n net, theta []float64, b batch) {
		m := n.model(t, theta)
		obj := n.batch(t, m, b)
		_, err := obj.Grad()
		require.NoError(t, err)
		dirs := make([]graph.Direction, 4)
		u := mat.NewDense(n.size, len(dirs), nil)
		for i := range dirs {
			v := normal(uint64(10+i), n.size).Float64s()
			u.SetCol(i, v)
			dirs[i] = direction(m.Params(), v)
		}
		for examples := range len(b.xs) + 1 {
			got, err := obj.Products(examples, dirs...)
			require.NoError(t, err)
			some := b
			if examples > 0 {
				some = b.first(examples)
			}
			var want mat.Dense
			want.Product(u.T(), n.fisher(n.exact(theta, some)), u)
			near(t, elements(&want), elements(got), 1e-10, examples, " examples")
			var e mat.EigenSym
			require.True(t, e.Factorize(got, false))
			assert.GreaterOrEqual(t, e.Values(nil)[0], -1e-14*mat.Norm(got, 1))
		}
	})
}

// direction is v in the shapes of params.
func direction(params []*graph.Param, v []float64) graph.Direction {
	d := graph.NewDirection(params)
	for i := range d {
		copy(d[i].Float64s(), v)
		v = v[d[i].DataSize():]
	}
	return d
}

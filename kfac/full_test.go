package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// TestFull is the sum of outer products of whole gradients, and apply its
// damped inverse.
func TestFull(t *testing.T) {
	const gamma = 0.3
	for fraction, leading := range map[float64]int{1: 5, 0.4: 2} {
		n := newNetwork[float64](t, 1, 5, affine{in: 6, out: 2}, affine{in: 2, out: 3, bias: true, locations: 2}, affine{in: 3, out: 1, bias: true})
		b, err := newFull[float64](n.layers)
		require.NoError(t, err)
		f := secondMoment(n.perExample(leading))
		require.True(t, b.Accumulate(n.pass(true, fraction)))
		for _, tap := range n.grad.Taps {
			redraw[float64](random(5), tap)
		}
		f.Add(f, secondMoment(n.perExample(leading)))
		require.True(t, b.Accumulate(n.pass(false, fraction)))
		require.True(t, b.Accumulate(&Pass{CurvaturePass: new(graph.CurvaturePass)}))
		b.Fold(0)
		assert.True(t, mat.EqualApprox(f, dense(b.f.mean, b.f.n), 1e-12))
		v := inverseOf(t, b, gamma)
		f = plus(f, gamma*gamma)
		closeTo(t, denseSolve(t, f, n.flat(n.grad.Direction)), n.solved(v), 1e-10)
		assert.InEpsilon(t, cond1(t, f), v.Condition(), 1e-10)
	}
}

func TestFullIsForTinyNetworks(t *testing.T) {
	n := newNetwork[float32](t, 1, 1, affine{in: 90, out: 90, bias: true})
	_, err := newFull[float32](n.layers)
	assert.NoError(t, err)
	n = newNetwork[float32](t, 1, 1, affine{in: 90, out: 91, bias: true})
	_, err = newFull[float32](n.layers)
	var tooLarge *TooLargeError
	require.ErrorAs(t, err, &tooLarge)
	assert.Equal(t, TooLargeError{Params: 8281, Most: 8192}, *tooLarge)
	assert.ErrorContains(t, err, "8281 parameters: want at most 8192,")
}

package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

func direction(x ...float64) graph.Direction {
	return graph.Direction{tensor.New(tensor.WithBacking(x[:1]), tensor.WithShape(1)), tensor.New(tensor.WithBacking(x[1:]), tensor.WithShape(len(x)-1))}
}

// TestAngle: norms and angles do not depend on units, down to the least and up
// to the greatest number.
func TestAngle(t *testing.T) {
	scales := []float64{1, 1e-300, 1e-160, 1e-80, 1e80, 1e160, 1e300, 0x1p-1060}
	for _, u := range scales {
		for _, v := range scales {
			d, e := direction(3*u, 0, 4*u), direction(0, 5*v, 12*v)
			norm, other, cosine := d.Angle(e)
			assert.InEpsilon(t, 5*u, norm, 1e-15)
			assert.InEpsilon(t, 5*u, d.Norm(), 1e-15)
			assert.InEpsilon(t, 13*v, other, 1e-15)
			assert.InEpsilon(t, 48.0/65, cosine, 1e-15, "%g %g", u, v)
		}
		norm, other, cosine := direction(0, 0, 0).Angle(direction(u, 0, u))
		assert.Zero(t, norm)
		assert.Zero(t, cosine)
		assert.Positive(t, other)
	}
	assert.Zero(t, direction(0, 0, 0).Norm())
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		assert.False(t, graph.CheckFinite(direction(1, bad).Norm()) == nil)
		_, _, cosine := direction(1, bad).Angle(direction(1, 1))
		assert.True(t, math.IsNaN(cosine))
	}
	single := graph.Direction{tensor.New(tensor.WithBacking([]float32{3e-45, 4e-45}))}
	norm, _, cosine := single.Angle(single)
	assert.InEpsilon(t, norm, single.Norm(), 1e-15)
	assert.InEpsilon(t, 1, cosine, 1e-15)
}

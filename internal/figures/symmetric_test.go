package figures

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSymmetricTicks(t *testing.T) {
	for _, test := range []struct {
		linear, lo, hi float64
		most           int
		want           []string
	}{
		{0.01, -0.2, 5, maxTicks, []string{"−0.1", "−0.01", "0", "0.01", "0.1", "1"}},
		{0.003, 0, 30, maxTicks, []string{"0", "0.01", "0.1", "1", "10"}},
		{0.01, -200, 200, 7, []string{"−100", "−1", "−0.01", "0", "0.01", "1", "100"}},
		{1e-6, -1e-3, 1e-5, maxTicks, []string{"−10⁻³", "−10⁻⁴", "−10⁻⁵", "−10⁻⁶", "0", "10⁻⁶", "10⁻⁵"}},
		{1, 20, 2000, maxTicks, []string{"100", "1,000"}},
		{10, -20, 60, maxTicks, []string{"−20", "0", "20", "40", "60"}}, // hardly logarithmic
	} {
		axis := Axis{Linear: test.linear}
		require.NoError(t, axis.validate())
		var got []string
		for _, tick := range (ticker{axis, test.most}).Ticks(test.lo, test.hi) {
			assert.LessOrEqual(t, test.lo, tick.Value)
			assert.LessOrEqual(t, tick.Value, test.hi)
			if !tick.IsMinor() {
				got = append(got, tick.Label)
			}
		}
		assert.Equal(t, test.want, got, "%+v", test)
	}
}

func TestSymmetricScale(t *testing.T) {
	s := symmetricScale{0.01}
	assert.Equal(t, 0.5, s.Normalize(-3, 3, 0))
	assert.Zero(t, s.Normalize(-3, 3, -3))
	assert.Equal(t, 1.0, s.Normalize(-3, 3, 3))
	// A decade far from 0 is as long as the next; near 0, equal steps are equal.
	decade := func(v float64) float64 { return s.Normalize(-1000, 1000, 10*v) - s.Normalize(-1000, 1000, v) }
	assert.InEpsilon(t, decade(1), decade(10), 1e-4)
	near := func(v float64) float64 { return s.Normalize(-1000, 1000, v) - 0.5 }
	assert.InEpsilon(t, 2*near(1e-4), near(2e-4), 1e-3)
	wide := s.widened(span{-1, 10, true}, 0.03)
	assert.InEpsilon(t, 0.03, -s.Normalize(-1, 10, wide.lo), 1e-9)
	assert.InEpsilon(t, 1.03, s.Normalize(-1, 10, wide.hi), 1e-9)
}

func TestSymmetricAxis(t *testing.T) {
	chart := Chart{X: Axis{Label: "eigenvalue", Linear: 0.01}, Y: Axis{Label: "count", Log: true},
		Series: []Series{{Label: "Hessian", Points: []Point{{X: -1, Y: 1}, {X: 0, Y: 1e5}, {X: 20, Y: 1}}}}}
	svg, err := chart.SVG()
	require.NoError(t, err)
	for _, label := range []string{"−0.1", "0.01", "10"} {
		assert.Contains(t, string(svg), ">"+label+"<")
	}
	for _, bad := range []Axis{{Linear: -1}, {Linear: math.NaN()}, {Linear: 1, Log: true}} {
		chart.X = bad
		_, err := chart.SVG()
		assert.Error(t, err, "%+v", bad)
	}
}

package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPromise: a parabola through 0 with the given slope there, and the given
// value at 1.
func TestPromise(t *testing.T) {
	for _, m := range []promise{{-2, -1}, {-3, -1}, {-5, -4.9}, {-1, -1}, {0, 0}, {-1, 2}} {
		assert.Zero(t, m.at(0))
		assert.InDelta(t, m.value, m.at(1), 1e-15)
		assert.InDelta(t, m.slope, (m.at(1e-3)-m.at(-1e-3))/2e-3, 1e-12)
		assert.InDelta(t, 2*(m.value-m.slope), m.at(2)-2*m.at(1), 1e-14)
	}
}

// TestBelievableIsARoot: a rate that was shortened promises 2h, from 0 on for the
// first time, whatever the parabola and its scale.
func TestBelievableIsARoot(t *testing.T) {
	for _, scale := range []float64{1e-300, 1e-160, 1, 1e160, 1e300} {
		for _, c := range []struct {
			m       promise
			rate, h float64
		}{
			{promise{-4, -2}, 1, 0.4}, {promise{-9, -6}, 1, 1}, {promise{-9, -6}, 1.2, 0.001}, {promise{-5, -4.9}, 0.8, 1},
			{promise{-3, -3}, 1, 1}, {promise{-100, -10}, 0.3, 2}, {promise{-4, -2}, 1.5, 0.2}, {promise{-4, -2}, 1, 1 - 1e-16},
		} {
			m, h := promise{c.m.slope * scale, c.m.value * scale}, c.h*scale
			r := m.believable(c.rate, h)
			assert.Less(t, r, c.rate+1e-7)
			assert.InEpsilon(t, 2*h, -m.at(r), 1e-12, "%+v times %g", c, scale)
			for part := 0.0; part < 0.999; part += 0.1 {
				assert.Less(t, -m.at(part*r), 2*h)
			}
		}
	}
	r := random(4) // where the whole fall of the parabola is next to 2h, rounding makes no NaN
	for range 2000 {
		m := promise{slope: -1 - r.Float64(), value: 0}
		m.value = m.slope + r.Float64() - m.slope/2
		bottom := -m.slope / (2 * (m.value - m.slope))
		h := math.Nextafter(-m.at(bottom)/2, 0)
		assert.InDelta(t, bottom, m.believable(bottom, h), 1e-6*bottom)
	}
	m := promise{-4, -3}
	assert.Equal(t, 0.7, m.believable(0.7, 1.5), "2.31 are promised, and 3 would be believed")
	assert.Equal(t, 0.7, m.believable(0.7, 0))
	assert.Equal(t, 0.7, m.believable(0.7, math.NaN()))
	assert.Equal(t, 0.7, promise{}.believable(0.7, 1))
}

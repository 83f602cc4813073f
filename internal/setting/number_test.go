package setting

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNumber: resolving twice is resolving once, and what is expressed is
// resolved to what it was.
func TestNumber(t *testing.T) {
	for _, r := range []Range{Positive, NotNegative, Decay, Share, Fraction, Period, PeriodOrOff, {Low: 1e-9, Below: 9, None: true, Off: 1e-9}} {
		for _, def := range []float64{0, 0.5, 1e-9} {
			for _, v := range []float64{0, None, 0.25, 0.5, 1, 1e-9} {
				x := v
				n := Of("x", &x, def, r)
				n.Resolve()
				inForce := x
				want := v
				if v == 0 {
					want = def
				} else if v == None && r.None {
					want = r.Off
				}
				assert.Equal(t, want, inForce)
				n.Express()
				n.Resolve()
				assert.Equal(t, inForce, x, "%+v, default %g, given %g", r, def, v)
			}
		}
	}
	steps := 0
	Numbers{Of("steps", &steps, 7, PeriodOrOff)}.Resolve()
	assert.Equal(t, 7, steps)
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		v    float64
		r    Range
		want string
	}{
		{-2, Positive, "x -2: want a finite number above 0"},
		{math.Inf(1), NotNegative, "x +Inf: want a finite number ≥ 0"},
		{1, Decay, "x 1: want at least 0 and below 1"},
		{1.5, Share, "x 1.5: want a number from 0 to 1"},
		{math.NaN(), Fraction, "x NaN: want more than 0 and at most 1"},
		{-1, Period, "x -1: None does not apply: want a whole number from 1 on"},
		{None, Positive, "x -1: None does not apply: want a finite number above 0"},
		{-3, PeriodOrOff, "x -3: want a whole number from 1 on"},
		{2, Range{Low: Positive.Low, Below: 2}, "x 2: want more than 0 and below 2"},
		{0.5, Decay, ""}, {0, Decay, ""}, {1, Fraction, ""}, {1, Share, ""}, {0, Share, ""}, {0, PeriodOrOff, ""},
	} {
		n := Of("x", &c.v, 3, c.r)
		err := Numbers{n}.Check()
		if c.want == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, c.want)
		}
	}
	found := 0.0
	assert.NoError(t, Of("x", &found, 0, Positive).Check(), "a default of 0 is found later")
}

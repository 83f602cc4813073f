package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestBelievable: a rate is shortened where its step promises a fall of more
// than 2h, to where it promises 2h, and never lengthened. Beyond 1 the promise
// falls again.
func TestBelievable(t *testing.T) {
	root := 1 - math.Sqrt(0.75) // (2r − r²)·8 = 2
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ rate, h, least, want float64 }{
		{1, 1, -1, 1},
		{1.5, 1, -1, 1.5},
		{1, 1, -2, 1},
		{1.9, 3, -6, 1.9},
		{1, 1, -8, root},
		{1, 0.5, -4, root},
		{1.5, 1, -8, root},
		{1.5, 1, -2.6, 1.5}, // 0.75 of a promise of 2.6
		{1.5, 1, -2.7, 1 - math.Sqrt(1-2/2.7)},
		{1.9, 1, -8, 1.9}, // the model has risen again
		{1.9, 1, -11, 1 - math.Sqrt(1-2.0/11)},
		{0.1, 1, -8, 0.1},
		{0, 1, -8, 0},
		{1, 1, 0, 1},
		{1, 0, -5, 1}, // there is no 2h to compare with
		{1, -1, -5, 1},
		{1, nan, -5, 1},
		{1, inf, -5, 1},
	} {
		assert.InDelta(t, c.want, promise{2 * c.least, c.least}.believable(c.rate, c.h), 1e-15, "%+v", c)
	}
	for _, least := range []float64{-2.001, -3, -100, -1e4} {
		r := promise{2 * least, least}.believable(1, 1)
		assert.InEpsilon(t, -2, (2*r-r*r)*least, 1e-10)
	}
}

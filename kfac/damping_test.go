package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBalance(t *testing.T) {
	assert.InDelta(t, math.Sqrt((6.0/3)/(8.0/2)), balance(6, 3, 8, 2), 1e-15)
	for _, c := range []struct{ a, g, want float64 }{
		{0, 8, 1}, {6, 0, 1}, {0, 0, 1}, {math.NaN(), 1, 1}, {1, math.NaN(), 1}, {-1, 1, 1},
		{1, 1e-30, maxBalance}, {1e-30, 1, 1 / maxBalance}, {math.Inf(1), 1, maxBalance}, {1, math.Inf(1), 1 / maxBalance},
	} {
		assert.Equal(t, c.want, balance(c.a, 1, c.g, 1), "traces %g and %g", c.a, c.g)
	}
}

func TestLevenbergMarquardtRule(t *testing.T) {
	const w = 0.8
	for _, c := range []struct{ rho, want float64 }{
		{0.2, 1 / w}, {0.25, 1}, {0.5, 1}, {0.75, 1}, {0.8, w}, {math.NaN(), 1 / w}, {-1, 1 / w}, {0, 1 / w},
		{math.Inf(1), w}, {math.Inf(-1), 1 / w},
	} {
		assert.Equal(t, c.want, adapt(1, c.rho, w), "rho %g", c.rho)
		assert.Equal(t, 10*c.want, adapt(10, c.rho, w), "rho %g", c.rho)
	}
}

func TestOmega(t *testing.T) {
	assert.InDelta(t, 0.95, omega(1), 1e-15)
	assert.InDelta(t, 0.95*0.95*0.95*0.95*0.95, omega(5), 1e-15)
	assert.InDelta(t, omega(20), omega(10)*omega(10), 1e-15)
}

// follow moves λ by a change of h and its prediction, as fixed mode does.
func follow(o *Optimizer, actual, predicted float64) {
	if o.rate(actual, predicted) {
		o.moveDamping(omega(o.cfg.DampingUpdateSteps))
	}
}

// TestRate: ρ and λ for every sign of the change and of its prediction.
func TestRate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	w := omega(5)
	for _, c := range []struct{ actual, predicted, rho, factor float64 }{
		{-0.1, -1, 0.1, 1 / w},
		{-0.5, -1, 0.5, 1},
		{-0.9, -1, 0.9, w},
		{-3, -1, 3, w},
		{0.5, -1, -0.5, 1 / w},
		{0, -1, 0, 1 / w},
		{nan, -1, nan, 1 / w},
		{inf, -1, -inf, 1 / w},
		{-1, nan, nan, 1 / w},
		{0.5, 1, -inf, 1 / w}, // uphill, and the model knew
		{0.5, 0, -inf, 1 / w},
		{inf, 1, -inf, 1 / w},
		{nan, 1, -inf, 1 / w},
		{-0.5, 1, nan, 1}, // better than the model thought
		{-0.5, 0, nan, 1},
		{0, 0, nan, 1},
	} {
		o := &Optimizer{cfg: Config{MaxDamping: 1e9, DampingUpdateSteps: 5}, lambda: 2, least: 1e-9}
		follow(o, c.actual, c.predicted)
		assert.InDelta(t, 2*c.factor, o.lambda, 1e-14, "%g for %g", c.actual, c.predicted)
		assert.Equal(t, bits(c.predicted, c.actual), bits(o.stats.Predicted, o.stats.Actual))
		if math.IsNaN(c.rho) || math.IsInf(c.rho, 0) {
			assert.Equal(t, bits(c.rho), bits(o.stats.Ratio), "%g for %g", c.actual, c.predicted)
		} else {
			assert.InDelta(t, c.rho, o.stats.Ratio, 1e-15)
		}
	}
}

func TestRateKeepsLambdaInItsBounds(t *testing.T) {
	o := &Optimizer{cfg: Config{MaxDamping: 2, DampingUpdateSteps: 5}, lambda: 1, least: 0.5}
	for range 20 {
		follow(o, -1, -1)
	}
	assert.Equal(t, 0.5, o.lambda)
	for range 40 {
		follow(o, 1, -1)
	}
	assert.Equal(t, 2.0, o.lambda)
}

func TestDue(t *testing.T) {
	for _, every := range []int{1, 4, 7} {
		var got []int
		for s := range 16 {
			if (&Optimizer{steps: s}).due(every) {
				got = append(got, s)
			}
		}
		want := map[int][]int{
			1: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
			4: {0, 1, 2, 4, 8, 12},
			7: {0, 1, 2, 7, 14},
		}
		assert.Equal(t, want[every], got)
	}
}

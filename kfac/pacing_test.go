package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// directions counts the directions that products were taken along in a step.
type directions struct {
	*bowl
	taken int
}

func (d *directions) Products(n int, dirs ...graph.Direction) (*mat.SymDense, error) {
	d.taken += len(dirs)
	return d.bowl.Products(n, dirs...)
}

// foundPace has nothing but the pace to take products for, and finds its period.
func foundPace() (Config, *directions) {
	cfg := Config{Mode: Adaptive, Damping: 1e-6, MinDamping: 1e-6, DampingUpdateSteps: None, GammaUpdateSteps: None, InverseUpdateSteps: 1000, LearningRate: 0.1}
	h, diagonal := mat.NewSymDense(3, nil), []float64{1, 2, 5}
	for i, d := range diagonal {
		h.SetSym(i, i, d)
	}
	return cfg, &directions{bowl: newBowl(h, make([]float64, 3), diagonal)}
}

// step takes a step from another place, where there is something to do, and returns
// the number of directions that it took products along.
func (d *directions) step(t *testing.T, o *Optimizer, k int) int {
	t.Helper()
	if k%steepnessSteps != 0 { // which takes a product of its own
		d.taken = 0
	}
	copy(d.theta(), randomSlice(random(uint64(k)), 3))
	_, err := o.Step(d)
	require.NoError(t, err)
	if k%steepnessSteps == 0 {
		d.taken--
	}
	taken := d.taken
	d.taken = 0
	return taken
}

// TestPeriodIsFound: where the inverse is F's, α = 1 whatever the mini-batch. The period
// doubles with each measurement, up to 8 steps, and most measurements are of the length
// alone. Once F is four times as great, a measurement finds α to be a fourth, and the
// period begins at 1 again.
func TestPeriodIsFound(t *testing.T) {
	cfg, d := foundPace()
	o := newOptimizer(t, cfg)
	a := adaptiveOf(o)
	var taken []int
	for k := range 40 {
		taken = append(taken, d.step(t, o, k))
	}
	assert.Equal(t, []int{1, 2, 2}, taken[:3], "δ₀ is zero at first")
	assert.Equal(t, mostPeriod, a.period)
	assert.InDelta(t, 1, a.held.alpha, 0.2)
	sum := 0
	for _, n := range taken[3:] {
		sum += n
	}
	assert.LessOrEqual(t, sum, 12, "products are rare: %v", taken)
	assert.Contains(t, taken[3:], 1, "of the length alone")

	d.products = 4
	measured := 0
	for k := 40; measured == 0; k++ {
		require.Less(t, k, 50)
		measured = d.step(t, o, k)
	}
	assert.Equal(t, 1, a.period)
	assert.InDelta(t, 0.25, a.held.alpha, 0.07)
	assert.Equal(t, 2, d.step(t, o, 51), "both are measured when they are on the move")
}

// TestLineIsTheMinimum: a step whose length alone is measured goes to the minimum of the
// model along αΔ + μδ₀.
func TestLineIsTheMinimum(t *testing.T) {
	cfg, d := foundPace()
	o := newOptimizer(t, cfg)
	a := adaptiveOf(o)
	for k := 0; ; k++ {
		require.Less(t, k, 40)
		held, last := a.held, make([]float64, 3)
		if k > 0 {
			copy(last, lastOf(o)[0].Float64s())
		}
		if d.step(t, o, k) != 1 || k == 0 {
			continue
		}
		g, line := d.param[0].Grad.Float64s(), make([]float64, 3)
		var slope, bend float64
		for i, f := range []float64{1, 2, 5} {
			line[i] = -held.alpha*g[i]/(f+o.gamma*o.gamma) + held.mu*last[i]
			slope, bend = slope+g[i]*line[i], bend+(f+o.lambda)*line[i]*line[i]
		}
		r := 0.1 * a.share() * -slope / bend
		for i, x := range lastOf(o)[0].Float64s() {
			assert.InDelta(t, r*line[i], x, 1e-12)
		}
		assert.InEpsilon(t, r*slope+r*r*bend/2, o.Stats().Predicted, 1e-9)
		return
	}
}

// TestLineWithoutCurvature: curvature along the line that is no number, zero, or negative
// is refused like any other, and the next mini-batch trains.
func TestLineWithoutCurvature(t *testing.T) {
	for _, factor := range []float64{math.NaN(), math.Inf(1), -1} {
		cfg, d := foundPace()
		o := newOptimizer(t, cfg)
		for k := range 6 { // past the inversion of step 4
			d.step(t, o, k)
		}
		require.GreaterOrEqual(t, adaptiveOf(o).period, 2)
		adaptiveOf(o).age = 100 // a measurement is due
		d.products, d.taken = factor, 0
		copy(d.theta(), randomSlice(random(77), 3))
		before := append([]float64{}, d.theta()...)
		_, err := o.Step(d)
		require.ErrorAs(t, err, new(*graph.NonFiniteError), "factor %g", factor)
		assert.Equal(t, 3, d.taken, "along the line, then along both directions")
		assert.Equal(t, before, d.theta())
		d.products = 1
		d.step(t, o, 4)
		assert.NotEqual(t, before, d.theta())
	}
}

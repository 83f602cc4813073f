package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"
)

// gridLeast is the least value of q on a grid of x₂ from −b to b, x₁ being where
// a search by thirds ends.
func gridLeast(q quadratic, b float64) float64 {
	best := 0.0
	for i := -100; i <= 100; i++ {
		x2 := b * float64(i) / 100
		lo, hi := -1e3, 1e3
		for range 120 {
			if a, c := lo+(hi-lo)/3, hi-(hi-lo)/3; q.at(a, x2) < q.at(c, x2) {
				hi = c
			} else {
				lo = a
			}
		}
		best = min(best, q.at(lo, x2))
	}
	return best
}

// TestWithinIsLeast: no point of a grid within the bound is lower, the point
// returned is within it, and its promise is the model along the way there. Where
// the minimum is within the bound, it is what is returned.
func TestWithinIsLeast(t *testing.T) {
	r := random(3)
	inside, outside := 0, 0
	for range 40 {
		x := mat.NewDense(2, 3, randomSlice(r, 6))
		var c mat.SymDense
		c.SymOuterK(1, x)
		s := randomSlice(r, 2)
		q := quadratic{c11: c.At(0, 0) + 0.1, c12: c.At(0, 1), c22: c.At(1, 1) + 0.1, s1: s[0], s2: s[1]}
		free1, free2, least := q.minimum()
		for _, b := range []float64{0.05, 0.9, 3, math.Inf(1)} {
			x1, x2, p := q.within(b)
			assert.LessOrEqual(t, math.Abs(x2), b)
			for _, part := range []float64{0, 0.1, 0.5, 1, 1.7} {
				assert.InDelta(t, q.at(part*x1, part*x2), p.at(part), 1e-12*(1+math.Abs(p.slope)))
			}
			if math.Abs(free2) <= b {
				inside++
				assert.Equal(t, [4]float64{free1, free2, least, 2 * least}, [4]float64{x1, x2, p.value, p.slope})
				continue
			}
			outside++
			assert.Greater(t, p.value, least)
			assert.InEpsilon(t, gridLeast(q, b), p.value, 1e-9, "%+v within %g", q, b)
		}
	}
	assert.Greater(t, inside, 20)
	assert.Greater(t, outside, 20)
}

// TestWithinOfDegenerateModels: the bound holds where a direction vanishes or is
// very long or short, and what has no least value is still not taken for one.
func TestWithinOfDegenerateModels(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		q             quadratic
		x1, x2, value float64
	}{
		"second zero":     {quadratic{c11: 4, s1: -2}, 0.5, 0, -0.5},
		"parallel":        {quadratic{c11: 4, c12: 8, c22: 16, s1: -2, s2: -4}, 0.5, 0, -0.5},
		"first vanishes":  {quadratic{c22: 1, s2: -5}, 0, 0.9, -4.5 + 0.405},
		"first, backward": {quadratic{c22: 1, s2: 5}, 0, -0.9, -4.5 + 0.405},
		"nothing":         {quadratic{}, 0, 0, 0},
		"second unknown":  {quadratic{c11: 1, c12: nan, c22: nan, s1: -1}, 1, 0, -0.5},
		"tiny":            {quadratic{c11: 1e-200, c22: 1e-200, s1: -1e-200, s2: -2e-200}, 1, 0.9, -1.895e-200},
		"huge":            {quadratic{c11: 1e200, c22: 1e200, s1: -1e200, s2: -2e200}, 1, 0.9, -1.895e200},
		"unlike":          {quadratic{c11: 1e-280, c22: 1e200, s1: -1e-280, s2: -2e200}, 1, 0.9, -1.395e200},
		"coupled":         {quadratic{c11: 1, c12: 0.5, c22: 1, s1: -1, s2: -3}, 0.55, 0.9, -0.55 - 2.7 + (0.3025+0.495+0.81)/2},
	} {
		x1, x2, p := c.q.within(0.9)
		assert.InDelta(t, c.x1, x1, 1e-12, name)
		assert.InDelta(t, c.x2, x2, 1e-12, name)
		assert.InDelta(t, 1, (p.value+math.SmallestNonzeroFloat64)/(c.value+math.SmallestNonzeroFloat64), 1e-12, name)
		assert.InDelta(t, 1, (p.slope+math.SmallestNonzeroFloat64)/(c.q.s1*c.x1+c.q.s2*c.x2+math.SmallestNonzeroFloat64), 1e-12, name)
	}
	for name, q := range map[string]quadratic{
		"first unknown":    {c11: nan, s1: -1},
		"slope unknown":    {c11: 1, s1: nan},
		"first concave":    {c11: -1, s1: -1},
		"first without":    {c11: 0, s1: -1},
		"second infinite":  {c11: 1, c22: 1, s1: -1, s2: -inf},
		"both are concave": {c11: -1, c22: -2, s1: -1, s2: 1},
	} {
		_, _, p := q.within(0.9)
		assert.False(t, p.value <= 0 && !math.IsInf(p.slope, -1), "%s: a step would be taken to %g", name, p)
	}
}

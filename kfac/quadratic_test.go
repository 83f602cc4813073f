package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"
)

// at is M(x) − M(0).
func (q quadratic) at(x1, x2 float64) float64 {
	return x1*q.s1 + x2*q.s2 + (x1*x1*q.c11+2*x1*x2*q.c12+x2*x2*q.c22)/2
}

func TestMinimumIsADenseSolve(t *testing.T) {
	r := random(1)
	for range 50 {
		x := mat.NewDense(2, 3, randomSlice(r, 6))
		var c mat.SymDense
		c.SymOuterK(1, x)
		s := randomSlice(r, 2)
		q := quadratic{c11: c.At(0, 0), c12: c.At(0, 1), c22: c.At(1, 1), s1: s[0], s2: s[1]}
		want := denseSolve(t, &c, s)
		x1, x2, least := q.minimum()
		tol := 1e-12 * mat.Cond(&c, 2)
		assert.InDelta(t, -want[0], x1, tol)
		assert.InDelta(t, -want[1], x2, tol)
		assert.InDelta(t, q.at(x1, x2), least, tol)
		for _, d := range [][2]float64{{1e-3, 0}, {-1e-3, 0}, {0, 1e-3}, {0, -1e-3}} {
			assert.Greater(t, q.at(x1+d[0], x2+d[1]), least)
		}
	}
}

// TestMinimumOfDegenerateModels: the second direction is left out where it is
// nothing new.
func TestMinimumOfDegenerateModels(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		q      quadratic
		x1, x2 float64
	}{
		"zero":             {quadratic{c11: 4, s1: -2}, 0.5, 0},
		"parallel":         {quadratic{c11: 4, c12: 8, c22: 16, s1: -2, s2: -4}, 0.5, 0},
		"antiparallel":     {quadratic{c11: 4, c12: -8, c22: 16, s1: -2, s2: 4}, 0.5, 0},
		"next to parallel": {quadratic{c11: 1, c12: 1, c22: 1 + 1e-6, s1: -1, s2: -3}, 1, 0},
		"just apart":       {quadratic{c11: 1, c12: 1, c22: 1 + 1e-4, s1: -1, s2: -1}, 1, 0},
		"any scale":        {quadratic{c11: 1, c12: 0, c22: 1e-30, s1: -1, s2: -1e-30}, 1, 1},
		"indefinite":       {quadratic{c11: 1, c12: 2, c22: 1, s1: -1, s2: -1}, 1, 0},
		"second concave":   {quadratic{c11: 1, c12: 0, c22: -1, s1: -1, s2: -1}, 1, 0},
		"second infinite":  {quadratic{c11: 1, c12: inf, c22: inf, s1: -1, s2: -inf}, 1, 0},
		"nothing":          {quadratic{}, 0, 0},
		"first vanishes":   {quadratic{c22: 4, s1: -1e-310, s2: -1}, 0, 0.25},
		"both vanish":      {quadratic{s1: -1e-310, s2: -1e-310}, 0, 0},
		"small squares":    {quadratic{c11: 1e-200, c12: 0, c22: 1e-200, s1: -1e-200, s2: -2e-200}, 1, 2},
		"great squares":    {quadratic{c11: 1e200, c12: 5e199, c22: 1e200, s1: -2e200, s2: -1e200}, 2, 0},
		"second unknown":   {quadratic{c11: 1, c12: nan, c22: nan, s1: -1, s2: 0}, 1, 0},
	} {
		x1, x2, least := c.q.minimum()
		assert.InDelta(t, c.x1, x1, 1e-10, name)
		assert.InDelta(t, c.x2, x2, 1e-10, name)
		if name != "second infinite" {
			assert.InDelta(t, c.q.s1*c.x1/2+c.q.s2*c.x2/2, least, 1e-10, name)
		}
	}
	for name, q := range map[string]quadratic{
		"first unknown":    {c11: nan, s1: -1},
		"slope unknown":    {c11: 1, s1: nan},
		"first concave":    {c11: -1, s1: -1},
		"first without":    {c11: 0, s1: -1},
		"both are concave": {c11: -1, c22: -2, s1: -1, s2: 1},
	} {
		_, _, least := q.minimum()
		assert.False(t, least <= 0 && !math.IsInf(least, -1), "%s: a step would be taken to %g", name, least)
	}
}

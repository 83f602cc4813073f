package kfac

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// scripted is a bowl on which the trials of a search fall by what is given, one
// after another, and the optimizer that searches. Along its gradient the
// curvature is start.
func scripted(t *testing.T, falls []float64, cfg Config) (b *bowl, o *Optimizer, start float64) {
	t.Helper()
	b = randomBowl(3, []float64{1, 2, 3})
	h := b.value(b.param[0].Grad.Float64s())
	g := b.param[0].Grad.Float64s()
	var gg, gHg float64
	for i, x := range g {
		gg += x * x
		for j, y := range g {
			gHg += x * b.h.At(i, j) * y
		}
	}
	trials := 0
	b.loss = func(float64) float64 {
		trials++
		require.LessOrEqual(t, trials, len(falls), "one more trial")
		return h - falls[trials-1]
	}
	t.Cleanup(func() { assert.Equal(t, len(falls), trials) })
	cfg.DampingUpdateSteps = -1 // no other loss
	o = newOptimizer(t, cfg)
	require.NoError(t, o.build(b))
	return b, o, gHg / gg
}

// TestSearchRule: the greatest λ whose step falls nearly as far as the best.
func TestSearchRule(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		falls []float64 // of λ, λ/10, …
		want  int       // power of ten
	}{
		"all alike":            {[]float64{1, 1, 1, 1}, 0},
		"the least is best":    {[]float64{0.1, 0.2, 0.3, 1}, 3},
		"nearly":               {[]float64{0.2, 0.951, 1, 0.97}, 1},
		"not nearly":           {[]float64{0.2, 0.949, 1, 0.97}, 2},
		"one in the middle":    {[]float64{-1, 1, -5, 0.5}, 1},
		"NaN":                  {[]float64{nan, 0.5, nan, 0.1}, 1},
		"infinite":             {[]float64{-inf, -inf, 0.5, -inf}, 2},
		"none goes down":       {[]float64{-1, -2, -0.5, -3}, 0},
		"none goes down far":   {[]float64{0, 0, 0, 0}, 0},
		"none is a number":     {[]float64{nan, nan, nan, nan}, 0},
		"no number, or uphill": {[]float64{nan, -1, nan, -inf}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, start := scripted(t, nil, Config{})
			b, o, _ := scripted(t, c.falls, Config{MinDamping: start * 0.5e-3})
			_, err := o.Step(b)
			require.NoError(t, err)
			want := start * math.Pow(10, -float64(c.want))
			assert.InEpsilon(t, want, o.Stats().Damping, 1e-12)
			assert.InEpsilon(t, math.Sqrt(want), o.Stats().Gamma, 1e-12)
		})
	}
}

// TestSearchBounds: no λ outside of them is tried, nor chosen, and no more than
// twelve.
func TestSearchBounds(t *testing.T) {
	_, _, start := scripted(t, nil, Config{})
	many := make([]float64, mostTrials)
	for i := range many {
		many[i] = float64(i)
	}
	for name, c := range map[string]struct {
		cfg   Config
		falls []float64
		want  float64
	}{
		"between two bounds": {Config{MinDamping: 0.02, MaxDamping: 0.3}, []float64{1, 2}, 0.03},
		"a single one":       {Config{MinDamping: 0.3, MaxDamping: 0.3}, []float64{1}, 0.3},
		"uphill":             {Config{MinDamping: 0.02, MaxDamping: 0.3}, []float64{-1, -1}, 0.3},
		"all too small":      {Config{MinDamping: 2 * start}, nil, 2 * start},
		"no end":             {Config{MinDamping: 1e-200}, many, start * 1e-11},
	} {
		t.Run(name, func(t *testing.T) {
			b, o, _ := scripted(t, c.falls, c.cfg)
			_, err := o.Step(b)
			require.NoError(t, err)
			assert.InEpsilon(t, c.want, o.Stats().Damping, 1e-12)
		})
	}
}

// TestSearchWithoutGradient: there is nowhere to go, and λ is the least.
func TestSearchWithoutGradient(t *testing.T) {
	b := randomBowl(3, []float64{1, 2, 3})
	copy(b.theta(), b.least)
	o := newOptimizer(t, Config{MinDamping: 0.01})
	_, err := o.Step(b)
	require.NoError(t, err)
	assert.Equal(t, 0.01, o.Stats().Damping)
	assert.Equal(t, b.least, b.theta())
}

// stubborn is an inverse that no damping below least helps.
type stubborn struct {
	Inverse
	least float64
}

func (s stubborn) Prepare(gamma float64) []*Decomposition {
	return append(s.Inverse.Prepare(gamma), &Decomposition{order: 1, try: func(float64, *workspace) bool { return gamma*gamma >= s.least }})
}

func (o *Optimizer) makeStubborn(least float64) {
	o.pre.inverses[0], o.pre.spares[0] = stubborn{o.pre.inverses[0], least}, stubborn{o.pre.spares[0], least}
}

// TestSearchEndsWhereNothingInverts: smaller dampings are no candidates, and
// the averages are not to blame.
func TestSearchEndsWhereNothingInverts(t *testing.T) {
	_, _, start := scripted(t, nil, Config{})
	b, o, _ := scripted(t, []float64{1, 2}, Config{MinDamping: 1e-9})
	o.makeStubborn(start * 0.05)
	_, err := o.Step(b)
	require.NoError(t, err)
	assert.InEpsilon(t, start/10, o.Stats().Damping, 1e-12)
	assert.Equal(t, 1, o.pre.folds)

	b, o, _ = scripted(t, nil, Config{MinDamping: 1e-9})
	o.makeStubborn(2 * start)
	_, err = o.Step(b)
	assert.ErrorIs(t, err, ErrNotPositive)
	assert.Equal(t, make([]float64, 3), b.theta())
	assert.Zero(t, o.pre.folds)
	assert.Zero(t, o.lambda, "to be looked for on the next mini-batch")

	given := newOptimizer(t, Config{Damping: start, GammaUpdateSteps: -1})
	require.NoError(t, given.build(b))
	given.makeStubborn(2 * start)
	_, err = given.Step(b)
	assert.ErrorIs(t, err, ErrNotPositive)
	assert.Zero(t, given.pre.folds, "λ is given, and the averages are to blame")
}

// TestSearchFails: an error, or a curvature that is not a number, ends it with
// the parameters as they were, and the next step searches again.
func TestSearchFails(t *testing.T) {
	failed := errors.New("failed")
	var nonFinite *graph.NonFiniteError
	for _, c := range []struct {
		products float64
		err      error
	}{{1, failed}, {math.NaN(), nil}} {
		b := randomBowl(3, []float64{1, 2, 3})
		o := newOptimizer(t, Config{MinDamping: 1e-3})
		b.products, b.err = c.products, c.err
		_, err := o.Step(b)
		if c.err != nil {
			assert.ErrorIs(t, err, failed)
		} else {
			assert.ErrorAs(t, err, &nonFinite)
		}
		assert.Equal(t, make([]float64, 3), b.theta())
		assert.Zero(t, o.lambda)
		b.products, b.err = 1, nil
		_, err = o.Step(b)
		require.NoError(t, err)

		undisturbed := randomBowl(3, []float64{1, 2, 3})
		first := newOptimizer(t, Config{MinDamping: 1e-3})
		_, err = first.Step(undisturbed)
		require.NoError(t, err)
		assert.Equal(t, undisturbed.theta(), b.theta())
		assert.Equal(t, first.Stats().Damping, o.Stats().Damping)
	}
}

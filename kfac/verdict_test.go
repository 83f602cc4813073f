package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// TestCompare: what the verdict is after losses that are compared with what was
// expected.
func TestCompare(t *testing.T) {
	nan := math.NaN()
	type pair struct{ expected, loss float64 } // before the step; expected is set by the step before
	for name, c := range map[string]struct {
		pairs  []pair
		want   verdict
		turned []bool
	}{
		"one":              {[]pair{{0, 3}}, undecided, []bool{false}},
		"first of all":     {[]pair{{3, 3}}, undecided, []bool{false}},
		"same":             {[]pair{{0, 3}, {2, 2}}, deterministic, []bool{false, true}},
		"same in float32":  {[]pair{{0, 3}, {2, 2 + 1e-6}}, deterministic, []bool{false, true}},
		"differing":        {[]pair{{0, 3}, {2, 2.001}}, stochastic, []bool{false, true}},
		"still the same":   {[]pair{{0, 3}, {2, 2}, {1, 1}}, deterministic, []bool{false, true, false}},
		"no longer":        {[]pair{{0, 3}, {2, 2}, {1, 1.1}}, stochastic, []bool{false, true, true}},
		"for good":         {[]pair{{0, 3}, {2, 2.1}, {1, 1}, {1, 1}}, stochastic, []bool{false, true, false, false}},
		"not known":        {[]pair{{0, 3}, {nan, 2}, {nan, 1}}, undecided, []bool{false, false, false}},
		"not known, same":  {[]pair{{0, 3}, {2, 2}, {nan, 7}}, deterministic, []bool{false, true, false}},
		"known later":      {[]pair{{0, 3}, {nan, 2}, {1, 1}}, deterministic, []bool{false, false, true}},
		"nothing left":     {[]pair{{0, 3}, {0, 0}}, deterministic, []bool{false, true}},
		"next to nothing":  {[]pair{{0, 3}, {1e-9, 2e-9}}, deterministic, []bool{false, true}},
		"zero first":       {[]pair{{0, 0}, {0, 5}, {4, 4}}, deterministic, []bool{false, false, true}},
		"first loss huge":  {[]pair{{0, 1e12}, {1, 2}}, deterministic, []bool{false, true}},
		"huge, differing":  {[]pair{{0, 1e12}, {1e11, 1e11 + 1e8}}, stochastic, []bool{false, true}},
		"first loss small": {[]pair{{0, 1e-9}, {1, 2}}, stochastic, []bool{false, true}},
		"units of 1e-300":  {[]pair{{0, 3e-300}, {2e-300, 2.1e-300}}, stochastic, []bool{false, true}},
		"below zero":       {[]pair{{0, -3}, {-4, -4}}, deterministic, []bool{false, true}},
		"infinite":         {[]pair{{0, 3}, {math.Inf(1), 2}}, stochastic, []bool{false, true}},
	} {
		var r repetition
		for i, p := range c.pairs {
			r.expected = p.expected
			assert.Equal(t, c.turned[i], r.compare(p.loss), "%s, loss %d", name, i)
			assert.True(t, math.IsNaN(r.expected), "%s: the same value is not compared twice", name)
		}
		assert.Equal(t, c.want, r.verdict, name)
	}
}

// move makes the bowl another mini-batch's.
func (b *bowl) move(seed uint64) { copy(b.least, randomSlice(random(seed), len(b.least))) }

// TestVerdictOfSteps: the verdict comes with the step after the first that
// measured ρ, and turns where mini-batches differ after all. Where the loss after
// a step is not known it does not come.
func TestVerdictOfSteps(t *testing.T) {
	u, d, s := undecided, deterministic, stochastic
	for name, c := range map[string]struct {
		cfg   Config
		moves int // before this step; 0: never
		want  []verdict
	}{
		"same":      {Config{DampingUpdateSteps: 1}, 0, []verdict{u, d, d, d, d, d, d}},
		"period":    {Config{DampingUpdateSteps: 3}, 0, []verdict{u, u, u, d, d, d, d}},
		"at once":   {Config{DampingUpdateSteps: 1}, 1, []verdict{u, s, s, s, s, s, s}},
		"later":     {Config{DampingUpdateSteps: 1}, 4, []verdict{u, d, d, d, s, s, s}},
		"before ρ":  {Config{DampingUpdateSteps: 4}, 2, []verdict{u, u, u, u, d, d, d}},
		"λ is kept": {Config{DampingUpdateSteps: None}, 0, []verdict{u, u, u, u, u, u, u}},
		"decay":     {Config{DampingUpdateSteps: 1, WeightDecay: 0.1}, 0, []verdict{u, u, u, u, u, u, u}},
	} {
		b := randomBowl(3, []float64{1, 2, 3})
		o := newOptimizer(t, c.cfg)
		for k, want := range c.want {
			if k == c.moves && k > 0 {
				b.move(9)
			}
			_, err := o.Step(b)
			require.NoError(t, err)
			assert.Equal(t, want, adaptiveOf(o).repeats.verdict, "%s, step %d", name, k)
		}
	}
}

// TestVerdictWithDecay: nor is anything compared after a step that was taken back,
// as if it were known of that one alone.
func TestVerdictWithDecay(t *testing.T) {
	b := randomBowl(3, []float64{1, 2, 3})
	o := newOptimizer(t, Config{DampingUpdateSteps: 1, Damping: 1, WeightDecay: 0.1})
	for k := range 4 {
		b.loss = nil
		if k == 1 {
			b.loss = func(float64) float64 { return math.NaN() }
		}
		_, err := o.Step(b)
		require.NoError(t, err)
		assert.Equal(t, k == 1, o.Stats().Undone)
		assert.Equal(t, undecided, adaptiveOf(o).repeats.verdict)
	}
}

// TestVerdictWithDropout: one mini-batch that has other masks in each step is not
// the same one.
func TestVerdictWithDropout(t *testing.T) {
	r := newRun(t, Config{}, graph.Float64, 1, 3)
	for range 8 {
		_, err := r.optimizer.Step(r.batch(0))
		require.NoError(t, err)
	}
	assert.Equal(t, stochastic, r.optimizer.policy.(*adaptive).repeats.verdict)
	assert.InEpsilon(t, 6.0/38, adaptiveOf(r.optimizer).share(), 1e-15)
}

// TestFloorFollowsTheVerdict: λ's least goes down with the verdict that
// mini-batches are the same, and comes back, with λ above it, where they are not.
// A floor that is given stays, and none goes above a λ that is given or λ's
// ceiling.
func TestFloorFollowsTheVerdict(t *testing.T) {
	steep := func(factor float64) func(float64) float64 {
		return func(s float64) float64 { return factor * s }
	}
	constant := func(v float64) func(float64) float64 { return func(float64) float64 { return v } }
	const flat = -1
	for name, c := range map[string]struct {
		cfg        Config
		unit       float64 // of curvature; 0: 1
		first, low func(steepness float64) float64
	}{
		"found":           {Config{}, 0, steep(1e-2), steep(1e-15)},
		"great curvature": {Config{MaxDamping: 2000}, 1e8, constant(LeastDamping(1)), steep(1e-15)},
		"given":           {Config{MinDamping: 1e-3}, 0, constant(1e-3), constant(1e-3)},
		"none":            {Config{MinDamping: None}, 0, constant(leastFloor), constant(leastFloor)},
		"λ is given":      {Config{Damping: 1e-4}, 0, constant(1e-4), steep(1e-15)},
		"less is given":   {Config{Damping: 1e-18}, 0, constant(1e-18), constant(1e-18)},
		"a ceiling":       {Config{MaxDamping: 1e-3}, 0, constant(1e-3), steep(1e-15)},
		"a low ceiling":   {Config{MaxDamping: 1e-3}, 1e17, constant(1e-3), constant(1e-3)},
		"no curvature":    {Config{}, flat, constant(1000), constant(leastFloor)},
	} {
		b := randomBowl(3, []float64{1, 2, 3})
		if c.unit > 0 {
			b.h.ScaleSym(c.unit, b.h)
			for i, x := range b.pass.Loose[0].Float64s() {
				b.pass.Loose[0].Float64s()[i] = x * math.Sqrt(c.unit)
			}
		}
		if c.unit == flat {
			b.products = 0
		}
		c.cfg.DampingUpdateSteps = 1
		o := newOptimizer(t, c.cfg)
		for k := range 30 {
			if k == 20 {
				o.lambda = o.least // the least that it may have become
			}
			if k >= 20 {
				b.move(uint64(k))
			}
			_, err := o.Step(b)
			require.NoError(t, err, name)
			want := c.first(adaptiveOf(o).steepness)
			if k > 0 && k < 20 {
				want = c.low(adaptiveOf(o).steepness)
			}
			s := o.Stats()
			require.InEpsilon(t, want, s.LeastDamping, 1e-14, "%s, step %d", name, k)
			require.GreaterOrEqual(t, s.Damping, want*(1-1e-14), "%s, step %d", name, k)
			require.LessOrEqual(t, s.Damping, o.cfg.MaxDamping)
		}
		assert.Equal(t, stochastic, adaptiveOf(o).repeats.verdict)
	}
}

package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// TestShare: N/(N+B), and the whole way without a noise scale and where
// mini-batches do not differ.
func TestShare(t *testing.T) {
	for _, c := range []struct {
		examples int
		noise    float64
		verdict  verdict
		want     float64
	}{
		{1, 0, undecided, 1.0 / 33},
		{32, 0, undecided, 0.5},
		{512, 0, undecided, 512.0 / 544},
		{32, 0, stochastic, 0.5},
		{1, 5, stochastic, 1.0 / 6},
		{20, 5, undecided, 0.8},
		{1, None, undecided, 1},
		{32, None, stochastic, 1},
		{512, None, undecided, 1},
		{1, 0, deterministic, 1},
		{32, 1e9, deterministic, 1},
	} {
		o := newOptimizer(t, Config{NoiseScale: c.noise})
		o.pre.examples, adaptiveOf(o).repeats.verdict = c.examples, c.verdict
		assert.InEpsilon(t, c.want, adaptiveOf(o).share(), 1e-15, "%+v", c)
	}
}

// TestShareOfAStep: a first step goes its share of the way, by the size of the
// mini-batch, and the model of it knows: in units of its own fall a step of r has
// 2r − r². The clip is beside the share.
func TestShareOfAStep(t *testing.T) {
	take := func(noise float64) (theta []float64, s Stats) {
		b := randomBowl(3, []float64{1, 2, 3})
		o := newOptimizer(t, Config{Damping: 0.5, NoiseScale: noise, DampingUpdateSteps: 1})
		_, err := o.Step(b)
		require.NoError(t, err)
		return b.theta(), o.Stats()
	}
	whole, s := take(None)
	for noise, share := range map[float64]float64{0: 1.0 / 33, 1: 0.5, 3: 0.25} {
		theta, part := take(noise)
		for i, v := range whole {
			assert.InEpsilon(t, share*v, theta[i], 1e-12)
		}
		assert.InEpsilon(t, share*s.Alpha, part.Alpha, 1e-12)
		assert.InEpsilon(t, (2*share-share*share)*s.Predicted, part.Predicted, 1e-12)
		assert.Equal(t, 1.0, part.ClipFactor)
	}
}

// TestShareFollowsTheMiniBatch: also where no factors are measured, and for a
// model without taps.
func TestShareFollowsTheMiniBatch(t *testing.T) {
	r := newRun(t, Config{FactorUpdateSteps: 100, Damping: 1}, graph.Float64, 1, 3)
	for k := range 8 { // of six examples and of four
		r.steps(k, k+1)
		assert.Equal(t, 6-2*(k%2), r.optimizer.pre.examples)
	}
	b := randomBowl(3, []float64{1, 2, 3})
	b.taps = nil
	sized := &ofSize{b, 7}
	o := newOptimizer(t, Config{FactorUpdateSteps: 100, Damping: 1})
	for range 5 {
		sized.examples++
		_, err := o.Step(sized)
		require.NoError(t, err)
		assert.Equal(t, sized.examples, o.pre.examples)
	}
}

// ofSize is a bowl of several examples.
type ofSize struct {
	*bowl
	examples int
}

func (s *ofSize) Examples() int { return s.examples }

func TestMostMomentum(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		noise    float64
		examples int
		want     float64 // inf where mini-batches are all the same
	}{
		{0, 1, 0.9}, {0, 256, 0.9}, {0, 512, 1.8}, {5, 40, 0.9}, {5, 400, 9}, {5, 1, 0.9}, {None, 1, inf}, {None, 512, inf},
	} {
		for _, v := range []verdict{undecided, deterministic, stochastic} {
			o := newOptimizer(t, Config{NoiseScale: c.noise})
			adaptiveOf(o).repeats.verdict, o.pre.examples = v, c.examples
			want := c.want
			if v == deterministic {
				want = inf
			}
			assert.Equal(t, want, adaptiveOf(o).mostMomentum(), "B %g, %d examples, verdict %d", c.noise, c.examples, v)
		}
	}
}

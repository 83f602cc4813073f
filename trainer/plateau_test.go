package trainer_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/codec/codectest"
	"github.com/gokfac/gokfac/trainer"
)

// scored is an evaluation's event.
func scored(step int, score float64, higher bool) *trainer.Event {
	return &trainer.Event{Kind: trainer.Evaluated, Step: step, Record: &trainer.Record{
		Step: step, Scores: map[string]float64{"score": score, "other": 1}, HigherIsBetter: map[string]bool{"score": higher, "other": true},
	}}
}

// reduceOnPlateau is PyTorch's ReduceLROnPlateau, for a rate that begins at 1, with eps 0.
type reduceOnPlateau struct {
	max, rel                           bool
	patience, cooldown                 int
	factor, threshold, least, rate     float64
	best                               float64
	numBad, cooldownCounter, lastEpoch int
}

func (s *reduceOnPlateau) step(current float64) float64 {
	if s.lastEpoch++; s.lastEpoch == 1 {
		s.rate, s.best = 1, math.Inf(1)
		if s.max {
			s.best = math.Inf(-1)
		}
	}
	better := false
	switch {
	case !s.max && s.rel:
		better = current < s.best*(1-s.threshold)
	case !s.max:
		better = current < s.best-s.threshold
	case s.rel:
		better = current > s.best*(s.threshold+1)
	default:
		better = current > s.best+s.threshold
	}
	if better {
		s.best, s.numBad = current, 0
	} else {
		s.numBad++
	}
	if s.cooldownCounter > 0 {
		s.cooldownCounter--
		s.numBad = 0
	}
	if s.numBad > s.patience {
		s.rate = max(s.rate*s.factor, s.least)
		s.cooldownCounter, s.numBad = s.cooldown, 0
	}
	return s.rate
}

// On scores that fall, rise and stand still, the factors are PyTorch's, whose patience is one less, in both of its
// threshold modes. Scores are above 0, where relative thresholds mean the same.
func TestPlateauIsPyTorchs(t *testing.T) {
	reductions := 0
	for _, c := range []struct {
		higher, absolute    bool
		patience, cooldown  int
		factor, thr, lowest float64
	}{
		{patience: 1, factor: 0.5, thr: 0.1},
		{patience: 3, factor: 0.1, thr: 0.01, cooldown: 2},
		{patience: 2, factor: 0.3, thr: 0.2, cooldown: 1, lowest: 0.05, higher: true},
		{patience: 2, factor: 0.7, thr: 0.3, absolute: true, cooldown: 3},
		{patience: 4, factor: 0.9, thr: 0.05, absolute: true, higher: true, lowest: 0.2},
	} {
		for seed := range uint64(20) {
			rng := rand.New(rand.NewPCG(seed, 1))
			p := &trainer.Plateau{Metric: "score", Factor: c.factor, Patience: c.patience, Cooldown: c.cooldown, MinFactor: c.lowest, Threshold: c.thr, Absolute: c.absolute}
			want := &reduceOnPlateau{max: c.higher, rel: !c.absolute, patience: c.patience - 1, cooldown: c.cooldown, factor: c.factor, threshold: c.thr, least: c.lowest}
			next := p.Schedule(trainer.Linear())
			score := 2.0
			for k := range 60 {
				switch v := rng.Float64(); {
				case v < 0.1: // a tie
				case v < 0.15:
					score = math.NaN()
				default:
					score = 0.3 + 4*rng.Float64()*math.Exp(-float64(k)/30)
				}
				before := p.RateFactor()
				require.NoError(t, p.Callback(scored(k, score, c.higher)))
				require.Equal(t, want.step(score), p.RateFactor(), "%+v, seed %d, evaluation %d", c, seed, k)
				require.Equal(t, p.RateFactor()*(1-float64(k)/60), next(k, 60))
				if p.RateFactor() < before {
					reductions++
				}
			}
		}
	}
	assert.Greater(t, reductions, 300)
}

// By hand, patience 2 and a cooldown of 1: two bad evaluations reduce, the next one is not counted.
func TestPlateauByHand(t *testing.T) {
	p := &trainer.Plateau{Metric: "score", Factor: 0.5, Patience: 2, Cooldown: 1, MinFactor: 0.2}
	assert.Equal(t, 1.0, p.Schedule(nil)(3, 4))
	for k, c := range []struct{ score, want float64 }{
		{math.NaN(), 1}, {3, 1}, {3, 1}, {2, 1}, {2, 1}, {2.5, 0.5}, // ties are no improvement
		{9, 0.5}, {9, 0.5}, {2, 0.25}, // 9 in the cooldown is not counted
		{1, 0.25}, {1, 0.25}, {1, 0.2}, // the best score of a cooldown is one
		{1, 0.2}, {1, 0.2}, {1, 0.2},
	} {
		require.NoError(t, p.Callback(scored(k, c.score, false)))
		assert.Equal(t, c.want, p.RateFactor(), k)
	}
	assert.Equal(t, 0.2, p.Schedule(nil)(3, 4))
}

// A relative threshold asks for an improvement of scores below 0, too: a part of |best|.
func TestPlateauBelowZero(t *testing.T) {
	for _, higher := range []bool{false, true} {
		p := &trainer.Plateau{Metric: "score", Patience: 1, Threshold: 0.1}
		better, tenth := -11.5, 0.1
		if higher {
			better = -8.5
		}
		for k, c := range []struct{ score, want float64 }{{-10, 1}, {-10, 0.1}, {better, 0.1}, {better, tenth * tenth}} {
			require.NoError(t, p.Callback(scored(k, c.score, higher)))
			assert.Equal(t, c.want, p.RateFactor(), "%t %d", higher, k)
		}
	}
}

func TestPlateauRefuses(t *testing.T) {
	for want, p := range map[string]*trainer.Plateau{
		"trainer: plateau: name the metric that is watched":                                 {},
		"trainer: plateau: factor 1: want more than 0 and below 1":                          {Metric: "score", Factor: 1},
		"trainer: plateau: patience -1: None does not apply: want a whole number from 1 on": {Metric: "score", Patience: -1},
		"trainer: plateau: cooldown -2: want a whole number from 1 on":                      {Metric: "score", Cooldown: -2},
		"trainer: plateau: least factor 2: want at least 0 and below 1":                     {Metric: "score", MinFactor: 2},
		"trainer: plateau: threshold NaN: want a finite number ≥ 0":                         {Metric: "score", Threshold: math.NaN()},
	} {
		assert.EqualError(t, p.Validate(), want)
		assert.EqualError(t, p.Callback(&trainer.Event{Kind: trainer.StepDone}), want, "at the first event")
		assert.EqualError(t, p.Callback(scored(1, 1, true)), want)
	}
	p := &trainer.Plateau{Metric: "loss"}
	assert.NoError(t, p.Callback(&trainer.Event{Kind: trainer.StepDone}))
	assert.EqualError(t, p.Callback(scored(1, 1, true)), `trainer: plateau: no metric "loss" is evaluated: want one of other, score`)
	assert.EqualError(t, p.Callback(&trainer.Event{Kind: trainer.Evaluated, Record: &trainer.Record{}}), `trainer: plateau: no metric "loss" is evaluated: the run has no evaluations`)
}

// Evaluations after a state was restored are as if nothing had been in between.
func TestPlateauResumes(t *testing.T) {
	scores := []float64{3, 2, 2, 2, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5}
	build := func() *trainer.Plateau {
		return &trainer.Plateau{Metric: "score", Patience: 2, Cooldown: 2, Factor: 0.5}
	}
	whole := build()
	var factors []float64
	for k, s := range scores {
		require.NoError(t, whole.Callback(scored(k, s, false)))
		factors = append(factors, whole.RateFactor())
	}
	require.Less(t, factors[len(factors)-1], 0.25)
	for cut := range scores {
		first, second := build(), build()
		for k, s := range scores[:cut] {
			require.NoError(t, first.Callback(scored(k, s, false)))
		}
		require.NoError(t, second.UnmarshalBinary(save(t, first)))
		for k, s := range scores[cut:] {
			require.NoError(t, second.Callback(scored(cut+k, s, false)))
			assert.Equal(t, factors[cut+k], second.RateFactor(), "%d %d", cut, k)
		}
		same(t, [][]byte{save(t, whole)}, [][]byte{save(t, second)})
	}
	before := save(t, whole)
	other := &trainer.Plateau{Metric: "loss"}
	assert.EqualError(t, whole.UnmarshalBinary(save(t, other)), `trainer: plateau state: of the metric "loss", not of "score"`)
	assert.ErrorContains(t, whole.UnmarshalBinary(before[:len(before)-1]), "trainer: plateau state: cut short")
	same(t, [][]byte{before}, [][]byte{save(t, whole)})
}

// In a run the schedule has the plateau's factor from the step after the evaluation on.
func TestPlateauInARun(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	p := &trainer.Plateau{Metric: "test_loss", Patience: 1, Threshold: 1e6, Factor: 0.5}
	var rates []float64
	run := &trainer.Trainer{
		Model: m, Optimizer: sgd(t, 0.5), MaxSteps: 20, Schedule: p.Schedule(nil),
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &memory{x: src.x, y: src.y, n: 8}}},
		Callbacks: []trainer.Callback{p.Callback, func(e *trainer.Event) error {
			if e.Kind == trainer.StepDone {
				rates = append(rates, e.LearningRate)
			}
			return nil
		}},
	}
	_, err := run.Fit(context.Background(), src)
	require.NoError(t, err)
	for k, r := range rates { // epochs of 5 steps; the first score is an improvement
		want := 0.5
		if k >= 10 {
			want = 0.25
		}
		if k >= 15 {
			want = 0.125
		}
		assert.Equal(t, want, r, k)
	}
}

// A refused state changes nothing; one that is taken is the one that is saved, and evaluations after it are no panic.
func FuzzPlateauState(f *testing.F) {
	p := &trainer.Plateau{Metric: "score", Patience: 1}
	f.Add(save(f, p))
	for k := range 4 {
		require.NoError(f, p.Callback(scored(k, 1, false)))
		f.Add(save(f, p))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &trainer.Plateau{Metric: "score", Patience: 1}
		want := save(t, p)
		data = codectest.Seal(data)
		if err := p.UnmarshalBinary(data); err != nil {
			require.NotContains(t, err.Error(), "\n")
		} else {
			want = data
		}
		require.Equal(t, want, save(t, p))
		for k := range 3 {
			require.NoError(t, p.Callback(scored(k, 1, k == 1)))
			require.True(t, p.RateFactor() >= 0 && p.RateFactor() <= 1, fmt.Sprint(p.RateFactor()))
		}
	})
}

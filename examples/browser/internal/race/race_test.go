package race

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// small is a race that a test has time for.
func small() Settings {
	s := Defaults()
	s.Batch, s.Hidden = 64, 16
	return s
}

// drawn are the digits of all tests, which nothing changes.
var drawn = sync.OnceValue(func() *Data { return Open(0) })

func race(t *testing.T, s Settings) *Race {
	t.Helper()
	r, err := New(drawn(), s)
	require.NoError(t, err)
	return r
}

// TestTurns: both learn, their shares of the time differ by a step, and the points are those that the news tell.
func TestTurns(t *testing.T) {
	r := race(t, small())
	first := r.News()
	assert.Empty(t, first.Contenders[0].Points, "the loss before the first step is measured in it")
	var points [2][]Point
	longest := 0.0
	for r.contenders[0].first(0.9) == nil || r.contenders[1].first(0.9) == nil {
		before := [2]float64{r.contenders[0].seconds(), r.contenders[1].seconds()}
		require.NoError(t, r.Turn(t.Context(), 0))
		for i, c := range r.contenders {
			longest = max(longest, c.seconds()-before[i])
		}
		news := r.News()
		for i, c := range news.Contenders {
			points[i] = append(points[i], c.Points...)
			assert.LessOrEqual(t, c.Seconds, news.Contenders[1-i].Seconds+longest)
		}
		require.Less(t, r.contenders[0].steps, 500)
	}
	for i, c := range r.contenders {
		assert.Equal(t, c.points, points[i], c.name)
		assert.Equal(t, 0, c.points[0].Step)
		assert.InDelta(t, 0.1, c.points[0].Accuracy, 0.08, "ten digits, nothing learnt")
		assert.Equal(t, evaluateEvery, c.points[1].Step)
		reached := r.News().Contenders[i].Reached
		require.Len(t, reached, len(goals()))
		for k, goal := range goals() {
			assert.Equal(t, goal, reached[k].Goal)
			assert.Equal(t, c.first(goal), reached[k].Point)
		}
	}
	assert.Equal(t, r.contenders[0].points[0], r.contenders[1].points[0], "the same weights, the same mini-batch")
}

// TestOrderOfTurns: a contender's losses have the same bits, whoever's turn it is when.
func TestOrderOfTurns(t *testing.T) {
	losses := func(order []int) (points [2][]Point) {
		r := race(t, small())
		for _, i := range order {
			require.NoError(t, r.contenders[i].step(t.Context()))
		}
		for i, c := range r.contenders {
			for _, p := range c.points {
				p.Seconds = 0
				points[i] = append(points[i], p)
			}
		}
		return points
	}
	inTurns := losses([]int{0, 1, 0, 1, 0, 1, 0, 1, 0, 1})
	assert.Equal(t, inTurns, losses([]int{1, 1, 1, 1, 1, 0, 0, 0, 0, 0}))
	assert.Len(t, inTurns[0], 2)
}

// TestFirst finds goals by hand.
func TestFirst(t *testing.T) {
	c := &contender{points: []Point{{Step: 0, Accuracy: 0.1}, {Step: 5, Accuracy: 0.95}, {Step: 10, Accuracy: 0.94}, {Step: 15, Accuracy: 0.97}}, steps: 15}
	assert.Equal(t, 5, c.first(0.95).Step, "at least")
	assert.Equal(t, 15, c.first(0.951).Step)
	assert.Nil(t, c.first(0.98))
}

// TestOver: a race ends when both have had their time.
func TestOver(t *testing.T) {
	s := small()
	s.Seconds = 1
	r := race(t, s)
	require.NoError(t, r.Turn(t.Context(), time.Hour))
	assert.True(t, r.Over())
	for _, c := range r.News().Contenders {
		assert.GreaterOrEqual(t, c.Seconds, 1.0)
		assert.Less(t, c.Seconds, 10.0)
	}
	steps := r.contenders[0].steps
	require.NoError(t, r.Turn(t.Context(), time.Hour))
	assert.Equal(t, steps, r.contenders[0].steps)
}

// broken is an optimizer whose loss is no number.
type broken struct{ *trainer.Adam }

func (broken) Step(graph.Objective) (float64, error) {
	return nan(), &graph.NonFiniteError{Loss: nan()}
}

// TestDiverged: a contender whose loss is no number any more says so and stops. The other goes on.
func TestDiverged(t *testing.T) {
	r := race(t, small())
	adam, err := trainer.NewAdam(trainer.AdamConfig{})
	require.NoError(t, err)
	r.contenders[1], err = newContender("Adam", r.data, r.settings, broken{adam})
	require.NoError(t, err)
	require.NoError(t, r.contenders[0].step(t.Context()))
	require.NoError(t, r.Turn(t.Context(), 0))
	require.NoError(t, r.Turn(t.Context(), 0))
	news := r.News()
	assert.Contains(t, news.Contenders[1].Problem, "diverged at step 1")
	assert.Empty(t, news.Contenders[0].Problem)
	assert.Equal(t, 2, news.Contenders[0].Steps)
	assert.False(t, news.Over)
	digits, err := r.Digits(0)
	require.NoError(t, err)
	assert.Equal(t, make([]float64, 10), digits.Digits[0].Probabilities[1])
}

func TestTurnEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, race(t, small()).Turn(ctx, time.Hour), context.Canceled)
}

func TestValidate(t *testing.T) {
	require.NoError(t, Defaults().Validate())
	for want, change := range map[string]func(*Settings){
		"mini-batches of 0 digits":      func(s *Settings) { s.Batch = 0 },
		"mini-batches of 99999 digits":  func(s *Settings) { s.Batch = 99999 },
		"-3 hidden units":               func(s *Settings) { s.Hidden = -3 },
		"learning rate 0":               func(s *Settings) { s.Rate = 0 },
		"learning rate NaN":             func(s *Settings) { s.Rate = nan() },
		"0.5 seconds of training":       func(s *Settings) { s.Seconds = 0.5 },
		"100000 seconds of training: w": func(s *Settings) { s.Seconds = 1e5 },
	} {
		s := Defaults()
		change(&s)
		_, err := New(nil, s)
		assert.ErrorContains(t, err, want)
	}
}

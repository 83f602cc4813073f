package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

func TestParseTarget(t *testing.T) {
	target, err := trainer.ParseTarget("test_accuracy=0.98")
	require.NoError(t, err)
	assert.Equal(t, trainer.Target{Metric: "test_accuracy", Value: 0.98}, *target)
	for _, bad := range []string{"", "test_accuracy", "=0.5", "test_accuracy=", "test_accuracy=high", "a=NaN", "a=Inf", "a=1=2"} {
		target, err := trainer.ParseTarget(bad)
		assert.ErrorContains(t, err, `"`+bad+`": want METRIC=VALUE`)
		assert.Nil(t, target)
	}
}

// A score is to be at least the value where its metric says that higher is
// better, else at most. Its name says nothing.
func TestTargetDirections(t *testing.T) {
	nan := math.NaN()
	higher := map[string]bool{"test_accuracy": true, "auc": true, "test_loss": false, "reconstruction_error": false, "inaccuracy": false}
	for _, c := range []struct {
		metric  string
		score   float64
		reached bool
	}{
		{"test_accuracy", 0.49, false}, {"test_accuracy", 0.5, true}, {"test_accuracy", 0.51, true}, {"test_accuracy", nan, false},
		{"auc", 0.49, false}, {"auc", 0.5, true}, {"auc", 0.51, true},
		{"inaccuracy", 0.49, true}, {"inaccuracy", 0.51, false},
		{"test_loss", 0.49, true}, {"test_loss", 0.5, true}, {"test_loss", 0.51, false}, {"test_loss", nan, false},
		{"reconstruction_error", 0.51, false}, {"reconstruction_error", 0.49, true},
	} {
		target := &trainer.Target{Metric: c.metric, Value: 0.5}
		e := &trainer.Event{Kind: trainer.StepDone, Step: 7, Record: &trainer.Record{
			TrainSeconds: 1.5, Scores: map[string]float64{c.metric: c.score}, HigherIsBetter: higher,
		}}
		assert.NoError(t, target.Callback(e), "a step is not an evaluation")
		assert.False(t, target.Reached)
		e.Kind = trainer.Evaluated
		err := target.Callback(e)
		assert.Equal(t, c.reached, target.Reached, "%s at %v", c.metric, c.score)
		if c.reached {
			assert.ErrorIs(t, err, trainer.ErrStop)
			assert.Equal(t, 7, target.Step)
			assert.Equal(t, 1.5, target.Seconds)
		} else {
			assert.NoError(t, err)
		}
	}
	unknown := &trainer.Target{Metric: "valid_loss"}
	err := unknown.Callback(&trainer.Event{Kind: trainer.Evaluated, Record: &trainer.Record{}})
	assert.ErrorContains(t, err, `no metric "valid_loss"`)
	assert.NotErrorIs(t, err, trainer.ErrStop)
	err = unknown.Callback(&trainer.Event{Kind: trainer.Evaluated, Record: &trainer.Record{Scores: map[string]float64{"valid_loss": 0}}})
	assert.ErrorContains(t, err, `nothing says whether a higher "valid_loss" is better`)
}

package results_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

func number(v float64) *results.Number { n := results.Number(v); return &n }

// TestRoundTrip: what is read is what was written, in the same order.
func TestRoundTrip(t *testing.T) {
	step := 20
	run := &results.Run{
		Version: 1, Label: "adam", Optimizer: "adam", Model: "mlp", Dataset: "digits", Seed: math.MaxUint64, Workers: 2, DType: "float32",
		BatchSize: 512, Params: 7, Steps: 20, Epochs: 2, PerEpoch: 10, TrainSeconds: 1.5, StepsPerSecond: 13.3, TrainLoss: 0.1,
		Scores: results.Fields[results.Number]{{Name: "test_loss", Value: 0.2}, {Name: "test_accuracy", Value: 0.9}},
		Target: &results.Target{Metric: "test_accuracy", Value: 0.9, Reached: true, Step: &step, Seconds: number(1.25)},
		Ending: results.Reached, Warnings: []string{"the test loss ended above"},
		History: []results.Record{{
			Step: 20, Epoch: 2, TrainLoss: 0.1, TrainSeconds: 1.5,
			Scores: results.Fields[results.Number]{{Name: "test_loss", Value: 0.2}, {Name: "test_accuracy", Value: 0.9}},
			Phases: results.Fields[results.Number]{{Name: "gradient", Value: 1}, {Name: "update", Value: 0.25}},
			KFAC:   &results.Diagnostics{Loss: 0.1, Damping: 2, UndoneSteps: 1},
		}},
		Config:      results.Fields[any]{{Name: "lr", Value: 0.5}, {Name: "hidden", Value: []any{8.0, 4.0}}, {Name: "kfac_damping", Value: nil}},
		Command:     "go run ./cmd/train -opt adam",
		Environment: &results.Environment{Version: "v1", Processors: 2},
	}
	text, err := json.Marshal(run)
	require.NoError(t, err)
	assert.Regexp(t, `^\{"version":1,"label":"adam",.*"train_loss":0.1,"test_loss":0.2,"test_accuracy":0.9,"target":\{.*"environment":\{.*\}\}$`, string(text))
	var read results.Run
	require.NoError(t, json.Unmarshal(text, &read))
	assert.Equal(t, run, &read)
	again, err := json.Marshal(&read)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))
}

// TestNotMeasured: null is NaN on the way back.
func TestNotMeasured(t *testing.T) {
	text, err := json.Marshal(results.Record{TrainLoss: results.Number(math.Inf(1)), TrainSeconds: results.Number(math.NaN())})
	require.NoError(t, err)
	assert.JSONEq(t, `{"step":0,"epoch":0,"train_loss":null,"train_seconds":null}`, string(text))
	var read results.Record
	require.NoError(t, json.Unmarshal(text, &read))
	assert.True(t, math.IsNaN(float64(read.TrainLoss)))
	assert.True(t, math.IsNaN(read.Score("test_loss")), "a score that is not there")
}

func TestDamaged(t *testing.T) {
	for _, text := range []string{`[]`, `{"steps":"many"}`, `{"history":[{"step":{}}]}`, `{"seed":-1}`, `null`} {
		assert.Error(t, json.Unmarshal([]byte(text), &results.Run{}), text)
	}
	var run results.Run
	require.NoError(t, json.Unmarshal([]byte(`{"steps":3,"later":{"x":1},"test_loss":2}`), &run))
	assert.Equal(t, results.Fields[results.Number]{{Name: "test_loss", Value: 2}}, run.Scores, "fields of a later version are no scores")
}

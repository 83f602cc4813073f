package trainer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestFitAccumulates: steps of three mini-batches of four are those of mini-batches of
// twelve, and a saved run goes on with them.
func TestFitAccumulates(t *testing.T) {
	for name, optimizer := range map[string]func() (trainer.Optimizer, error){
		"Adam": func() (trainer.Optimizer, error) { return trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01}) },
		"Muon": func() (trainer.Optimizer, error) {
			return trainer.NewMuon(trainer.MuonConfig{LearningRate: 0.01, LastLayer: true})
		},
		"Shampoo": func() (trainer.Optimizer, error) {
			return trainer.NewShampoo(trainer.ShampooConfig{LearningRate: 0.01, UpdateSteps: 2})
		},
		"SOAP": func() (trainer.Optimizer, error) { // larger sides have null spaces, whose basis rounding decides upon
			return trainer.NewSOAP(trainer.SOAPConfig{LearningRate: 0.01, UpdateSteps: 2, MaxDimension: 3})
		},
	} {
		t.Run(name, func(t *testing.T) { accumulates(t, optimizer) })
	}
}

func accumulates(t *testing.T, optimizer func() (trainer.Optimizer, error)) {
	data := &datasets.Dataset{Name: "noise", Shape: []int{2}, Classes: 3}
	for i := range 36 {
		data.Train.Labels = append(data.Train.Labels, int32(i%3))
		data.Train.X = append(data.Train.X, float32(i%5), float32(i%7))
	}
	make := func(batch, parts int) (*trainer.Trainer, *datasets.Loader) {
		model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}},
			losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: 1})
		require.NoError(t, err)
		opt, err := optimizer()
		require.NoError(t, err)
		loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: batch, Shuffle: true, Seed: 3})
		require.NoError(t, err)
		return &trainer.Trainer{Model: model, Optimizer: opt, Epochs: 3, Accumulate: parts, ClipNorm: 0.5, FinishSteps: true}, loader
	}
	whole, source := make(12, 0)
	want, err := whole.Fit(context.Background(), source)
	require.NoError(t, err)
	parted, source := make(4, 3)
	var state []byte
	parted.Callbacks = []trainer.Callback{func(e *trainer.Event) error {
		assert.Equal(t, 12, e.Examples)
		if e.Step == 4 && e.Kind == trainer.StepDone {
			state, err = parted.MarshalBinary()
		}
		return err
	}}
	got, err := parted.Fit(context.Background(), source)
	require.NoError(t, err)
	require.Equal(t, 9, got.Steps)
	require.Equal(t, 3, got.Epochs)
	require.Len(t, got.History, 3)
	for i, rec := range want.History {
		assert.Equal(t, rec.Step, got.History[i].Step)
		assert.InDelta(t, rec.TrainLoss, got.History[i].TrainLoss, 1e-12)
	}
	resumed, source := make(4, 3)
	require.NoError(t, resumed.UnmarshalBinary(state))
	again, err := resumed.Fit(context.Background(), source)
	require.NoError(t, err)
	assert.Equal(t, history(got), history(again))

	short, source := make(4, 2) // nine mini-batches: the epoch's last step has one
	res, err := short.Fit(context.Background(), source)
	require.NoError(t, err)
	assert.Equal(t, 15, res.Steps)
	bad, source := make(4, -1)
	_, err = bad.Fit(context.Background(), source)
	assert.ErrorContains(t, err, "must not be negative")
}

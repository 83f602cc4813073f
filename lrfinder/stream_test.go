package lrfinder_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets/stream"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/lrfinder"
	"github.com/gokfac/gokfac/trainer"
)

// TestRunOnStream: a range test on a stream leaves it where it was, and an error of its data is the test's.
func TestRunOnStream(t *testing.T) {
	torn := errors.New("disk is gone")
	for _, rows := range []int{40, 33} {
		examples := func(yield func(stream.Example, error) bool) {
			for i := range rows {
				if !yield(stream.Example{X: []float64{float64(i%8) / 4}, Y: []float64{float64(i % 8)}}, nil) {
					return
				}
			}
			if rows == 33 {
				yield(stream.Example{}, torn)
			}
		}
		source, err := stream.New(t.Context(), examples, stream.Options{Shape: []int{1}, Outputs: 1, BatchSize: 8, Window: 10})
		require.NoError(t, err)
		source.Next()
		model, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}})
		require.NoError(t, err)
		before, err := source.MarshalBinary()
		require.NoError(t, err)
		f := lrfinder.Finder{Model: model, Steps: 12, Optimizer: func() (trainer.Optimizer, error) { return trainer.NewSGD(trainer.SGDConfig{LearningRate: 1}) }}
		_, err = f.Run(context.Background(), source)
		if rows == 33 {
			assert.ErrorContains(t, err, "the data: stream: after 33 examples of epoch 1: disk is gone")
			assert.ErrorIs(t, err, torn)
			continue
		}
		require.NoError(t, err)
		after, err := source.MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, before, after)
	}
}

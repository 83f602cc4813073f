package trainer_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/datasets/stream"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// rowsOf is a split as a sequence of examples.
func rowsOf(s datasets.Split, width int) iter.Seq2[stream.Example, error] {
	return func(yield func(stream.Example, error) bool) {
		x := make([]float64, width)
		for i, label := range s.Labels {
			for j := range x {
				x[j] = float64(s.X[i*width+j])
			}
			if !yield(stream.Example{X: x, Label: int(label)}, nil) {
				return
			}
		}
	}
}

// noise is a data set of 22 examples of 4 values in 3 classes, as that of newRig.
func noise(n int) *datasets.Dataset {
	data := &datasets.Dataset{Name: "noise", Shape: []int{4}, Classes: 3}
	for i := range n {
		data.Train.Labels = append(data.Train.Labels, int32(i*i%3))
		for j := range 4 {
			data.Train.X = append(data.Train.X, float32((i*7+j*3)%11)/5-1)
		}
	}
	return data
}

// TestStreamIsALoader: a run on a stream, and its evaluation, have the bits of those on the same examples in memory.
func TestStreamIsALoader(t *testing.T) {
	data := noise(22)
	for _, accumulate := range []int{1, 3} {
		for _, examples := range []int{0, 22} {
			var want string
			for i := range 2 {
				r := newRig(t, "Adam", graph.Float32, 1)
				loader := func(size int) trainer.Source {
					l, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: size, KeepLast: true})
					require.NoError(t, err)
					return l
				}
				flow := func(size int) trainer.Source {
					s, err := stream.New(t.Context(), rowsOf(data.Train, 4), stream.Options{
						Shape: data.Shape, Classes: 3, BatchSize: size, KeepLast: true, Examples: examples})
					require.NoError(t, err)
					return s
				}
				source := []func(int) trainer.Source{loader, flow}[i]
				tr := &trainer.Trainer{Model: r.model, Optimizer: r.optimizer, Epochs: 3, EvalEvery: 2, Accumulate: accumulate,
					Evaluations: []trainer.Evaluation{{Source: source(7)}}, Metrics: []trainer.Metric{trainer.Accuracy()}}
				res, err := tr.Fit(context.Background(), source(5))
				require.NoError(t, err)
				if i == 0 {
					want = history(res)
				}
				assert.Equal(t, want, history(res))
			}
		}
	}
}

// TestStreamResumes: a run on a stream with a window goes on from any of its states with the same bits.
func TestStreamResumes(t *testing.T) {
	data := noise(22)
	begin := func(seed uint64) (*wholeRun, *stream.Stream) {
		r := newWhole(t, "Adam", seed)
		r.trainer.MaxSteps, r.trainer.Epochs, r.trainer.Schedule = 0, 2, nil
		test, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 22})
		require.NoError(t, err)
		r.trainer.Evaluations[0].Source = test // the rig's own has an order of the seed
		s, err := stream.New(t.Context(), rowsOf(data.Train, 4), stream.Options{
			Shape: data.Shape, Classes: 3, BatchSize: 5, KeepLast: true, Window: 6, Seed: 2})
		require.NoError(t, err)
		return r, s
	}
	whole, data1 := begin(1)
	var saved [][]byte
	whole.trainer.Callbacks = append(whole.trainer.Callbacks, func(*trainer.Event) error {
		state, err := whole.trainer.MarshalBinary()
		if !errors.Is(err, trainer.ErrBetweenSteps) {
			require.NoError(t, err)
			saved = append(saved, state)
		}
		return nil
	})
	want, err := whole.trainer.Fit(context.Background(), data1)
	require.NoError(t, err)
	assert.Equal(t, 10, want.Steps)
	assert.Greater(t, len(saved), 8)
	for _, state := range saved {
		r, examples := begin(4)
		require.NoError(t, r.trainer.UnmarshalBinary(state))
		got, err := r.trainer.Fit(context.Background(), examples)
		require.NoError(t, err)
		assert.Equal(t, history(want), history(got))
		for i, p := range whole.model.Params() {
			assert.Equal(t, p.Value.Data(), r.model.Params()[i].Value.Data())
		}
	}
}

// TestStreamFails: the error of a stream is Fit's, with the steps before it.
func TestStreamFails(t *testing.T) {
	torn := errors.New("disk is gone")
	examples := func(yield func(stream.Example, error) bool) {
		for e, err := range rowsOf(noise(13).Train, 4) {
			if !yield(e, err) {
				return
			}
		}
		yield(stream.Example{}, torn)
	}
	opt := stream.Options{Shape: []int{4}, BatchSize: 5, KeepLast: true}
	source, err := stream.New(t.Context(), examples, opt)
	require.NoError(t, err)
	r := newRig(t, "SGD", graph.Float32, 1)
	tr := &trainer.Trainer{Model: r.model, Optimizer: r.optimizer, Epochs: 1}
	res, err := tr.Fit(context.Background(), source)
	assert.EqualError(t, err, "trainer: the data: stream: after 13 examples of epoch 1: disk is gone")
	assert.ErrorIs(t, err, torn)
	assert.Equal(t, 2, res.Steps)

	source, err = stream.New(t.Context(), examples, opt)
	require.NoError(t, err)
	_, err = r.model.Evaluate(context.Background(), source)
	assert.ErrorIs(t, err, torn)
}

package datasets

import (
	"errors"
	"iter"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStreamErrors: every error is one line that names the example, and ends the data for good.
func TestStreamErrors(t *testing.T) {
	lost := errors.New("connection lost")
	with := func(change func(i int, e *Example) error) iter.Seq2[Example, error] {
		return func(yield func(Example, error) bool) {
			for i := range 10 {
				e := Example{X: []float64{1}, Label: i % 3}
				if err := change(i, &e); !yield(e, err) {
					return
				}
			}
		}
	}
	at := func(at int, f func(e *Example)) iter.Seq2[Example, error] {
		return with(func(i int, e *Example) error {
			if i == at {
				f(e)
			}
			return nil
		})
	}
	none := func(*Example) {}
	for want, c := range map[string]struct {
		examples iter.Seq2[Example, error]
		opt      StreamOptions
		batches  int
	}{
		"datasets: stream: after 6 examples of epoch 1: connection lost": {with(func(i int, _ *Example) error {
			if i == 6 {
				return lost
			}
			return nil
		}), StreamOptions{}, 3},
		"datasets: stream: example 4: 2 values: an example of shape [1] has 1":                  {at(3, func(e *Example) { e.X = []float64{1, 2} }), StreamOptions{}, 1},
		"datasets: stream: example 1: value 1 is NaN: want finite numbers":                      {at(0, func(e *Example) { e.X[0] = math.NaN() }), StreamOptions{}, 0},
		"datasets: stream: example 5: label 3: the 3 classes have the numbers 0 to 2":           {at(4, func(e *Example) { e.Label = 3 }), StreamOptions{Classes: 3}, 2},
		"datasets: stream: example 5: label -1: want a number from 0 to 2³¹−1":                  {at(4, func(e *Example) { e.Label = -1 }), StreamOptions{}, 2},
		"datasets: stream: example 1: 0 values to predict: the options say 2":                   {at(4, none), StreamOptions{Outputs: 2}, 0},
		"datasets: stream: example 1: value 1 to predict is +Inf: want finite numbers":          {at(0, func(e *Example) { e.Y = []float64{math.Inf(1)} }), StreamOptions{Outputs: 1}, 0},
		"datasets: stream: the sequence ended after 10 of the 12 examples that the options say": {at(0, none), StreamOptions{Examples: 12}, 5},
		"datasets: stream: the sequence has more than the 8 examples that the options say":      {at(0, none), StreamOptions{Examples: 8}, 4},
		"datasets: stream: the sequence has 10 examples: a batch has 11":                        {at(0, none), StreamOptions{BatchSize: 11}, 0},
		"datasets: stream: the sequence gave no example":                                        {sequence(0), StreamOptions{KeepLast: true}, 0},
	} {
		if c.opt.BatchSize == 0 {
			c.opt.BatchSize = 2
		}
		s := newTestStream(t, c.examples, c.opt)
		n := 0
		for _, _, ok := s.Next(); ok; _, _, ok = s.Next() {
			n++
		}
		assert.EqualError(t, s.Err(), want)
		assert.Equal(t, c.batches, n, want)
		assert.Equal(t, want == "datasets: stream: after 6 examples of epoch 1: connection lost", errors.Is(s.Err(), lost))
		_, _, ok := s.Next()
		assert.False(t, ok)
		_, err := s.MarshalBinary()
		assert.ErrorContains(t, err, want)
	}

	read := false
	once := func(yield func(Example, error) bool) {
		if !read {
			read = true
			sequence(4)(yield)
		}
	}
	s := newTestStream(t, once, StreamOptions{BatchSize: 2})
	assert.Len(t, streamEpoch(t, s), 2)
	assert.NoError(t, s.Err())
	assert.Empty(t, streamEpoch(t, s))
	assert.EqualError(t, s.Err(), "datasets: stream: the sequence gave no example in epoch 2: one that can be read only once lasts for one epoch")
}

func TestStreamOptionsErrors(t *testing.T) {
	good := StreamOptions{Shape: []int{2}, BatchSize: 4}
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(*StreamOptions){
		"Shape, that of one example, is missing":     func(o *StreamOptions) { o.Shape = nil },
		"shape [2 0] of an example":                  func(o *StreamOptions) { o.Shape = []int{2, 0} },
		"shape [1048576 1048576] of an example":      func(o *StreamOptions) { o.Shape = []int{1 << 20, 1 << 20} },
		"batch size 0 is not positive":               func(o *StreamOptions) { o.BatchSize = 0 },
		"must not be negative":                       func(o *StreamOptions) { o.Window = -1 },
		"3 classes and 2 outputs":                    func(o *StreamOptions) { o.Classes, o.Outputs = 3, 2 },
		"Reconstruct, whose targets are the inputs":  func(o *StreamOptions) { o.Reconstruct, o.Outputs = true, 1 },
		"batch size 4 is larger than the 3 examples": func(o *StreamOptions) { o.Examples = 3 },
		"an example has 2 values":                    func(o *StreamOptions) { o.Scaling = Scaling{Mean: make([]float64, 3), Deviation: make([]float64, 3)} },
		"a target has 0 values": func(o *StreamOptions) {
			o.TargetScaling = Scaling{Mean: make([]float64, 3), Deviation: make([]float64, 3)}
		},
	} {
		opt := good
		change(&opt)
		_, err := NewStream(t.Context(), sequence(3), opt)
		assert.ErrorContains(t, err, want)
	}
	_, err := NewStream(t.Context(), nil, good)
	assert.ErrorContains(t, err, "there is no sequence")
}

package stream

import (
	"errors"
	"iter"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/scaling"
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
		opt      Options
		batches  int
	}{
		"stream: after 6 examples of epoch 1: connection lost": {with(func(i int, _ *Example) error {
			if i == 6 {
				return lost
			}
			return nil
		}), Options{}, 3},
		"stream: example 4: 2 values: an example of shape [1] has 1":                               {at(3, func(e *Example) { e.X = []float64{1, 2} }), Options{}, 1},
		"stream: example 1: value 1 is NaN: want finite numbers":                                   {at(0, func(e *Example) { e.X[0] = math.NaN() }), Options{}, 0},
		"stream: example 5: label 3: the 3 classes have the numbers 0 to 2":                        {at(4, func(e *Example) { e.Label = 3 }), Options{Classes: 3}, 2},
		"stream: example 5: label -1: want a number from 0 to 2³¹−1":                               {at(4, func(e *Example) { e.Label = -1 }), Options{}, 2},
		"stream: example 1: 0 values to predict: the options say 2":                                {at(4, none), Options{Outputs: 2}, 0},
		"stream: example 1: value 1 to predict is +Inf: want finite numbers":                       {at(0, func(e *Example) { e.Y = []float64{math.Inf(1)} }), Options{Outputs: 1}, 0},
		"stream: example 3: value 1 is 1e+39, which a float32 does not hold: scale it":             {at(2, func(e *Example) { e.X[0] = 1e39 }), Options{}, 1},
		"stream: example 1: value 1 to predict is -1e+39, which a float32 does not hold: scale it": {at(0, func(e *Example) { e.Y = []float64{-1e39} }), Options{Outputs: 1}, 0},
		"stream: the sequence ended after 10 of the 12 examples that the options say":              {at(0, none), Options{Examples: 12}, 5},
		"stream: the sequence has more than the 8 examples that the options say":                   {at(0, none), Options{Examples: 8}, 4},
		"stream: the sequence has 10 examples: a batch has 11":                                     {at(0, none), Options{BatchSize: 11}, 0},
		"stream: the sequence gave no example":                                                     {sequence(0), Options{KeepLast: true}, 0},
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
		assert.Equal(t, want == "stream: after 6 examples of epoch 1: connection lost", errors.Is(s.Err(), lost))
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
	s := newTestStream(t, once, Options{BatchSize: 2})
	assert.Len(t, streamEpoch(t, s), 2)
	assert.NoError(t, s.Err())
	assert.Empty(t, streamEpoch(t, s))
	assert.EqualError(t, s.Err(), "stream: the sequence gave no example in epoch 2: one that can be read only once lasts for one epoch")
}

// TestStreamPanics: a sequence that panics, or that ends the goroutine that it is read in, does not end the process.
func TestStreamPanics(t *testing.T) {
	for range 20 {
		s := newTestStream(t, func(yield func(Example, error) bool) { sequence(3)(yield); panic("mine") }, Options{BatchSize: 2})
		_, _, ok := s.Next()
		assert.True(t, ok)
		assert.PanicsWithValue(t, "mine", func() { s.Next() })
		assert.PanicsWithValue(t, "mine", func() { s.Next() }, "again")
		require.NoError(t, s.Close())
	}
	s := newTestStream(t, func(yield func(Example, error) bool) { sequence(3)(yield); runtime.Goexit() }, Options{BatchSize: 2})
	assert.Len(t, streamEpoch(t, s), 1)
	assert.EqualError(t, s.Err(), "stream: the sequence has ended its goroutine")
}

func TestOptionsErrors(t *testing.T) {
	good := Options{Shape: []int{2}, BatchSize: 4}
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(*Options){
		"Shape, that of one example, is missing":     func(o *Options) { o.Shape = nil },
		"shape [2 0] of an example":                  func(o *Options) { o.Shape = []int{2, 0} },
		"shape [1048576 1048576] of an example":      func(o *Options) { o.Shape = []int{1 << 20, 1 << 20} },
		"batch size 0 is not positive":               func(o *Options) { o.BatchSize = 0 },
		"must not be negative":                       func(o *Options) { o.Window = -1 },
		"window of 9223372036854775807 examples":     func(o *Options) { o.Window = math.MaxInt },
		"batch of 549755813889 or":                   func(o *Options) { o.BatchSize = 1<<39 + 1 },
		"3 classes and 2 outputs":                    func(o *Options) { o.Classes, o.Outputs = 3, 2 },
		"Reconstruct, whose targets are the inputs":  func(o *Options) { o.Reconstruct, o.Outputs = true, 1 },
		"batch size 4 is larger than the 3 examples": func(o *Options) { o.Examples = 3 },
		"an example has 2 values":                    func(o *Options) { o.Scaling = scaling.Scaling{Mean: make([]float64, 3), Deviation: make([]float64, 3)} },
		"a target has 0 values": func(o *Options) {
			o.TargetScaling = scaling.Scaling{Mean: make([]float64, 3), Deviation: make([]float64, 3)}
		},
	} {
		opt := good
		change(&opt)
		_, err := New(t.Context(), sequence(3), opt)
		assert.ErrorContains(t, err, want)
	}
	_, err := New(t.Context(), nil, good)
	assert.ErrorContains(t, err, "there is no sequence")
}

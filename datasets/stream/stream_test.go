package stream

import (
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/scaling"
)

// sequence is a sequence of n examples whose value and label are their number. It uses one slice for all.
func sequence(n int) iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		x := []float64{0}
		for i := range n {
			x[0] = float64(i)
			if !yield(Example{X: x, Label: i}, nil) {
				return
			}
		}
	}
}

func newTestStream(t *testing.T, examples iter.Seq2[Example, error], opt Options) *Stream {
	t.Helper()
	if opt.Shape == nil {
		opt.Shape = []int{1}
	}
	s, err := New(t.Context(), examples, opt)
	require.NoError(t, err)
	return s
}

// streamEpoch returns the labels of an epoch, and checks that x has them as well.
func streamEpoch(t *testing.T, s *Stream) (batches [][]int32) {
	t.Helper()
	for x, y, ok := s.Next(); ok; x, y, ok = s.Next() {
		labels := y.Data().([]int32)
		require.Equal(t, []int{len(labels), 1}, []int(x.Shape()))
		for i, label := range labels {
			require.Equal(t, float32(label), x.Data().([]float32)[i])
		}
		batches = append(batches, slices.Clone(labels))
	}
	return batches
}

func TestStreamInOrder(t *testing.T) {
	s := newTestStream(t, sequence(7), Options{BatchSize: 3})
	assert.Equal(t, -1, s.Steps())
	for range 3 {
		assert.Equal(t, [][]int32{{0, 1, 2}, {3, 4, 5}}, streamEpoch(t, s))
		assert.NoError(t, s.Err())
	}
	s = newTestStream(t, sequence(7), Options{BatchSize: 3, KeepLast: true, Examples: 7})
	assert.Equal(t, 3, s.Steps())
	for range 3 {
		assert.Equal(t, [][]int32{{0, 1, 2}, {3, 4, 5}, {6}}, streamEpoch(t, s))
	}
	s = newTestStream(t, sequence(6), Options{BatchSize: 3, KeepLast: true, Examples: 6})
	assert.Equal(t, [][]int32{{0, 1, 2}, {3, 4, 5}}, streamEpoch(t, s))
	assert.Equal(t, 2, s.Steps())
	s = newTestStream(t, sequence(2), Options{BatchSize: 3, KeepLast: true})
	assert.Equal(t, [][]int32{{0, 1}}, streamEpoch(t, s))
}

// TestStreamWindow: every example once, in an order that the seed and the epoch determine; none comes earlier than its
// place less the window allows, and a window of the whole length is a shuffle in which each example comes first equally often.
func TestStreamWindow(t *testing.T) {
	const n, window = 40, 8
	opt := Options{BatchSize: 4, Window: window, Seed: 3}
	s, again := newTestStream(t, sequence(n), opt), newTestStream(t, sequence(n), opt)
	var orders [][]int32
	for range 3 {
		order := slices.Concat(streamEpoch(t, s)...)
		assert.Equal(t, order, slices.Concat(streamEpoch(t, again)...))
		for place, example := range order {
			assert.Less(t, int(example), place+window, "example %d cannot be in the window at place %d", example, place)
		}
		sorted := slices.Sorted(slices.Values(order))
		require.Len(t, sorted, n)
		for i, example := range sorted {
			require.Equal(t, int32(i), example)
		}
		orders = append(orders, order)
	}
	assert.NotEqual(t, orders[0], orders[1])
	assert.NotEqual(t, orders[1], orders[2])
	opt.Seed = 4
	assert.NotEqual(t, orders[0], slices.Concat(streamEpoch(t, newTestStream(t, sequence(n), opt))...))

	first := make([]int, 5)
	s = newTestStream(t, sequence(5), Options{BatchSize: 5, Window: 9, Seed: 1})
	const epochs = 2000
	for range epochs {
		first[streamEpoch(t, s)[0][0]]++
	}
	for _, n := range first { // binomial: a deviation of √(2000·0.2·0.8) = 18; 5 of them
		assert.InDelta(t, epochs/5, n, 90)
	}
}

func TestStreamTargets(t *testing.T) {
	examples := func(yield func(Example, error) bool) {
		for i := range 4 {
			if !yield(Example{X: []float64{float64(i), 10}, Y: []float64{float64(i), -2 * float64(i)}}, nil) {
				return
			}
		}
	}
	s := newTestStream(t, examples, Options{Shape: []int{2}, Outputs: 2, BatchSize: 3, KeepLast: true,
		Scaling: scaling.Scaling{Mean: []float64{1, 10}, Deviation: []float64{2, 0}}, TargetScaling: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{2}}})
	x, y, ok := s.Next()
	require.True(t, ok)
	assert.Equal(t, []float32{-0.5, 0, 0, 0, 0.5, 0}, x.Data())
	assert.Equal(t, []float32{0, 0, 0.5, -1, 1, -2}, y.Data())
	x, y, ok = s.Next()
	require.True(t, ok)
	assert.Equal(t, []int{1, 2}, []int(y.Shape()))
	assert.Equal(t, []float32{1, 0}, x.Data())

	s = newTestStream(t, examples, Options{Shape: []int{2}, Reconstruct: true, BatchSize: 2, Window: 3})
	x, y, ok = s.Next()
	require.True(t, ok)
	assert.Same(t, x, y)
}

// TestStreamAllocatesNothing in the middle of an epoch.
func TestStreamAllocatesNothing(t *testing.T) {
	s := newTestStream(t, sequence(100_000), Options{BatchSize: 4, Window: 8})
	for range 10 {
		s.Next()
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Next() }))
}

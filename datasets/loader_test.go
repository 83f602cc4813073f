package datasets

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counting is a data set of n examples of shape 2×3 whose values all are the example's index, as its label is.
func counting(n int) *Dataset {
	d := &Dataset{Name: "counting", Shape: []int{2, 3}, Classes: n}
	for i := range n {
		d.Train.X = append(d.Train.X, slices.Repeat([]float32{float32(i)}, 6)...)
		d.Train.Labels = append(d.Train.Labels, int32(i))
	}
	return d
}

func newTestLoader(t *testing.T, n int, opt LoaderOptions) *Loader {
	t.Helper()
	d := counting(n)
	l, err := NewLoader(d, d.Train, opt)
	require.NoError(t, err)
	return l
}

// epoch returns the labels of an epoch's batches and checks what comes with them.
func epoch(t *testing.T, l *Loader) (batches [][]int32) {
	t.Helper()
	for x, y, ok := l.Next(); ok; x, y, ok = l.Next() {
		labels := y.Data().([]int32)
		require.Equal(t, []int{len(labels), 2, 3}, []int(x.Shape()))
		require.Equal(t, []int{len(labels)}, []int(y.Shape()))
		for i, label := range labels {
			require.Equal(t, slices.Repeat([]float32{float32(label)}, 6), x.Data().([]float32)[i*6:(i+1)*6])
		}
		batches = append(batches, slices.Clone(labels))
	}
	return batches
}

func TestLoaderDealsEveryExampleOnce(t *testing.T) {
	for _, test := range []struct {
		name            string
		n, batch        int
		keep            bool
		steps, examples int
	}{
		{"even", 12, 4, false, 3, 12},
		{"even, last kept", 12, 4, true, 3, 12},
		{"last dropped", 14, 4, false, 3, 12},
		{"last kept", 14, 4, true, 4, 14},
		{"last of one", 13, 4, true, 4, 13},
		{"one by one", 5, 1, false, 5, 5},
		{"all at once", 5, 5, false, 1, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newTestLoader(t, test.n, LoaderOptions{BatchSize: test.batch, Shuffle: true, KeepLast: test.keep})
			assert.Equal(t, test.steps, l.Steps())
			assert.Equal(t, test.examples, l.Examples())
			first, second := epoch(t, l), epoch(t, l)
			for _, batches := range [][][]int32{first, second} {
				require.Len(t, batches, test.steps)
				labels := slices.Sorted(slices.Values(slices.Concat(batches...)))
				assert.Len(t, slices.Compact(labels), test.examples)
			}
			if test.n > 5 {
				assert.NotEqual(t, first, second, "an epoch has an order of its own")
			}
		})
	}
}

func TestLoaderOrder(t *testing.T) {
	plain := newTestLoader(t, 6, LoaderOptions{BatchSize: 3})
	want := [][]int32{{0, 1, 2}, {3, 4, 5}}
	assert.Equal(t, want, epoch(t, plain))
	assert.Equal(t, want, epoch(t, plain))

	order := func(seed uint64) [][]int32 {
		return epoch(t, newTestLoader(t, 50, LoaderOptions{BatchSize: 10, Shuffle: true, Seed: seed}))
	}
	assert.Equal(t, order(7), order(7))
	assert.NotEqual(t, order(7), order(8))
}

func TestLoaderReconstruct(t *testing.T) {
	l := newTestLoader(t, 7, LoaderOptions{BatchSize: 4, KeepLast: true, Reconstruct: true})
	for range 2 {
		x, y, ok := l.Next()
		require.True(t, ok)
		assert.Same(t, x, y)
	}
}

func TestNewLoaderRefuses(t *testing.T) {
	d := counting(10)
	for name, test := range map[string]struct {
		split Split
		batch int
		want  string
	}{
		"no batch size": {d.Train, 0, "batch size 0 is not positive"},
		"negative":      {d.Train, -3, "batch size -3 is not positive"},
		"too large":     {d.Train, 11, "batch size 11 is larger than the 10 examples"},
		"empty":         {Split{}, 1, "the split is empty"},
		"ragged":        {Split{X: d.Train.X[1:], Labels: d.Train.Labels}, 1, "59 values are not 10 examples of 6 features"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewLoader(d, test.split, LoaderOptions{BatchSize: test.batch})
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestLoaderDoesNotAllocate(t *testing.T) {
	for _, reconstruct := range []bool{false, true} {
		l := newTestLoader(t, 103, LoaderOptions{BatchSize: 10, Shuffle: true, KeepLast: true, Reconstruct: reconstruct})
		l.Next()
		// One run of several epochs: AllocsPerRun rounds down, and would not see one allocation in many calls.
		assert.Zero(t, testing.AllocsPerRun(1, func() {
			for range 50 {
				l.Next()
			}
		}))
	}
}

func BenchmarkLoader(b *testing.B) {
	d := Digits(DigitsOptions{Train: 10000, Test: 1})
	const batch = 500
	l, err := NewLoader(d, d.Train, LoaderOptions{BatchSize: batch, Shuffle: true})
	require.NoError(b, err)
	for b.Loop() {
		if _, _, ok := l.Next(); !ok {
			l.Next()
		}
	}
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "examples/s")
}

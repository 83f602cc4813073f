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

// valued is counting with two values to predict, the index and its negative, in place of labels.
func valued(n int) *Dataset {
	d := counting(n)
	d.Classes, d.Train.Labels, d.Train.Outputs = 0, nil, 2
	for i := range n {
		d.Train.Targets = append(d.Train.Targets, float32(i), -float32(i))
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

// TestLoaderDealsTargets: rows of x and y stay together, in full and short batches, in any order, and from a saved
// position on.
func TestLoaderDealsTargets(t *testing.T) {
	for _, shuffle := range []bool{false, true} {
		d, opt := valued(14), LoaderOptions{BatchSize: 4, Shuffle: shuffle, Seed: 3, KeepLast: true}
		require.Equal(t, 14, d.Train.Len())
		assert.Equal(t, 2, d.Outputs())
		before := slices.Clone(d.Train.Targets)
		d.Standardize()
		assert.Equal(t, before, d.Train.Targets)
		l, err := NewLoader(d, d.Train, opt)
		require.NoError(t, err)
		var orders [][]float32
		for range 2 {
			var order []float32
			for x, y, ok := l.Next(); ok; x, y, ok = l.Next() {
				size := min(4, 14-len(order))
				require.Equal(t, []int{size, 2, 3}, []int(x.Shape()))
				require.Equal(t, []int{size, 2}, []int(y.Shape()))
				targets := y.Float32s()
				for i := range size {
					index := targets[2*i]
					require.Equal(t, -index, targets[2*i+1])
					require.Equal(t, d.Train.X[int(index)*6:int(index+1)*6], x.Float32s()[i*6:(i+1)*6])
					order = append(order, index)
				}
			}
			orders = append(orders, order)
			assert.Len(t, slices.Compact(slices.Sorted(slices.Values(order))), 14)
		}
		assert.Equal(t, shuffle, !slices.Equal(orders[0], orders[1]))

		state, err := l.MarshalBinary()
		require.NoError(t, err)
		resumed, err := NewLoader(d, d.Train, opt)
		require.NoError(t, err)
		require.NoError(t, resumed.UnmarshalBinary(state))
		_, want, _ := l.Next()
		_, got, _ := resumed.Next()
		assert.Equal(t, want.Float32s(), got.Float32s())
	}
}

// TestLoaderReconstructsInPlaceOfTargets, and of labels that go with them.
func TestLoaderReconstructsInPlaceOfTargets(t *testing.T) {
	d := valued(7)
	d.Train.Labels = make([]int32, 7)
	for _, reconstruct := range []bool{false, true} {
		l, err := NewLoader(d, d.Train, LoaderOptions{BatchSize: 4, KeepLast: true, Reconstruct: reconstruct})
		require.NoError(t, err)
		for range 2 {
			x, y, ok := l.Next()
			require.True(t, ok)
			assert.Equal(t, reconstruct, x == y)
			assert.Equal(t, x.Shape()[0], y.Shape()[0])
		}
	}
}

func TestNewLoaderRefusesTargets(t *testing.T) {
	d := valued(10)
	x, y := d.Train.X, d.Train.Targets
	for name, test := range map[string]struct {
		split Split
		want  string
	}{
		"ragged":            {Split{X: x, Targets: y[1:], Outputs: 2}, "19 target values are not rows of 2"},
		"less than a row":   {Split{Targets: y[:1], Outputs: 2}, "1 target values are not rows of 2"},
		"too few":           {Split{X: x, Targets: y[2:], Outputs: 2}, "60 values are not 9 examples of 6 features"},
		"none":              {Split{X: x, Outputs: 2}, "the split is empty"},
		"of another size":   {Split{X: x, Targets: y, Outputs: 1}, "the split has 1 values in a target, the training split 2"},
		"of a negative":     {Split{X: x, Targets: y, Outputs: -2}, "the split has -2 values in a target"},
		"labels in place":   {counting(10).Train, "the split has 0 values in a target, the training split 2"},
		"labels of another": {Split{X: x, Labels: make([]int32, 9), Targets: y, Outputs: 2}, "9 labels are not those of 10 targets"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewLoader(d, test.split, LoaderOptions{BatchSize: 1})
			assert.ErrorContains(t, err, test.want)
		})
	}
	labelled := counting(10)
	labelled.Train.Targets = y
	_, err := NewLoader(labelled, labelled.Train, LoaderOptions{BatchSize: 1})
	assert.ErrorContains(t, err, "20 target values are not rows of 0")
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
	for name, d := range map[string]*Dataset{"labels": counting(103), "reconstruct": counting(103), "targets": valued(103)} {
		l, err := NewLoader(d, d.Train, LoaderOptions{BatchSize: 10, Shuffle: true, KeepLast: true, Reconstruct: name == "reconstruct"})
		require.NoError(t, err)
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

// TestOnlyBatchIsShort: under KeepLast a batch may be larger than the split.
func TestOnlyBatchIsShort(t *testing.T) {
	l := newTestLoader(t, 7, LoaderOptions{BatchSize: 500, KeepLast: true})
	assert.Equal(t, 1, l.Steps())
	assert.Equal(t, 7, l.Examples())
	for range 2 {
		x, y, ok := l.Next()
		require.True(t, ok)
		assert.Equal(t, 7, x.Shape()[0])
		assert.Equal(t, 7, y.Shape()[0])
		_, _, ok = l.Next()
		assert.False(t, ok)
	}
}

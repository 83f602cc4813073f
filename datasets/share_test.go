package datasets

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shareOf are the rows of a batch's examples first, first + step, …; of the first example if there is none.
func shareOf(b dealt, first, step int) (own dealt) {
	n := len(b.labels)
	width := len(b.x) / n
	if first >= n {
		first, step = 0, n
	}
	for i := first; i < n; i += step {
		own.x, own.labels = append(own.x, b.x[i*width:][:width]...), append(own.labels, b.labels[i])
		if b.others != nil {
			own.others, own.shares = append(own.others, b.others[i]), append(own.shares, b.shares[i])
		}
	}
	return own
}

// TestSharesAreTheWholesBatches: with augmentation and mixing, short last batches, and more processes than examples, every
// process is dealt its rows of what one process is dealt, epoch after epoch.
func TestSharesAreTheWholesBatches(t *testing.T) {
	d := noise(32, 8, 6, 3)
	for _, opt := range []LoaderOptions{
		{BatchSize: 10},
		{BatchSize: 10, Shuffle: true, Seed: 3, KeepLast: true, Augmentation: everything}, // a last batch of 2
		{BatchSize: 7, Shuffle: true, Seed: 4, Group: 2, Augmentation: Augmentation{Crop: 2}},
		{BatchSize: 4, Shuffle: true, Seed: 5, KeepLast: true},
		{BatchSize: 1},
		{BatchSize: 50, KeepLast: true}, // more than there are
	} {
		for _, size := range []int{1, 2, 3, 5} {
			t.Run(fmt.Sprintf("%+v, %d processes", opt, size), func(t *testing.T) {
				whole := augmentedLoader(t, d, opt)
				want := append(augmentedEpoch(whole), augmentedEpoch(whole)...)
				for rank := range size {
					opt := opt
					opt.Share = Share{rank, size}
					l := augmentedLoader(t, d, opt)
					assert.Equal(t, whole.Steps(), l.Steps())
					assert.Equal(t, whole.Examples(), l.Examples())
					for i, w := range want {
						if i == len(want)/2 {
							_, ok := nextDealt(l)
							require.False(t, ok, "the epoch's end")
						}
						got, ok := nextDealt(l)
						require.True(t, ok)
						require.Equal(t, shareOf(w, rank, size), got, "batch %d of share %d", i, rank)
						first, step, of := l.Share()
						assert.Equal(t, []int{rank, size, len(w.labels)}, []int{first, step, of})
					}
				}
			})
		}
	}
}

// TestStandIn: a process without an example is dealt the batch's first.
func TestStandIn(t *testing.T) {
	l := newTestLoader(t, 5, LoaderOptions{BatchSize: 4, KeepLast: true, Share: Share{2, 3}})
	assert.Equal(t, [][]int32{{2}, {4}}, epoch(t, l))
	first, step, of := l.Share()
	assert.Equal(t, []int{2, 3, 1}, []int{first, step, of})
	assert.GreaterOrEqual(t, first, of)
}

// TestWholesShare: without a share a batch is all of its examples.
func TestWholesShare(t *testing.T) {
	l := newTestLoader(t, 5, LoaderOptions{BatchSize: 3, KeepLast: true})
	for _, want := range []int{3, 2} {
		l.Next()
		first, step, of := l.Share()
		assert.Equal(t, []int{0, 1, want}, []int{first, step, of})
	}
}

// TestSharesOfTargets: rows of values to predict, and of targets that are the inputs, are the examples' own.
func TestSharesOfTargets(t *testing.T) {
	d := valued(5)
	l := augmentedLoader(t, d, LoaderOptions{BatchSize: 5, Share: Share{1, 2}})
	x, y, _ := l.Next()
	assert.Equal(t, []float32{1, -1, 3, -3}, y.Float32s())
	assert.Equal(t, []int{2, 2, 3}, []int(x.Shape()))
	l = augmentedLoader(t, d, LoaderOptions{BatchSize: 5, Reconstruct: true, Share: Share{1, 2}})
	x, y, _ = l.Next()
	assert.Same(t, x, y)
	assert.Equal(t, []float32{1, 3}, []float32{x.Float32s()[0], x.Float32s()[6]})
}

// TestSharesResumeOneAnother: a state is the whole's, whoever has saved it and whoever goes on.
func TestSharesResumeOneAnother(t *testing.T) {
	d := noise(23, 8, 6, 3)
	loader := func(rank, size int) *Loader {
		return augmentedLoader(t, d, LoaderOptions{BatchSize: 6, Shuffle: true, Seed: 3, KeepLast: true, Augmentation: everything, Share: Share{rank, size}})
	}
	for steps := range 8 { // an epoch has 4, and its end
		var states [][]byte
		for _, s := range []Share{{}, {0, 1}, {1, 2}, {2, 5}} {
			l := loader(s.Rank, s.Size)
			for range steps {
				l.Next()
			}
			state, err := l.MarshalBinary()
			require.NoError(t, err)
			states = append(states, state)
		}
		for _, state := range states {
			require.Equal(t, states[0], state, "after %d steps", steps)
		}
		whole := loader(0, 0)
		require.NoError(t, whole.UnmarshalBinary(states[2]))
		other := loader(2, 3)
		other.Next()
		require.NoError(t, other.UnmarshalBinary(states[2]))
		for range 5 {
			want, ok := nextDealt(whole)
			got, more := nextDealt(other)
			require.Equal(t, ok, more)
			if ok {
				require.Equal(t, shareOf(want, 2, 3), got)
			}
		}
	}
}

// TestRewoundShare: the epoch's beginning is seen again, and then it goes on; so does a loop over batches.
func TestRewoundShare(t *testing.T) {
	l := newTestLoader(t, 10, LoaderOptions{BatchSize: 4, Shuffle: true, KeepLast: true, Share: Share{1, 2}})
	all := epoch(t, newTestLoader(t, 10, LoaderOptions{BatchSize: 4, Shuffle: true, KeepLast: true, Share: Share{1, 2}}))
	l.Next()
	back := l.Rewind()
	assert.Equal(t, all, epoch(t, l))
	back()
	var rest [][]int32
	for _, y := range l.Batches() {
		rest = append(rest, slices.Clone(y.Int32s()))
	}
	assert.Equal(t, all[1:], rest)
}

func TestSharesDoNotAllocate(t *testing.T) {
	l := augmentedLoader(t, noise(103, 8, 8, 3), LoaderOptions{BatchSize: 10, Shuffle: true, KeepLast: true, Augmentation: everything, Share: Share{2, 4}})
	l.Next()
	assert.Zero(t, testing.AllocsPerRun(1, func() {
		for range 3 * (l.Steps() + 1) {
			l.Next()
			l.Share()
		}
	}))
}

func TestNewLoaderRefusesShares(t *testing.T) {
	for want, s := range map[string]Share{
		"datasets: counting: the share of process 3 of 3: want a Rank from 0 to 2":                              {3, 3},
		"datasets: counting: a share for one of 0 processes: want a Size of 1 or more, and no Rank without it":  {1, 0},
		"datasets: counting: a share for one of -2 processes: want a Size of 1 or more, and no Rank without it": {0, -2},
	} {
		_, err := NewLoader(counting(4), counting(4).Train, LoaderOptions{BatchSize: 2, Share: s})
		assert.EqualError(t, err, want)
	}
}

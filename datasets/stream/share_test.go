package stream

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rowsOf are the labels of a batch's examples first, first + step, …; the first one's if there is none.
func rowsOf(labels []int32, first, step int) (own []int32) {
	if first >= len(labels) {
		return labels[:1]
	}
	for i := first; i < len(labels); i += step {
		own = append(own, labels[i])
	}
	return own
}

// TestSharesAreTheWholesBatches: every process is dealt its rows of what one process is dealt, epoch after epoch.
func TestSharesAreTheWholesBatches(t *testing.T) {
	for _, opt := range []Options{
		{BatchSize: 4, Window: 5, Seed: 3, KeepLast: true}, // a last batch of 1
		{BatchSize: 6},
		{BatchSize: 1},
		{BatchSize: 20, KeepLast: true, Examples: 13},
	} {
		for _, size := range []int{1, 2, 3, 5} {
			t.Run(fmt.Sprintf("%+v, %d processes", opt, size), func(t *testing.T) {
				whole := newTestStream(t, sequence(13), opt)
				want := [][][]int32{streamEpoch(t, whole), streamEpoch(t, whole)}
				for rank := range size {
					opt := opt
					opt.Share = Share{rank, size}
					s := newTestStream(t, sequence(13), opt)
					assert.Equal(t, whole.Steps(), s.Steps())
					for _, batches := range want {
						for i, labels := range batches {
							x, y, ok := s.Next()
							require.True(t, ok)
							require.Equal(t, rowsOf(labels, rank, size), y.Int32s(), "batch %d of share %d", i, rank)
							for j, label := range y.Int32s() {
								require.Equal(t, float32(label), x.Float32s()[j])
							}
							first, step, of := s.Share()
							assert.Equal(t, []int{rank, size, len(labels)}, []int{first, step, of})
						}
						_, _, ok := s.Next()
						require.False(t, ok)
						require.NoError(t, s.Err())
					}
				}
			})
		}
	}
}

// TestSharesResumeOneAnother: a state is the whole's, whoever has saved it and whoever goes on.
func TestSharesResumeOneAnother(t *testing.T) {
	opt := Options{BatchSize: 4, Window: 5, Seed: 3, KeepLast: true}
	share := func(rank, size int) *Stream {
		opt := opt
		opt.Share = Share{rank, size}
		return newTestStream(t, sequence(13), opt)
	}
	whole, saved := newTestStream(t, sequence(13), opt), share(1, 2)
	for range 6 { // an epoch has 4, and its end
		whole.Next()
		saved.Next()
	}
	want, err := whole.MarshalBinary()
	require.NoError(t, err)
	state, err := saved.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, want, state)
	other := share(2, 3)
	require.NoError(t, other.UnmarshalBinary(state))
	for {
		_, y, ok := whole.Next()
		_, own, more := other.Next()
		require.Equal(t, ok, more)
		if !ok {
			break
		}
		assert.Equal(t, rowsOf(y.Int32s(), 2, 3), own.Int32s())
	}
}

func TestNewRefusesShares(t *testing.T) {
	_, err := New(t.Context(), sequence(3), Options{Shape: []int{1}, BatchSize: 1, Share: Share{2, 2}})
	assert.EqualError(t, err, "stream: the share of process 2 of 2: want a Rank from 0 to 1")
	_, err = New(t.Context(), sequence(3), Options{Shape: []int{1}, BatchSize: 1, Share: Share{1, 0}})
	assert.EqualError(t, err, "stream: a share for one of 0 processes: want a Size of 1 or more, and no Rank without it")
}

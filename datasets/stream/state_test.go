package stream

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/codec/codectest"
)

// TestStreamState: a stream that is moved to any position of another goes on as that one did.
func TestStreamState(t *testing.T) {
	opt := Options{Shape: []int{1}, BatchSize: 3, Window: 5, Seed: 8, KeepLast: true}
	s := newTestStream(t, sequence(10), opt)
	var states [][]byte
	var batches [][]int32 // nil: the end of an epoch
	for range 2 {
		for more := true; more; {
			state, err := s.MarshalBinary()
			require.NoError(t, err)
			states = append(states, state)
			var labels []int32
			_, y, ok := s.Next()
			if more = ok; ok {
				labels = slices.Clone(y.Data().([]int32))
			}
			batches = append(batches, labels)
		}
	}
	other := newTestStream(t, sequence(10), opt)
	for i, state := range states {
		require.NoError(t, other.UnmarshalBinary(state))
		for _, want := range batches[i:] {
			_, y, ok := other.Next()
			require.Equal(t, want != nil, ok)
			if ok {
				require.Equal(t, want, y.Data())
			}
		}
	}
	opt.Seed = 9
	wrong := newTestStream(t, sequence(10), opt)
	assert.ErrorContains(t, wrong.UnmarshalBinary(states[1]), "stream: state is for batches of 3, a window of 5 and the seed 8 (last batch kept: true), not for 3, 5 and 9 (true)")
	assert.ErrorContains(t, wrong.UnmarshalBinary([]byte("no")), "stream: ")
	assert.NoError(t, wrong.Err())
	opt.Seed = 8
	short := newTestStream(t, sequence(4), opt)
	assert.ErrorContains(t, short.UnmarshalBinary(states[3]), "fewer examples than when its position was saved")
}

// TestStreamHostileState: a state with any byte changed, also behind the checksums, is taken or refused.
func TestStreamHostileState(t *testing.T) {
	opt := Options{Shape: []int{1}, BatchSize: 3, Window: 5, Seed: 8}
	s := newTestStream(t, sequence(10), opt)
	s.Next()
	state, err := s.MarshalBinary()
	require.NoError(t, err)
	for i := range state {
		for _, bit := range []byte{1, 0x80} {
			bad := bytes.Clone(state)
			bad[i] ^= bit
			other := newTestStream(t, sequence(10), opt)
			assert.Error(t, other.UnmarshalBinary(bad))
			if other.UnmarshalBinary(codectest.Seal(bad)) == nil {
				other.Next()
			}
		}
	}
}

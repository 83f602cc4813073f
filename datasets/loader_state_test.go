package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/codec"
)

func TestLoaderResumes(t *testing.T) {
	for _, shuffle := range []bool{true, false} {
		opt := LoaderOptions{BatchSize: 4, Shuffle: shuffle, Seed: 3, KeepLast: true}
		// Eleven calls run through two epochs of five: before, within, at the end of and between them.
		for calls := range 11 {
			original := newTestLoader(t, 14, opt)
			for range calls {
				original.Next()
			}
			state, err := original.MarshalBinary()
			require.NoError(t, err)

			// The copy has a past and a seed of its own.
			opt := opt
			opt.Seed = 99
			resumed := newTestLoader(t, 14, opt)
			resumed.Next()
			require.NoError(t, resumed.UnmarshalBinary(state))
			for range 3 {
				assert.Equal(t, epoch(t, original), epoch(t, resumed), "after %d calls", calls)
			}
		}
	}
}

func TestLoaderRefusesForeignState(t *testing.T) {
	opt := LoaderOptions{BatchSize: 4, Shuffle: true}
	l := newTestLoader(t, 14, opt)
	state, err := l.MarshalBinary()
	require.NoError(t, err)
	want := epoch(t, newTestLoader(t, 14, opt))

	other := func(n int, opt LoaderOptions) []byte {
		data, err := newTestLoader(t, n, opt).MarshalBinary()
		require.NoError(t, err)
		return data
	}
	past := loaderState{examples: 14, batchSize: 4, shuffle: true, open: true, dealt: 200}
	ahead, err := codec.Encode(loaderStateKind, loaderStateVersion, past.fields())
	require.NoError(t, err)
	newer, err := codec.Encode(loaderStateKind, loaderStateVersion+1, past.fields())
	require.NoError(t, err)
	past.dealt, past.open = 2, false
	between, err := codec.Encode(loaderStateKind, loaderStateVersion, past.fields())
	require.NoError(t, err)
	past.dealt, past.open = -1, true
	before, err := codec.Encode(loaderStateKind, loaderStateVersion, past.fields())
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"empty":             nil,
		"truncated":         state[:len(state)-1],
		"of a newer format": newer,
		"past the end":      ahead,
		"before the start":  before,
		"of no epoch":       between,
		"other data":        other(15, opt),
		"other batch size":  other(14, LoaderOptions{BatchSize: 5, Shuffle: true}),
		"not shuffled":      other(14, LoaderOptions{BatchSize: 4}),
	} {
		assert.Error(t, l.UnmarshalBinary(data), name)
	}
	for i := range state { // its checksum tells any damage
		damaged := append([]byte(nil), state...)
		damaged[i] ^= 1
		assert.Error(t, l.UnmarshalBinary(damaged), "byte %d", i)
	}
	assert.Equal(t, want, epoch(t, l), "a refused state leaves the loader as it is")
}

// TestLoaderStateWithAStraySeed: a state of no augmentation has no seed of one.
func TestLoaderStateWithAStraySeed(t *testing.T) {
	l, err := NewLoader(&Dataset{Name: "few", Shape: []int{1}, Classes: 2}, Split{X: []float32{1, 2}, Labels: []int32{0, 1}}, LoaderOptions{BatchSize: 1})
	require.NoError(t, err)
	state := loaderState{examples: 2, batchSize: 1, generator: l.pcg, augmentation: Augmentation{}.String(), seed: 5}
	data, err := codec.Encode(loaderStateKind, loaderStateVersion, state.fields())
	require.NoError(t, err)
	require.ErrorContains(t, l.UnmarshalBinary(data), "a seed for no augmentation")
}

package datasets

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A batch stays as it is while the next one is assembled, which is done with no call of Next. The bubble would fail for a
// goroutine left over.
func TestLoaderAssemblesAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTestLoader(t, 14, LoaderOptions{BatchSize: 4, Shuffle: true, KeepLast: true})
		for range 3 {
			for x, y, ok := l.Next(); ok; x, y, ok = l.Next() {
				values, labels := slices.Clone(x.Float32s()), slices.Clone(y.Int32s())
				synctest.Wait()
				require.Equal(t, values, x.Float32s())
				require.Equal(t, labels, y.Int32s())
				if l.dealt < l.Steps() {
					next := l.batch(l.dealt).labels
					require.Equal(t, l.order[l.dealt*4:][:len(next)], next)
				}
			}
		}
		l.Next() // and drop it
	})
}

// What is assembled ahead is not dealt: a position describes the batches that Next has returned, and going to another
// one forgets the rest.
func TestLoaderMovesWhileAssembling(t *testing.T) {
	l := newTestLoader(t, 1003, LoaderOptions{BatchSize: 100, Shuffle: true, Seed: 5})
	want := epoch(t, l)
	l = newTestLoader(t, 1003, LoaderOptions{BatchSize: 100, Shuffle: true, Seed: 5})
	start, err := l.MarshalBinary()
	require.NoError(t, err)
	var middle []byte
	for range 4 {
		_, _, ok := l.Next()
		require.True(t, ok)
		middle, err = l.MarshalBinary()
		require.NoError(t, err)
		require.Error(t, l.UnmarshalBinary(nil), "and stays where it is")
	}
	assert.Equal(t, want[4:], epoch(t, l))
	for range 3 {
		require.NoError(t, l.UnmarshalBinary(middle))
		_, y, _ := l.Next()
		require.Equal(t, want[4], y.Int32s())
		require.NoError(t, l.UnmarshalBinary(start))
		_, y, _ = l.Next()
		require.Equal(t, want[0], y.Int32s())
	}
	assert.Equal(t, want[1:], epoch(t, l))
}

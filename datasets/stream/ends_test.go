package stream

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStreamReadsNoFurther: what is asked of the sequence is never more than the window and two batches ahead, and the
// memory of a long stream is that of a short one.
func TestStreamReadsNoFurther(t *testing.T) {
	const n, width, window, size = 20_000, 1000, 100, 16 // 160 MB as float64
	var asked atomic.Int64
	examples := func(yield func(Example, error) bool) {
		for i := range n {
			asked.Add(1)
			if !yield(Example{X: slices.Repeat([]float64{float64(i)}, width), Label: i}, nil) {
				return
			}
		}
	}
	s := newTestStream(t, examples, Options{Shape: []int{width}, BatchSize: size, Window: window})
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	dealt, most := 0, uint64(0)
	for _, _, ok := s.Next(); ok; _, _, ok = s.Next() {
		dealt += size
		ahead := int(asked.Load()) - dealt
		require.LessOrEqual(t, ahead, window+2*size)
		if dealt%(size*250) == 0 {
			time.Sleep(time.Millisecond) // let it read as far as it can
			require.LessOrEqual(t, int(asked.Load())-dealt, window+2*size)
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	require.NoError(t, s.Err())
	require.Equal(t, n, dealt)
	const held = (window + 2*size) * width * 4 // bytes
	assert.Less(t, int64(most)-int64(before.HeapAlloc), int64(held+1<<20))
}

// goroutines waits until there are no more than before.
func goroutines(t *testing.T, before int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before, "a goroutine is left")
}

// TestStreamEnds: with the epoch, with the context, with Close, and when nobody has it any more, no goroutine is left, and
// the sequence has cleaned up after itself.
func TestStreamEnds(t *testing.T) {
	var open atomic.Int64
	endless := func(yield func(Example, error) bool) {
		open.Add(1)
		defer open.Add(-1)
		for yield(Example{X: []float64{1}}, nil) {
		}
	}
	before := runtime.NumGoroutine()
	opt := Options{Shape: []int{1}, BatchSize: 2, Window: 3}

	s := newTestStream(t, sequence(9), opt)
	streamEpoch(t, s)
	goroutines(t, before)

	ctx, cancel := context.WithCancel(context.Background())
	s, err := New(ctx, endless, opt)
	require.NoError(t, err)
	_, _, ok := s.Next()
	require.True(t, ok)
	cancel()
	for ok {
		_, _, ok = s.Next()
	}
	assert.ErrorIs(t, s.Err(), context.Canceled)
	goroutines(t, before)

	s, err = New(context.Background(), endless, opt)
	require.NoError(t, err)
	s.Next()
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, _, ok = s.Next()
	assert.False(t, ok)
	assert.EqualError(t, s.Err(), "stream: it is closed")
	goroutines(t, before)

	func() {
		s, err := New(context.Background(), endless, opt)
		require.NoError(t, err)
		s.Next()
	}()
	goroutines(t, before)
	assert.Eventually(t, func() bool { runtime.GC(); return open.Load() == 0 }, 5*time.Second, time.Millisecond)
}

// TestStreamDoesNotWaitForASequence: a sequence that does not answer keeps nobody from ending.
func TestStreamDoesNotWaitForASequence(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	hang := make(chan struct{})
	s, err := New(ctx, func(func(Example, error) bool) { <-hang }, Options{Shape: []int{1}, BatchSize: 2})
	require.NoError(t, err)
	time.AfterFunc(10*time.Millisecond, cancel)
	_, _, ok := s.Next()
	assert.False(t, ok)
	assert.ErrorIs(t, s.Err(), context.Canceled)
	close(hang)
}

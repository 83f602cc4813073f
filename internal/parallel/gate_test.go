package parallel

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGate opens and closes a gate on a plain variable, which the race detector
// watches: helpers see it complete, and never change once the gate is closed.
func TestGate(t *testing.T) {
	var g gate
	g.init()
	assert.False(t, g.enter(), "closed at first")
	var product int
	var seen, stop atomic.Int64
	done := make(chan struct{})
	const helpers = 3
	for range helpers {
		go func() {
			for stop.Load() == 0 {
				if g.enter() {
					seen.Store(int64(product))
					g.leave()
				}
				runtime.Gosched()
			}
			done <- struct{}{}
		}()
	}
	for i := range 2000 {
		product = i
		g.open()
		if i%100 == 0 {
			runtime.Gosched()
		}
		g.close()
		product = -1 // nobody looks
	}
	assert.NotEqual(t, int64(-1), seen.Load())
	stop.Store(1)
	for range helpers {
		<-done
	}
	assert.False(t, g.enter(), "closed at last")
}

// TestGateSleep keeps a helper inside for longer than the caller stays awake.
func TestGateSleep(t *testing.T) {
	var g gate
	g.init()
	for range 3 {
		g.open()
		require.True(t, g.enter())
		var left atomic.Bool
		go func() {
			time.Sleep(2 * time.Millisecond)
			left.Store(true)
			g.leave()
		}()
		g.close()
		assert.True(t, left.Load())
	}
	assert.Empty(t, g.wake)
}

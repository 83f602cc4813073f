//go:build amd64 && !noasm

package blas

import "sync/atomic"

// gate lets helpers into the product of the moment. A goroutine takes up to a
// tenth of a millisecond to start on a processor that sleeps, longer than many
// products take, so nobody waits for that: a helper that comes when the product
// is finished leaves at once, or helps with the job's next one.
type gate struct {
	state atomic.Int64  // helpers inside, and the flags below
	wake  chan struct{} // from the last helper to a caller that sleeps
	// started counts goroutines on their way to the gate.
	started atomic.Int32
}

const (
	gateClosed = 1 << 32 // also the state between products
	gateAsleep = 1 << 33 // the caller waits for wake
	gateInside = gateClosed - 1
)

// enter tells whether a helper may read the job.
func (g *gate) enter() bool {
	for {
		s := g.state.Load()
		if s&gateClosed != 0 {
			return false
		}
		if g.state.CompareAndSwap(s, s+1) {
			return true
		}
	}
}

func (g *gate) leave() {
	if g.state.Add(-1) == gateClosed|gateAsleep {
		g.wake <- struct{}{}
	}
}

// open lets helpers in; what the job holds must be complete.
func (g *gate) open() { g.state.Store(0) }

// close returns when no helper is inside and none will enter.
func (g *gate) close() {
	inside := g.state.Or(gateClosed) & gateInside
	for spin := 0; inside > 0 && spin < lastTile; spin++ {
		inside = g.state.Load() & gateInside
	}
	if inside > 0 && g.state.Or(gateAsleep)&gateInside > 0 {
		<-g.wake
	}
}

// lastTile is how often the caller looks whether the helpers have done their
// last item, before it sleeps: some twenty microseconds. Sleeping takes it longer
// than that, and wakes it on another processor, away from its caches.
const lastTile = 20000

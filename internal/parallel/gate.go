package parallel

import (
	"sync/atomic"
	"time"
)

// gate lets helpers into the present call of a group, and keeps them out between calls. A caller does not wait for a
// helper that comes late.
type gate struct {
	state atomic.Int64  // helpers inside, and the flags below
	wake  chan struct{} // from the last helper to a caller that sleeps
}

const (
	gateClosed = 1 << 32 // also the state between calls
	gateAsleep = 1 << 33 // the caller waits for wake
	gateInside = gateClosed - 1
)

func (g *gate) init() {
	g.wake = make(chan struct{}, 1)
	g.state.Store(gateClosed)
}

// enter reports whether a helper may come in.
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

// open lets helpers in. The memory that they will read must be complete.
func (g *gate) open() { g.state.Store(0) }

// close returns when no helper is inside and none will enter.
func (g *gate) close() {
	inside := g.state.Or(gateClosed) & gateInside
	if inside == 0 {
		return
	}
	since := time.Now()
	for round := 1; inside > 0 && round < patientRounds; round++ {
		relax()
		inside = g.state.Load() & gateInside
		if round%checkEvery == 0 && time.Since(since) > patience {
			break
		}
	}
	if inside > 0 && g.state.Or(gateAsleep)&gateInside > 0 {
		<-g.wake
	}
}

// patience is how long the caller looks whether the helpers have done their last piece, before it sleeps. A caller that
// falls asleep comes back some 100 µs late, on another processor, away from its caches. The longest piece is an item of
// a product, 25 to 100 µs, so that only a helper that has lost its processor takes longer. With 20,000 looks in place of
// a time, which are 5 µs on a fast processor, two in three products of 128 rows took 230 µs instead of 135.
const (
	patience      = 200 * time.Microsecond
	patientRounds = 1 << 16 // where no time passes, as in package synctest
)

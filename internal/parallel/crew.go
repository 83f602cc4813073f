package parallel

import (
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/gokfac/gokfac/internal/cpus"
)

// crew is the helpers of all groups: at most cpus.Workers−1 goroutines. They start when a group calls, and linger for a
// while when there is nothing to do.
var crew helpers

type helpers struct {
	board atomic.Pointer[Group] // the group that called last
	alive atomic.Int32
	idle  atomic.Int32  // helpers that are not in a group
	taken atomic.Uint64 // numbers that helpers have, one bit each
}

// mostNumbers is how many numbers there are for helpers; those beyond the last but one share the last.
const mostNumbers = 64

// lives has the life of the helper of each number. "go help(number)" would allocate in every start, to keep the number.
var lives = func() (all [mostNumbers]func()) {
	for i := range all {
		all[i] = func() { help(i + 1) }
	}
	return all
}()

// number returns the least number, from 1, that no helper has.
func (h *helpers) number() int {
	for {
		taken := h.taken.Load()
		n := bits.TrailingZeros64(^taken)
		if n >= mostNumbers-1 {
			return mostNumbers
		}
		if h.taken.CompareAndSwap(taken, taken|1<<n) {
			return n + 1
		}
	}
}

// free gives a number back.
func (h *helpers) free(number int) {
	if number < mostNumbers {
		h.taken.And(^(uint64(1) << (number - 1)))
	}
}

// linger is how long a helper looks for more work before it ends. A training
// step is a dozen matrix products with short passes over memory in between, and a
// processor that fell asleep takes 50 to 100 µs to come back. Steps of a
// 784-512-512-10 network at batch 512, SGD and K-FAC, two processors: 9.4 and
// 26 ms without lingering, 8.6 and 22 for 0.2 ms, 7.6 and 20.7 for 1 ms, 7.7 and
// 20.4 for 3 ms. OpenBLAS and OpenMP wait some 25 ms.
//
// A helper does not yield meanwhile: the scheduler would fill its place with the
// very goroutine it waits for, away from that one's caches, and all of the gain
// is lost.
const linger = time.Millisecond

// start starts helpers until so many are idle, as far as there are processors for them. A group is posted already.
func (h *helpers) start(wanted int) {
	for int(h.idle.Load()) < wanted {
		alive := h.alive.Load()
		if int(alive) >= cpus.Workers()-1 {
			return
		}
		if h.alive.CompareAndSwap(alive, alive+1) {
			h.idle.Add(1)
			go lives[h.number()-1]()
		}
	}
}

// help is the life of one helper.
func help(number int) {
	h := &crew
	var last *Group // helped, in its call number seen
	var seen uint32
	since := time.Now()
	for round := range rounds {
		if g := h.board.Load(); g != nil && (g != last || g.calls.Load() != seen) {
			last, seen = g, g.calls.Load()
			if g.gate.enter() {
				h.idle.Add(-1)
				g.work(number)
				g.gate.leave()
				h.idle.Add(1)
				since = time.Now()
				continue
			}
		}
		relax()
		if round%checkEvery == 0 && time.Since(since) > linger {
			break
		}
	}
	h.idle.Add(-1)
	// A caller that still counted on this helper has posted its group by now.
	if g := h.board.Load(); g != nil && (g != last || g.calls.Load() != seen) && g.gate.enter() {
		g.work(number)
		g.gate.leave()
	}
	h.free(number)
	h.alive.Add(-1)
}

const (
	checkEvery = 64      // rounds between two looks at the clock; a round takes at most a tenth of a microsecond
	rounds     = 1 << 24 // in all: where no time passes, as in package synctest, a helper ends all the same
)

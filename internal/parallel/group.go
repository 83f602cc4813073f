package parallel

import "sync/atomic"

// Group is a piece of work that several goroutines can do together. The function work takes parts of it until none is
// left, from a Deal or from a counter of its own. A group carries out one call at a time.
type Group struct {
	gate    gate
	work    func(worker int)
	calls   atomic.Uint32
	workers int // of the present call
	dealt   [mostRanges]counter
}

// NewGroup returns a group for work, which must not panic. The caller is worker 0 and a helper has the same number in all
// calls: worker i of one call is on the processor that was worker i in the last one, as long as nobody moves it.
func NewGroup(work func(worker int)) *Group {
	g := &Group{work: work}
	g.gate.init()
	return g
}

// Run calls work here and on up to workers−1 helpers. When it returns, the work is done and no helper is in it.
func (g *Group) Run(workers int) { g.run(workers, true) }

// RunAwake is Run with such helpers only as are awake, for work that is done before a processor wakes.
func (g *Group) RunAwake(workers int) { g.run(workers, false) }

// Awake is the number of helpers that look for work at this moment. They may find other work first.
func Awake() int { return int(crew.idle.Load()) }

func (g *Group) run(workers int, start bool) {
	g.workers = max(workers, 1)
	for i := range min(g.workers, mostRanges) {
		g.dealt[i].Store(0)
	}
	if workers <= 1 {
		g.work(0)
		return
	}
	g.calls.Add(1)
	g.gate.open()
	crew.board.Store(g)
	if start {
		crew.start(workers - 1)
	}
	g.work(0)
	g.gate.close()
	crew.board.CompareAndSwap(g, nil)
}

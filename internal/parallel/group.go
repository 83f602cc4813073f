package parallel

import "sync/atomic"

// Group is a piece of work that several goroutines can do together. The function work takes the next part from a counter
// of its own, and returns when no part is left. A group carries out one call at a time.
type Group struct {
	gate  gate
	work  func()
	calls atomic.Uint32
}

// NewGroup returns a group for work, which must not panic.
func NewGroup(work func()) *Group {
	g := &Group{work: work}
	g.gate.init()
	return g
}

// Run calls work here and on up to workers−1 helpers. When it returns, the work is done and no helper is in it.
func (g *Group) Run(workers int) {
	if workers <= 1 {
		g.work()
		return
	}
	g.calls.Add(1)
	g.gate.open()
	crew.call(g, workers-1)
	g.work()
	g.gate.close()
	crew.board.CompareAndSwap(g, nil)
}

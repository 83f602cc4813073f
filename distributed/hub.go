package distributed

import (
	"errors"
	"fmt"
	"sync"
)

// fate is what the groups of one Run have in common: their members go on together, or
// not at all.
type fate struct {
	mu   sync.Mutex
	met  *sync.Cond
	left error  // once a member has left, or calls did not fit together
	gone []bool // members, by their ranks in the group of Run, whose f has returned
}

func newFate(size int) *fate {
	f := &fate{gone: make([]bool, size)}
	f.met = sync.NewCond(&f.mu)
	return f
}

func (f *fate) reason() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left
}

// hub is where the members of one group meet.
type hub struct {
	*fate
	size    int
	roots   []int  // ranks of the members in the group of Run
	calls   []call // that each member makes
	arrived int    // members at the meeting in progress
	meeting uint64 // number of the meeting in progress

	x32      [][]float32 // what each member brings
	x64      [][]float64
	data     [][]byte
	sum32    [2][]float32 // of the last two calls: a member may be reading the one before
	sum64    [2][]float64
	children map[int]*hub // of Split, by colour
}

func newHub(f *fate, roots []int) *hub {
	size := len(roots)
	return &hub{fate: f, size: size, roots: roots, calls: make([]call, size), x32: make([][]float32, size), x64: make([][]float64, size), data: make([][]byte, size), children: map[int]*hub{}}
}

// call is what a member does at a meeting.
type call struct {
	kind    string // a sum's type of numbers, or the word for another call
	numbers int    // of a sum
}

func (c call) String() string {
	switch c.kind {
	case "float32", "float64":
		return fmt.Sprintf("adds up %d %s numbers", c.numbers, c.kind)
	}
	return c.kind
}

// meet returns when all members have called it, to make one call.
func (m *local) meet(c call) error {
	h := m.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left != nil { // calls that fail must not count as members that have come
		return h.left
	}
	now := h.meeting
	h.calls[m.rank] = c
	if h.arrived++; h.arrived == h.size {
		if h.left = h.misfit(); h.left == nil {
			h.arrived = 0
			h.meeting++
		}
		h.met.Broadcast()
	}
	for h.meeting == now && h.left == nil {
		if h.left = h.absent(); h.left != nil {
			h.met.Broadcast()
			break
		}
		h.met.Wait()
	}
	if h.meeting != now {
		return nil
	}
	return h.left
}

// misfit is the error of members that have come to make different calls.
func (h *hub) misfit() error {
	for rank, c := range h.calls {
		if c != h.calls[0] {
			return fmt.Errorf("distributed: process %d %s where process 0 %s", h.roots[rank], c, h.calls[0])
		}
	}
	return nil
}

// absent is the error of a meeting to which a member will not come. One that has
// returned has gone through all meetings before this one.
func (h *hub) absent() error {
	for _, root := range h.roots {
		if h.gone[root] {
			return &LeftError{root, errors.New("it has returned, and another one waits for a call of it")}
		}
	}
	return nil
}

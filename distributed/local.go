package distributed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Run runs f once for each member of a group of goroutines in this process, and returns
// when all have returned: what several processes do, for tests. A member whose f returns
// an error, or panics, leaves the group. The error is the first of these, with the rank
// of its member.
func Run(size int, f func(g Group) error) error {
	if size < 1 {
		return fmt.Errorf("distributed: a group of %d members: want 1 or more", size)
	}
	fate := newFate()
	all := newHub(fate, size)
	var wait sync.WaitGroup
	for rank := range size {
		wait.Go(func() {
			m := &local{hub: all, rank: rank, root: rank}
			if err := guarded(f, m); err != nil {
				m.Leave(err)
			}
		})
	}
	wait.Wait()
	return fate.reason()
}

// guarded makes an error of a panic, which would leave the other members waiting.
func guarded(f func(g Group) error, m *local) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f(m)
}

// fate is what the groups of one Run have in common: their members go on together, or
// not at all.
type fate struct {
	mu   sync.Mutex
	met  *sync.Cond
	left error // a *LeftError once a member has left
}

func newFate() *fate {
	f := &fate{}
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
	arrived int    // members at the meeting in progress
	meeting uint64 // number of the meeting in progress

	x32      [][]float32 // what each member brings
	x64      [][]float64
	data     [][]byte
	sum32    [2][]float32 // of the last two calls: a member may be reading the one before
	sum64    [2][]float64
	children map[int]*hub // of Split, by colour
}

func newHub(f *fate, size int) *hub {
	return &hub{fate: f, size: size, x32: make([][]float32, size), x64: make([][]float64, size), data: make([][]byte, size), children: map[int]*hub{}}
}

// meet returns when all members have called it.
func (h *hub) meet() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left != nil { // calls that fail must not count as members that have come
		return h.left
	}
	now := h.meeting
	if h.arrived++; h.arrived == h.size {
		h.arrived = 0
		h.meeting++
		h.met.Broadcast()
	}
	for h.meeting == now && h.left == nil {
		h.met.Wait()
	}
	if h.meeting != now {
		return nil
	}
	return h.left
}

// local is a member of a group of goroutines.
type local struct {
	*hub
	rank  int
	root  int // rank in the group of Run
	calls int // sums so far
	all   [][]byte
}

var _ Group = (*local)(nil)

func (m *local) Rank() int { return m.rank }

func (m *local) Size() int { return m.size }

func (m *local) Leave(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// Who leaves because somebody has left is not the first.
	if by := (*LeftError)(nil); m.left == nil && !errors.As(err, &by) {
		m.left = &LeftError{m.root, err}
	} else if m.left == nil {
		m.left = err
	}
	m.met.Broadcast()
}

func (m *local) Sum32(x []float32) error {
	m.calls++
	return sum(m, x, m.x32, &m.sum32[m.calls%2])
}

func (m *local) Sum64(x []float64) error {
	m.calls++
	return sum(m, x, m.x64, &m.sum64[m.calls%2])
}

// sum adds up, in the order of ranks, what the members bring. Each of them adds up a part.
func sum[T float32 | float64](m *local, x []T, brought [][]T, total *[]T) error {
	brought[m.rank] = x
	if m.rank == 0 {
		if cap(*total) < len(x) {
			*total = make([]T, len(x))
		}
		*total = (*total)[:len(x)]
	}
	if err := m.meet(); err != nil {
		return err
	}
	for rank, y := range brought {
		if len(y) != len(brought[0]) {
			return fmt.Errorf("distributed: process %d adds up %d numbers where process 0 adds up %d", rank, len(y), len(brought[0]))
		}
	}
	lo, hi := len(x)*m.rank/m.size, len(x)*(m.rank+1)/m.size
	own := (*total)[lo:hi]
	copy(own, brought[0][lo:hi])
	for _, y := range brought[1:] {
		for i, v := range y[lo:hi] {
			own[i] += v
		}
	}
	if err := m.meet(); err != nil {
		return err
	}
	copy(x, *total)
	return nil
}

func (m *local) Gather(own []byte) ([][]byte, error) {
	m.data[m.rank] = own
	if err := m.meet(); err != nil {
		return nil, err
	}
	if m.all == nil {
		m.all = make([][]byte, m.size)
	}
	for rank, data := range m.data {
		m.all[rank] = append(m.all[rank][:0], data...)
	}
	return m.all, m.meet() // nobody changes what another one still copies
}

func (m *local) Split(colour int) (Group, error) {
	if colour < 0 {
		return nil, fmt.Errorf("distributed: a group of colour %d: want 0 or more", colour)
	}
	colours, err := m.Gather(binary.LittleEndian.AppendUint64(nil, uint64(colour)))
	if err != nil {
		return nil, err
	}
	rank, size := 0, 0
	for i, c := range colours {
		if binary.LittleEndian.Uint64(c) != uint64(colour) {
			continue
		}
		if size++; i < m.rank {
			rank++
		}
	}
	if rank == 0 {
		m.mu.Lock()
		m.children[colour] = newHub(m.fate, size)
		m.mu.Unlock()
	}
	if err := m.meet(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	child := m.children[colour]
	m.mu.Unlock()
	return &local{hub: child, rank: rank, root: m.root}, m.meet()
}

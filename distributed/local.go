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
// an error, panics, or ends its goroutine, as t.FailNow does, leaves the group; so does one
// whose f has returned where others wait for a call of it. The error is the first of these,
// with the rank of its member.
func Run(size int, f func(g Group) error) error {
	if size < 1 {
		return fmt.Errorf("distributed: a group of %d members: want 1 or more", size)
	}
	fate := newFate(size)
	roots := make([]int, size)
	for rank := range roots {
		roots[rank] = rank
	}
	all := newHub(fate, roots)
	var wait sync.WaitGroup
	for rank := range size {
		wait.Go(func() {
			m := &local{hub: all, rank: rank, root: rank}
			err := errors.New("its goroutine has ended")
			defer func() { m.returned(err) }()
			err = guarded(f, m)
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

// returned notes that the member makes no more calls.
func (m *local) returned(err error) {
	if err != nil {
		m.Leave(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone[m.root] = true
	m.met.Broadcast()
}

// local is a member of a group of goroutines.
type local struct {
	*hub
	rank int
	root int // rank in the group of Run
	sums int // so far
	all  [][]byte
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
	m.sums++
	return sum(m, call{"float32", len(x)}, x, m.x32, &m.sum32[m.sums%2])
}

func (m *local) Sum64(x []float64) error {
	m.sums++
	return sum(m, call{"float64", len(x)}, x, m.x64, &m.sum64[m.sums%2])
}

// sum adds up, in the order of ranks, what the members bring. Each of them adds up a part.
func sum[T float32 | float64](m *local, c call, x []T, brought [][]T, total *[]T) error {
	brought[m.rank] = x
	if m.rank == 0 {
		if cap(*total) < len(x) {
			*total = make([]T, len(x))
		}
		*total = (*total)[:len(x)]
	}
	if err := m.meet(c); err != nil {
		return err
	}
	lo, hi := len(x)*m.rank/m.size, len(x)*(m.rank+1)/m.size
	own := (*total)[lo:hi]
	copy(own, brought[0][lo:hi])
	for _, y := range brought[1:] {
		for i, v := range y[lo:hi] {
			own[i] += v
		}
	}
	if err := m.meet(c); err != nil {
		return err
	}
	copy(x, *total)
	return nil
}

func (m *local) Gather(own []byte) ([][]byte, error) { return m.gather(call{kind: "gathers"}, own) }

func (m *local) gather(c call, own []byte) ([][]byte, error) {
	m.data[m.rank] = own
	if err := m.meet(c); err != nil {
		return nil, err
	}
	if m.all == nil {
		m.all = make([][]byte, m.size)
	}
	for rank, data := range m.data {
		m.all[rank] = append(m.all[rank][:0], data...)
	}
	return m.all, m.meet(c) // nobody changes what another one still copies
}

func (m *local) Split(colour int) (Group, error) {
	if colour < 0 {
		return nil, fmt.Errorf("distributed: a group of colour %d: want 0 or more", colour)
	}
	c := call{kind: "splits"}
	colours, err := m.gather(c, binary.LittleEndian.AppendUint64(nil, uint64(colour)))
	if err != nil {
		return nil, err
	}
	var roots []int
	rank := 0
	for i, other := range colours {
		if binary.LittleEndian.Uint64(other) != uint64(colour) {
			continue
		}
		if roots = append(roots, m.roots[i]); i < m.rank {
			rank++
		}
	}
	if rank == 0 {
		m.mu.Lock()
		m.children[colour] = newHub(m.fate, roots)
		m.mu.Unlock()
	}
	if err := m.meet(c); err != nil {
		return nil, err
	}
	m.mu.Lock()
	child := m.children[colour]
	m.mu.Unlock()
	return &local{hub: child, rank: rank, root: m.root}, m.meet(c)
}

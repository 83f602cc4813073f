package scale

import (
	"slices"
	"sync"
	"time"

	"github.com/gokfac/gokfac/distributed"
)

// Member is a member of a group of goroutines with modelled links: a distributed.Group that
// keeps a clock. A call of the group ends, for each member, at the latest clock of all
// members plus what Link says. Spend moves the clock by work that is counted. With a
// factor, the time that a member computes between two calls moves it as well: members
// then compute one at a time, so that none is measured while it waits for a processor.
//
// The sums are real, so that training runs on it as on any group.
type Member struct {
	inner distributed.Group
	world *world
	slots *slots
	of    *process
	calls int
}

// process is a member in all its groups.
type process struct {
	clock float64   // seconds
	since time.Time // the last call ended
}

var _ distributed.Group = (*Member)(nil)

// world is what all groups of a simulation have in common.
type world struct {
	link   Link
	factor float64
	alone  sync.Mutex // with a factor: held by the member that computes

	mu     sync.Mutex
	groups map[child]*slots
}

// slots has the clocks of a group's members at the last call but one, and at the last.
type slots struct{ clocks [2][]float64 }

// child is a group that a Split has made.
type child struct {
	of           *slots
	call, colour int
}

// Simulate runs f for each of so many members, and returns the latest clock at the end. A
// factor of 0 takes counted work alone.
func Simulate(size int, link Link, factor float64, f func(m *Member) error) (seconds float64, err error) {
	w := &world{link: link, factor: factor, groups: map[child]*slots{}}
	all := newSlots(size)
	members := make([]process, size)
	err = distributed.Run(size, func(g distributed.Group) error {
		m := &Member{inner: g, world: w, slots: all, of: &members[g.Rank()]}
		m.resume()
		defer m.pause()
		return f(m)
	})
	for _, p := range members {
		seconds = max(seconds, p.clock)
	}
	return seconds, err
}

func newSlots(size int) *slots {
	return &slots{[2][]float64{make([]float64, size), make([]float64, size)}}
}

// Rank is the member's number.
func (m *Member) Rank() int { return m.inner.Rank() }

// Size is the number of members.
func (m *Member) Size() int { return m.inner.Size() }

// Clock is the member's time, in seconds.
func (m *Member) Clock() float64 { return m.of.clock }

// Spend computes for so many seconds.
func (m *Member) Spend(seconds float64) { m.of.clock += seconds }

// Sum32 adds up.
func (m *Member) Sum32(x []float32) error {
	return m.meet(func() error { return m.inner.Sum32(x) }, func() float64 { return m.world.link.Sum(m.Size(), float64(4*len(x))) })
}

// Sum64 adds up.
func (m *Member) Sum64(x []float64) error {
	return m.meet(func() error { return m.inner.Sum64(x) }, func() float64 { return m.world.link.Sum(m.Size(), float64(8*len(x))) })
}

// Gather gathers.
func (m *Member) Gather(own []byte) (all [][]byte, err error) {
	err = m.meet(func() error { all, err = m.inner.Gather(own); return err }, func() float64 {
		bytes := 0
		for _, data := range all {
			bytes += len(data)
		}
		return m.world.link.Gather(m.Size(), float64(bytes))
	})
	return all, err
}

// Wait is a call that takes so long and sends nothing: one message or several, of counted
// bytes.
func (m *Member) Wait(seconds float64) error {
	return m.meet(func() error { return m.inner.Sum64(nil) }, func() float64 { return seconds })
}

// Split makes groups, at the cost of a gather of the colours.
func (m *Member) Split(colour int) (distributed.Group, error) {
	var g distributed.Group
	call := m.calls
	err := m.meet(func() (err error) { g, err = m.inner.Split(colour); return err },
		func() float64 { return m.world.link.Gather(m.Size(), float64(8*m.Size())) })
	if err != nil {
		return nil, err
	}
	m.world.mu.Lock()
	defer m.world.mu.Unlock()
	key := child{m.slots, call, colour}
	if m.world.groups[key] == nil {
		m.world.groups[key] = newSlots(g.Size())
	}
	return &Member{inner: g, world: m.world, slots: m.world.groups[key], of: m.of}, nil
}

// Leave leaves.
func (m *Member) Leave(err error) { m.inner.Leave(err) }

// meet makes a call of all members, and sets the clock to its end. A slot is written
// again two calls later, when all members have left the call in which it was read.
func (m *Member) meet(call func() error, cost func() float64) error {
	m.pause()
	defer m.resume()
	clocks := m.slots.clocks[m.calls%2]
	m.calls++
	clocks[m.Rank()] = m.of.clock
	if err := call(); err != nil {
		return err
	}
	m.of.clock = slices.Max(clocks) + cost()
	return nil
}

// pause ends a time of computing, and resume begins one.
func (m *Member) pause() {
	if m.world.factor > 0 {
		m.of.clock += m.world.factor * time.Since(m.of.since).Seconds()
		m.world.alone.Unlock()
	}
}

func (m *Member) resume() {
	if m.world.factor > 0 {
		m.world.alone.Lock()
		m.of.since = time.Now()
	}
}

package scale

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestClocksMeetInCalls: a call ends for all members when the last one has come, and the
// link's time later.
func TestClocksMeetInCalls(t *testing.T) {
	link := Link{Alpha: 1, Beta: 8}
	seconds, err := Simulate(4, link, 0, func(m *Member) error {
		m.Spend(float64(m.Rank())) // 3 is the last
		x := []float32{float32(m.Rank()), 1}
		if err := m.Sum32(x); err != nil {
			return err
		}
		assert.Equal(t, []float32{6, 4}, x)
		now := 3 + 2*(2+.75*8/8)
		assert.InDelta(t, now, m.Clock(), 1e-12, "2·log₂4·α + 2·¾·8 bytes/β")
		g, err := m.Split(m.Rank() % 2)
		if err != nil {
			return err
		}
		half := g.(*Member)
		now += 2 + .75*256/8
		assert.InDelta(t, now, m.Clock(), 1e-12, "a gather of four numbers, in four places of 64 bytes")
		if m.Rank() == 2 {
			half.Spend(10)
		}
		all, err := half.Gather(make([]byte, 1+half.Rank()*7))
		if err != nil {
			return err
		}
		assert.Len(t, all[1], 8)
		if m.Rank()%2 == 0 {
			now += 10
		}
		now += 1 + .5*128/8
		assert.InDelta(t, now, m.Clock(), 1e-12, "only the group of 2 waits for it: log₂2·α + ½·128 bytes/β")
		assert.Same(t, m.of, half.of, "one process, one clock")
		return m.Wait(7)
	})
	require.NoError(t, err)
	assert.InDelta(t, 8.5+26+10+9+7, seconds, 1e-12)
}

// TestMeasuredTimeCounts: with a factor, computing moves the clock.
func TestMeasuredTimeCounts(t *testing.T) {
	const slept = 5 * time.Millisecond
	seconds, err := Simulate(2, Link{Beta: 1}, 2, func(m *Member) error {
		if m.Rank() == 1 {
			time.Sleep(slept)
		}
		return m.Sum64([]float64{1})
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, seconds, 2*slept.Seconds()+8)
}

// TestErrorsOfMembers: a member that fails ends the simulation.
func TestErrorsOfMembers(t *testing.T) {
	for _, factor := range []float64{0, 1} {
		_, err := Simulate(3, Link{Beta: 1}, factor, func(m *Member) error {
			if m.Rank() == 1 {
				return errors.New("full")
			}
			return m.Sum32([]float32{1})
		})
		assert.ErrorContains(t, err, "process 1 has left the group: full")
	}
}

// TestLinks: the formulas of the package comment.
func TestLinks(t *testing.T) {
	l := Link{Alpha: 3, Beta: 10, Large: 1000, LargeBeta: 5}
	assert.Zero(t, l.Sum(1, 100))
	assert.Zero(t, l.Gather(1, 100))
	assert.InDelta(t, 2*3*3+2*7./8*100/10, l.Sum(8, 100), 1e-12)
	assert.InDelta(t, 3*3+7./8*512/10, l.Gather(8, 448), 1e-12, "56 bytes of each go with the lengths")
	assert.InDelta(t, 2*3*3+7./8*(512+449)/10, l.Gather(8, 449), 1e-12)
	assert.InDelta(t, 2*3+2*.5*1000/5, l.Sum(2, 1000), 1e-12, "beyond the caches")
}

// TestOverlapByHand: two layers whose gradients travel alone. The second layer's is sent
// while the rest of the backward pass goes on.
func TestOverlapByHand(t *testing.T) {
	n := Network{Layers: []Layer{{"a", 256, 256, 1, false}, {"b", 256, 256, 1, false}}}
	m := flat()
	product := 2. * 256 * 256
	m.Link = Link{Beta: 4 * 65536 / product} // a sum of 65536 elements by two takes as long as a product of one example
	p := plan(t, n, SGD(2), m, 2, 2)
	sum, left := p.Overlap()
	assert.InDelta(t, 2*product, sum, 1e-6)
	assert.InDelta(t, product, left, 1e-6, "b's is over before a's gradient is there; a's is left")
	sum, left = plan(t, n, SGD(2), m, 1, 1).Overlap()
	assert.Zero(t, sum)
	assert.Zero(t, left)
}

package scale

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGoroutinesFindTheSame: goroutines on a group of Members, which do the plan's work and
// take part in its messages, end a cycle of steps at the time that Simulated says.
func TestGoroutinesFindTheSame(t *testing.T) {
	for _, n := range Networks() {
		for _, structure := range []Structure{LowRank, BlockDiagonal, EKFAC} {
			for _, holders := range []int{1, 4, 12} {
				p := plan(t, n, Defaults(structure, true, 100), Ethernet(), 12, holders)
				start := 0.
				end, err := Simulate(p.Processes, p.Link, 0, func(m *Member) error {
					groups, err := groupsOf(p, m)
					if err != nil {
						return err
					}
					if m.Rank() == 0 {
						start = m.Clock()
					}
					for step := range p.cycle() {
						if err := run(p, groups, step); err != nil {
							return err
						}
					}
					return nil
				})
				require.NoError(t, err)
				assert.InEpsilon(t, p.Simulated()*float64(p.cycle()), end-start, 1e-9, "%s, %v, %d holders", n.Name, structure, holders)
			}
		}
	}
}

// groupsOf are the groups of a process: all, its column, its row.
func groupsOf(p *Plan, m *Member) (groups [3]*Member, err error) {
	groups[All] = m
	for _, over := range []Over{Column, Row} {
		g, err := m.Split(p.group(over, m.Rank()))
		if err != nil {
			return groups, err
		}
		groups[over] = g.(*Member)
	}
	return groups, nil
}

// run is a step of one process.
func run(p *Plan, groups [3]*Member, step int) error {
	m := groups[All]
	for _, f := range Phases() {
		if !p.due(f, step) {
			continue
		}
		for range p.times(f, step) {
			m.Spend(p.Work(f, m.Rank()))
			for _, message := range p.Messages(f, m.Rank()%p.Columns()) {
				if err := groups[message.Over].Wait(p.seconds(message)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

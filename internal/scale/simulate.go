package scale

import "fmt"

// Simulated is the time of an average step of goroutines that have the plan's work and
// send its messages. Every step ends with a message of all, in which the clocks meet, so
// that steps with the same phases take the same time: one of each kind is simulated.
func (p *Plan) Simulated() (float64, error) {
	n := p.cycle()
	kinds := map[string]int{} // steps of this kind
	first := []int{}          // the first step of each kind
	for step := range n {
		kind := p.kind(step)
		if kinds[kind]++; kinds[kind] == 1 {
			first = append(first, step)
		}
	}
	took := make([]float64, len(first))
	_, err := Simulate(p.Processes, p.Link, 0, func(m *Member) error {
		groups, err := p.groups(m)
		if err != nil {
			return err
		}
		for i, step := range first {
			*m.clock = 0
			if err := p.run(groups, step); err != nil {
				return err
			}
			if m.Rank() == 0 {
				took[i] = m.Clock()
			}
		}
		return nil
	})
	seconds := 0.
	for i, step := range first {
		seconds += took[i] * float64(kinds[p.kind(step)]) / float64(n)
	}
	return seconds, err
}

// kind names a step by what is due in it.
func (p *Plan) kind(step int) string {
	kind := ""
	for _, f := range Phases() {
		if p.due(f, step) {
			kind += fmt.Sprint(f, p.times(f, step))
		}
	}
	return kind
}

// groups are those of a process: all, its column, its row.
func (p *Plan) groups(m *Member) (groups [3]*Member, err error) {
	groups[All] = m
	if p.Plain || p.Processes == 1 {
		return groups, nil
	}
	for over, colour := range [...]int{Column: m.Rank() % p.Columns(), Row: m.Rank() / p.Columns()} {
		if Over(over) == All {
			continue
		}
		g, err := m.Split(colour)
		if err != nil {
			return groups, err
		}
		groups[over] = g.(*Member)
	}
	return groups, nil
}

// run is a step of one process.
func (p *Plan) run(groups [3]*Member, step int) error {
	m := groups[All]
	for _, f := range Phases() {
		if !p.due(f, step) {
			continue
		}
		messages := p.Messages(f, m.Rank()%p.Columns())
		for range p.times(f, step) {
			m.Spend(p.Work(f, m.Rank()))
			for _, message := range messages {
				if err := groups[message.Over].Send(message.Gather, message.Bytes); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

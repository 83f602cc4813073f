package scale

// Cost is what one phase takes in a step, on average over many steps and all processes.
type Cost struct {
	Compute, Communicate float64 // seconds
	Bytes                float64 // that a process gives to sums and gathers, or takes from these
	Messages             float64
}

// Balanced is the cost of each phase if all work that is shared out were shared out evenly.
func (p *Plan) Balanced() [phases]Cost {
	var costs [phases]Cost
	for _, f := range Phases() {
		frequency := p.Frequency(f)
		if frequency == 0 {
			continue
		}
		c := &costs[f]
		for rank := range p.Processes {
			c.Compute += frequency * p.Work(f, rank) / float64(p.Processes)
		}
		for i, m := range p.Messages(f, 0) {
			columns := 1 // whose messages differ
			if m.Over == Column {
				columns = p.Columns()
			}
			for column := range columns {
				m := p.Messages(f, column)[i]
				share := frequency / float64(columns)
				c.Communicate += share * p.seconds(m)
				c.Bytes += share * m.Bytes
				c.Messages += share
			}
		}
	}
	return costs
}

// Seconds is the time of an average step by the closed formula.
func (p *Plan) Seconds() float64 {
	sum := 0.
	for _, c := range p.Balanced() {
		sum += c.Compute + c.Communicate
	}
	return sum
}

package scale

import "fmt"

// Simulated is the time of an average step: each process has a clock, does its own work,
// and waits for the last one of its group in every message. It is what goroutines with the
// same work and messages find on a group of Members (TestGoroutinesFindTheSame), without
// the goroutines. Every step ends with a message of all, in which the clocks meet, so that
// steps with the same phases take the same time: one of each kind is simulated.
func (p *Plan) Simulated() float64 {
	n := p.cycle()
	took := map[string]float64{} // by kind
	seconds := 0.
	for step := range n {
		kind := p.kind(step)
		if _, seen := took[kind]; !seen {
			took[kind] = p.simulate(step)
		}
		seconds += took[kind] / float64(n)
	}
	return seconds
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

// simulate is the time of a step. The clocks of the processes start together.
func (p *Plan) simulate(step int) float64 {
	clocks := make([]float64, p.Processes)
	for _, f := range Phases() {
		if !p.due(f, step) {
			continue
		}
		for range p.times(f, step) {
			for rank := range clocks {
				clocks[rank] += p.Work(f, rank)
			}
			p.meet(clocks, f)
		}
	}
	last := 0.
	for _, clock := range clocks {
		last = max(last, clock)
	}
	return last
}

// meet moves the clocks to the end of a phase's messages. All columns send the same ones,
// but for their inverses.
func (p *Plan) meet(clocks []float64, f Phase) {
	for i, message := range p.Messages(f, 0) {
		latest := make([]float64, max(p.Holders, p.Columns()))
		for rank, clock := range clocks {
			group := p.group(message.Over, rank)
			latest[group] = max(latest[group], clock)
		}
		cost := p.seconds(message)
		for column := range p.Columns() {
			if message.Over == Column {
				cost = p.seconds(p.Messages(f, column)[i])
			}
			for rank := column; rank < len(clocks); rank += p.Columns() {
				clocks[rank] = latest[p.group(message.Over, rank)] + cost
			}
		}
	}
}

// group is the number of a process's group among those of its kind.
func (p *Plan) group(over Over, rank int) int {
	switch over {
	case Column:
		return rank % p.Columns()
	case Row:
		return rank / p.Columns()
	}
	return 0
}

package scale

// Overlap is how long the sum of the gradients takes, and how much of that is left after
// the backward pass if each layer's gradient is sent as soon as it is there, by a helper
// that takes no time of the processors. Small gradients then travel with the next large
// one. The last layer's gradient is there first.
func (p *Plan) Overlap() (sum, left float64) {
	examples := p.Share(0)
	now, free, small := 0., 0., 0
	send := func(elements int) {
		took := p.Link.Sum(p.Processes, float64(element*elements))
		sum += took
		free = max(free, now) + took
	}
	for i := len(p.Layers) - 1; i >= 0; i-- {
		l := p.Layers[i]
		now += p.product(i, examples) // the weights' gradient
		if small += l.parameters(); small >= ownMessage {
			send(small)
			small = 0
		}
		if i > 0 {
			now += p.product(i, examples) // the inputs' gradient
		}
		now += float64(passesOfActivations/2*element*examples*l.Locations*l.Out) / p.Memory
	}
	if small += p.Other; small > 0 {
		send(small)
	}
	return sum, max(0, free-now)
}

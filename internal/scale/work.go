package scale

// element is the bytes of a float32, number those of a float64.
const (
	element = 4
	number  = 8
)

// Passes over memory that are no products. An elementwise layer reads and writes its
// elements once forward, and reads two and writes one backward; the sum for a bias reads
// them. Updates read and write θ, ∇h, U and δ or v; the adaptive one also takes scalar
// products with δ₀, keeps a copy of θ and averages it.
const (
	passesOfActivations = 6
	passesOfSGD         = 5
	passesOfFixed       = 10
	passesOfAdaptive    = 16
	passesOfScaling     = 2 // a gradient that is summed is first multiplied by N_r/N
)

// Work is the seconds that a process computes in a phase that is due.
func (p *Plan) Work(f Phase, rank int) float64 {
	switch f {
	case Gradient:
		return p.gradient(rank)
	case Factors:
		return p.factors(rank)
	case Inverses:
		seconds := p.own[rank]
		if p.Structure == EKFAC { // the diagonal in the new basis, by one more pass of all kinds
			seconds += p.gradient(rank) + p.pass(p.measured(rank), 0, true, false) + p.projections(rank)
		}
		return seconds
	case Precondition:
		return p.apply[rank]
	case Products:
		// A tangent pass makes two products of a layer, ȧW and aẆ, for each direction.
		return p.pass(p.part(min(p.Batch, p.ProductExamples), rank), 2*p.directions(), false, false)
	case Update:
		switch {
		case p.Plain:
			return p.passes(passesOfSGD)
		case p.Adaptive:
			return p.passes(passesOfAdaptive)
		}
		return p.passes(passesOfFixed)
	case Ratio:
		return p.pass(p.Share(rank), 1, false, false)
	}
	return 0
}

// gradient is the time of a forward and a backward pass.
func (p *Plan) gradient(rank int) float64 {
	seconds := p.pass(p.Share(rank), 1, true, true)
	if p.Processes > 1 {
		seconds += p.passes(passesOfScaling)
	}
	return seconds
}

// passes is the time of so many passes over all parameters.
func (p *Plan) passes(n int) float64 {
	return float64(n*element*p.Parameters()) / p.Memory
}

// pass is the time of so many forward products of each layer, of a backward pass to the
// inputs of all layers but the first, and of the weights' gradients.
func (p *Plan) pass(examples, forward int, inputs, weights bool) float64 {
	if examples == 0 {
		return 0
	}
	seconds := float64(passesOfActivations*element*examples*p.activations()) / p.Memory
	for i := range p.Layers {
		products := forward
		if inputs && i > 0 {
			products++
		}
		if weights {
			products++
		}
		seconds += float64(products) * p.product(i, examples)
	}
	return seconds
}

// product is the time of a product of all inputs of a layer with its weights.
func (p *Plan) product(layer, examples int) float64 {
	l := p.Layers[layer]
	n, in, out := float64(examples)*float64(l.Locations), float64(l.In), float64(l.Out)
	return p.Product.Seconds(2*n*in*out, min(n, in, out))
}

// measured is the number of a process's examples that factors are measured on.
func (p *Plan) measured(rank int) int { return p.part(min(p.Batch, p.FactorExamples), rank) }

// factors is the time of a backward pass with sampled targets and of the second moments.
func (p *Plan) factors(rank int) float64 {
	examples := p.measured(rank)
	seconds := 0.
	if !p.TrueTargets {
		seconds = p.pass(examples, 0, true, false)
	}
	for _, l := range p.Layers {
		n := float64(min(examples*l.Locations, max(examples, p.part(p.FactorRows, rank))))
		if n == 0 {
			continue
		}
		for _, order := range l.orders() {
			seconds += p.Product.Seconds(n*float64(order)*float64(order), min(n, float64(order)))
		}
	}
	if p.Structure == EKFAC {
		seconds += p.projections(rank)
	}
	return seconds
}

// projections is the time of EKFAC's diagonal: inputs and gradients in the eigenbasis.
func (p *Plan) projections(rank int) float64 {
	examples := p.measured(rank)
	seconds := 0.
	for _, l := range p.Layers {
		n := float64(min(examples*l.Locations, max(examples, p.part(p.FactorRows, rank))))
		if n == 0 {
			continue
		}
		for _, order := range l.orders() {
			seconds += p.Product.Seconds(2*n*float64(order)*float64(order), min(n, float64(order)))
		}
		seconds += p.Product.Seconds(2*n*float64(l.parameters()), min(n, float64(l.rows()), float64(l.Out)))
	}
	return seconds
}

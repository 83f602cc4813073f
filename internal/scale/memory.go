package scale

// Memory is the bytes of a process, without the program itself and its data.
type Memory struct {
	Parameters  float64 // θ, ∇h, U and the optimizer's directions
	Factors     float64 // statistics of the mini-batch, and their average
	Inverses    float64 // of the process that has most of them
	Buffers     float64 // messages in which small pieces travel together
	Activations float64 // a layer's input and output, and their gradients, of the process's examples
}

// Sum is all of it.
func (m Memory) Sum() float64 {
	return m.Parameters + m.Factors + m.Inverses + m.Buffers + m.Activations
}

// Needs is the memory of the process that needs most.
func (p *Plan) Needs() Memory {
	m := Memory{
		Parameters:  float64(element * 3 * p.Parameters()), // θ, ∇h, v
		Activations: float64(4 * element * p.Share(0) * p.activations()),
	}
	if p.Plain {
		return m
	}
	m.Parameters = float64(element * 4 * p.Parameters()) // and U
	if p.Adaptive {
		m.Parameters *= 2 // δ₀, saved θ, two proposals of other values of γ; v is none
	}
	for _, l := range p.Layers {
		for _, n := range l.orders() {
			m.Factors += float64(2 * element * n * n)
		}
		if p.Structure == EKFAC {
			m.Factors += float64(2 * element * l.parameters()) // its diagonal
		}
	}
	for column := range p.Columns() {
		m.Inverses = max(m.Inverses, p.kept(column))
	}
	if p.Processes > 1 {
		m.Buffers = float64(element * p.Triangles())
		if p.appliers() > 1 {
			m.Buffers = max(m.Buffers, float64(element*(p.Parameters()-p.Other)))
		}
		if p.Holders > 1 || p.Structure == EKFAC {
			for column := range p.Columns() {
				m.Buffers = max(m.Buffers, float64(element*p.columnElements(column, 0)))
			}
		}
	}
	return m
}

// kept are the bytes of a column's inverses. Two generations of dense ones are kept, since
// a worse value of γ is taken back; low-rank forms of one basis serve both.
func (p *Plan) kept(column int) (bytes float64) {
	for i, l := range p.Layers {
		if !p.holds(column, i) {
			continue
		}
		for _, n := range l.orders() {
			switch r := p.rank(n); {
			case p.Structure.eigen():
				bytes += float64(element * n * n)
			case r > 0:
				bytes += float64(element * n * r)
			default:
				bytes += float64(2 * element * n * n)
			}
		}
	}
	return bytes
}

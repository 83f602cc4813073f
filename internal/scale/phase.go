package scale

// Phase is a part of a step: what every process computes, and then what they send.
type Phase int

// The phases, in the order of a step.
const (
	Gradient     Phase = iota // forward and backward pass; sums of the loss and of the gradients
	Factors                   // backward pass with sampled targets, second moments; sum of their triangles
	Inverses                  // of the layers that are a process's own; gathers within its column and row
	Precondition              // U for the layers of a process's column; gather within its row
	Products                  // tangent passes; sum of a few numbers
	Update                    // the parameters move
	Ratio                     // forward pass for ρ; sum of the loss
	Agreement                 // gather of "go on?"
	phases
)

// Phases are all of them.
func Phases() []Phase {
	list := make([]Phase, phases)
	for i := range list {
		list[i] = Phase(i)
	}
	return list
}

func (f Phase) String() string {
	return [...]string{"gradient", "factors", "inverses", "preconditioned gradient", "products", "update", "ρ", "agreement"}[f]
}

// period is the number of steps from one step with the phase to the next; 0: there is none.
func (p *Plan) period(f Phase) int {
	if p.Plain && f != Gradient && f != Update && f != Agreement {
		return 0
	}
	switch f {
	case Factors:
		return p.FactorPeriod
	case Inverses:
		return p.InversePeriod
	case Products:
		if !p.Adaptive {
			return p.RatioPeriod
		}
		return p.ProductPeriod
	case Ratio:
		return p.RatioPeriod
	}
	return 1
}

// due reports whether the phase is in a step, counted from 0. Step 0 has all.
func (p *Plan) due(f Phase, step int) bool {
	period := p.period(f)
	return period > 0 && step%period == 0
}

// times is how often the phase is done in a step in which it is due: U is computed for each
// value of γ that is tried.
func (p *Plan) times(f Phase, step int) int {
	if f == Precondition && p.due(Inverses, step) {
		return p.trials()
	}
	return 1
}

// cycle is the number of steps after which they repeat.
func (p *Plan) cycle() int {
	if p.Plain {
		return 1
	}
	n := p.InversePeriod
	for _, f := range Phases() {
		if period := p.period(f); period > 0 {
			n = n / gcd(n, period) * period
		}
	}
	return n
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// Frequency is how often a phase is done in a step, on average.
func (p *Plan) Frequency(f Phase) float64 {
	n := p.cycle()
	sum := 0
	for step := range n {
		if p.due(f, step) {
			sum += p.times(f, step)
		}
	}
	return float64(sum) / float64(n)
}

package scale

// Over is the processes that a message is for.
type Over int

// The groups of a process.
const (
	All    Over = iota
	Column      // H processes with the same inverses
	Row         // C processes, one of each column
)

// Message is a collective of a group.
type Message struct {
	Over   Over
	Gather bool // a gather, of so many bytes from all members together; else a sum
	Bytes  float64
}

// ownMessage is distributed.Fusion's bound: a piece of so many elements travels alone.
const ownMessage = 1 << 15

// passNumbers are those that each pass adds up: the loss, errors, and three that check the
// shares.
const passNumbers = 5

// Messages are what a process sends in a phase that is due, in its column's groups.
func (p *Plan) Messages(f Phase, column int) []Message {
	if p.Processes == 1 {
		return nil
	}
	switch f {
	case Gradient:
		return p.gradientMessages()
	case Factors:
		elements := p.Triangles()
		if p.WholeMatrices {
			elements = p.Squares()
		}
		if p.Structure == EKFAC {
			elements += p.scales()
		}
		return []Message{{Bytes: element * float64(elements)}, sumOf(1)} // and whether all are finite
	case Inverses:
		return p.inverseMessages(column)
	case Precondition:
		switch bytes := element * float64(p.Parameters()-p.Other); {
		case p.Columns() > 1:
			return []Message{{Over: Row, Gather: true, Bytes: bytes}}
		case p.Structure == EKFAC:
			return []Message{{Gather: true, Bytes: bytes}}
		}
	case Products:
		d := p.directions()
		return []Message{sumOf(passNumbers + d*(d+1)/2)} // dᵢᵀFdⱼ
	case Ratio:
		return []Message{sumOf(passNumbers)}
	case Agreement:
		return []Message{{Gather: true, Bytes: 2 * float64(p.Processes)}}
	}
	return nil
}

// sumOf is a sum of so many float64.
func sumOf(numbers int) Message { return Message{Bytes: float64(number * numbers)} }

// inverseMessages are the results of all values of γ, one after the other, and, where only
// some processes hold an inverse, what the others have to know of it: whether it succeeded,
// after how many attempts, and its condition. EKFAC has one message of eigenvectors before,
// and a pass that measures its diagonal.
func (p *Plan) inverseMessages(column int) (messages []Message) {
	if p.Structure == EKFAC {
		messages = append(messages, Message{Gather: true, Bytes: p.resultBytes(column, 0, p.Processes)})
		messages = append(messages, p.gradientMessages()...)
		messages = append(messages, Message{Bytes: element * float64(p.scales())}, sumOf(1))
	}
	for trial := range p.trials() {
		if p.Structure == EKFAC {
			trial = 1 // another γ sends nothing
		}
		if p.Holders > 1 {
			messages = append(messages, Message{Over: Column, Gather: true, Bytes: p.resultBytes(column, trial, p.Holders)})
		}
		if p.Columns() > 1 {
			told := 0
			if p.Structure != EKFAC {
				told = 3 * len(p.Layers)
			}
			messages = append(messages, Message{Over: Row, Gather: true, Bytes: float64(number * (p.Columns() + told))})
		}
	}
	return messages
}

// resultBytes are those of a column's inverses for a value of γ, with a flag of each member.
func (p *Plan) resultBytes(column, trial, members int) float64 {
	return float64(number*members) + element*float64(p.columnElements(column, trial))
}

// gradientMessages are the loss and the like, and those of a Fusion of all gradients: large
// ones travel alone, and the others together.
func (p *Plan) gradientMessages() []Message {
	messages, together := []Message{sumOf(passNumbers)}, p.Other+p.Buffers
	for _, l := range p.Layers {
		if w := l.In * l.Out; w >= ownMessage {
			messages = append(messages, Message{Bytes: element * float64(w)})
		} else {
			together += w
		}
		if l.Bias {
			together += l.Out
		}
	}
	if together > 0 {
		messages = append(messages, Message{Bytes: element * float64(together)})
	}
	return messages
}

// scales are the elements of EKFAC's diagonal.
func (p *Plan) scales() int { return p.Parameters() - p.Other }

// columnElements are the elements of a column's inverses for a value of γ.
func (p *Plan) columnElements(column, trial int) (sum int) {
	for i, l := range p.Layers {
		if p.holds(column, i) {
			sum += p.inverseElements(l.rows(), trial) + p.inverseElements(l.Out, trial)
		}
	}
	return sum
}

// seconds is the time of a message.
func (p *Plan) seconds(m Message) float64 {
	size := [...]int{p.Processes, p.Holders, p.Columns()}[m.Over]
	if m.Gather {
		return p.Link.Gather(size, m.Bytes)
	}
	return p.Link.Sum(size, m.Bytes)
}

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
		return []Message{{Bytes: element * float64(elements)}}
	case Inverses:
		var messages []Message
		if p.Holders > 1 {
			messages = append(messages, Message{Over: Column, Gather: true, Bytes: element * float64(p.columnElements(column))})
		}
		if p.Structure == EKFAC {
			messages = append(messages, Message{Bytes: element * float64(p.scales())})
		}
		return messages
	case Precondition:
		if p.Columns() > 1 {
			return []Message{{Over: Row, Gather: true, Bytes: element * float64(p.Parameters()-p.Other)}}
		}
	case Products:
		return []Message{{Bytes: 3 * number}} // dᵢᵀFdⱼ of two directions
	case Ratio:
		return []Message{{Bytes: number}}
	case Agreement:
		return []Message{{Bytes: 2 * number}}
	}
	return nil
}

// gradientMessages are those of a Fusion of all gradients: large ones travel alone, and the
// others together.
func (p *Plan) gradientMessages() (messages []Message) {
	together := p.Other
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

// columnElements are the elements of a column's inverses.
func (p *Plan) columnElements(column int) (sum int) {
	for i, l := range p.Layers {
		if p.column[i] == column {
			sum += p.inverseElements(l.rows()) + p.inverseElements(l.Out)
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

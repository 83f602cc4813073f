package trainer

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// heldPart is what an [Accumulation] keeps of a part: its inputs and targets, one tensor
// after the other, as the graph has them.
type heldPart struct {
	examples int // that are in the graph
	place    place
	mixed    bool
	f32      []float32
	f64      []float64
	masks    rand.PCG // the dropout stream before the part's masks
	drawn    bool     // they have been drawn
	taken    bool     // buffers have taken the part in
}

// keep copies what is bound in c.
func (p *heldPart) keep(c *compiled, at place) {
	p.examples, p.place, p.mixed, p.drawn, p.taken = c.b.Batch, at, c.mixed, false, false
	p.f32, p.f64 = p.f32[:0], p.f64[:0]
	p.append(c.x)
	p.append(c.y)
	for _, t := range c.more {
		p.append(t)
	}
}

func (p *heldPart) append(t *tensor.Dense) {
	if t.Dtype() == graph.Float32 {
		p.f32 = append(p.f32, t.Float32s()...)
	} else {
		p.f64 = append(p.f64, t.Float64s()...)
	}
}

// bind copies the part into the inputs of c.
func (p *heldPart) bind(c *compiled) {
	c.b.NewDraw()
	c.objective.changed()
	at := p.copyTo(c.x, 0)
	at = p.copyTo(c.y, at)
	for _, t := range c.more {
		at = p.copyTo(t, at)
	}
	if p.taken {
		c.objective.committed = c.b.Draw()
	}
}

// copyTo fills t with the elements from at on, and returns where they end.
func (p *heldPart) copyTo(t *tensor.Dense, at int) int {
	if t.Dtype() == graph.Float32 {
		return at + copy(t.Float32s(), p.f32[at:])
	}
	return at + copy(t.Float64s(), p.f64[at:])
}

// enter binds part k to the graph of its number of examples.
func (a *Accumulation) enter(k int) (*compiled, error) {
	p := &a.parts[k]
	c, err := a.model.compiled(graphKey{batch: p.examples, train: true, mixed: p.mixed})
	if err != nil {
		return nil, err
	}
	p.bind(c)
	a.model.training = c
	a.model.stand(p.place)
	return c, nil
}

// with runs f on part k. The part's dropout masks are those that its first pass drew.
func (a *Accumulation) with(k int, f func(o *objective) error) error {
	c, err := a.enter(k)
	if err != nil {
		return err
	}
	p, stream := &a.parts[k], a.model.dropout
	if p.drawn {
		end := *stream
		*stream = p.masks
		defer func() { *stream = end }()
	}
	p.masks, p.drawn = *stream, true
	err = f(&c.objective)
	p.taken = c.objective.committed == c.b.Draw()
	return err
}

// counted is N_k. It is 0 of a stand-in for examples that a process has none of.
func (a *Accumulation) counted(k int) int { return a.parts[k].place.counted(a.parts[k].examples) }

// share is N_k/N.
func (a *Accumulation) share(k int) float64 {
	if a.total == 0 { // of stand-ins alone, which count for nothing in the group
		return 1 / float64(a.n)
	}
	return float64(a.counted(k)) / float64(a.total)
}

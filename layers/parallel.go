package layers

import (
	"fmt"
	"strconv"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
)

// Join is how [Parallel] makes one output of its branches'.
type Join string

const (
	// Concat sets the outputs side by side along the last axis: N×…×C₁ and N×…×C₂ become
	// N×…×(C₁+C₂). The other axes are the same in all. It is the default.
	Concat Join = "concat"
	// Sum adds outputs of one shape.
	Sum Join = "sum"
)

// Parallel gives its input to every branch and joins their outputs, as the blocks of
// Inception do (Szegedy et al. 2015). [Identity] is a branch that passes the input on.
type Parallel struct {
	Branches []Layer
	Join     Join // "" means Concat
}

var _ Stateful = (*Parallel)(nil)

func (p *Parallel) String() string { return "Parallel(" + string(p.join()) + ")" }

func (p *Parallel) join() Join {
	if p.Join == "" {
		return Concat
	}
	return p.Join
}

// Build adds the branches in order and joins them. An error names the shapes of two
// branches that cannot be joined.
func (p *Parallel) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own, join := b.UniqueName("parallel"), p.join()
	if join != Concat && join != Sum {
		return nil, fmt.Errorf("layers: %s: join %.40q: want %q or %q", own, string(join), Concat, Sum)
	}
	if len(p.Branches) == 0 {
		return nil, fmt.Errorf("layers: %s: no branches: want one or more", own)
	}
	outputs := make([]*graph.Node, len(p.Branches))
	for i, l := range p.Branches {
		if absent(l) {
			return nil, fmt.Errorf("layers: %s: branch %d is nil", own, i+1)
		}
		y, err := buildPart(b, strconv.Itoa(i+1), l, x)
		if err != nil {
			return nil, err
		}
		outputs[i] = y
		if first := outputs[0].Shape(); !joinable(first, y.Shape(), join) {
			same := "want the same shape"
			switch {
			case i == 0:
				return nil, fmt.Errorf("layers: %s, %s: branch 1 makes shape %v, a number for each example: want two axes or more, as a Reshape to [1] makes them", own, join, first)
			case join == Concat:
				same = "want two axes or more, all the same but for the last"
			}
			return nil, fmt.Errorf("layers: %s, %s: branch %d makes shape %v and branch 1 %v: %s", own, join, i+1, y.Shape(), first, same)
		}
	}
	switch {
	case len(outputs) == 1:
		return outputs[0], nil
	case join == Sum:
		return b.Sum(outputs...)
	}
	return columns.Concat(b, outputs)
}

// joinable reports whether outputs of two shapes can be joined.
func joinable(first, shape []int, join Join) bool {
	if len(first) != len(shape) {
		return false
	}
	axes := len(first)
	if join == Concat {
		if axes--; axes < 1 {
			return false
		}
	}
	for i := range axes {
		if first[i] != shape[i] {
			return false
		}
	}
	return true
}

// Params lists the parameters of the branches, in order, each once.
func (p *Parallel) Params() []*graph.Param { return Sequential(p.Branches).Params() }

// Buffers lists the buffers of the branches, in order, each once.
func (p *Parallel) Buffers() []*graph.Buffer { return Sequential(p.Branches).Buffers() }

package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Residual is x + Body(x), or Shortcut(x) + Body(x): a block of a residual network (He
// et al. 2016). Body and Shortcut make outputs of one shape, N×…; without a Shortcut
// that is the input's. A projection, such as a Dense or a 1×1 convolution, is the usual
// Shortcut where Body changes the shape.
type Residual struct {
	Body     Layer
	Shortcut Layer // nil means the input itself
}

var _ Stateful = (*Residual)(nil)

func (r *Residual) String() string { return "Residual" }

// Build adds the block. An error names both shapes if they differ.
func (r *Residual) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own := b.UniqueName("residual")
	if absent(r.Body) {
		return nil, fmt.Errorf("layers: %s: Body is nil: want a layer", own)
	}
	if r.Shortcut != nil && absent(r.Shortcut) {
		return nil, fmt.Errorf("layers: %s: Shortcut is a %T that is nil: leave it out, or make a layer", own, r.Shortcut)
	}
	name := ""
	if r.Shortcut != nil {
		name = "body"
	}
	y, err := buildPart(b, name, r.Body, x)
	if err != nil {
		return nil, err
	}
	short := x
	if r.Shortcut != nil {
		if short, err = buildPart(b, "shortcut", r.Shortcut, x); err != nil {
			return nil, err
		}
	}
	if !y.Shape().Eq(short.Shape()) {
		if r.Shortcut == nil {
			return nil, fmt.Errorf("layers: %s: the body makes shape %v of an input of shape %v: want the same shape, or a Shortcut that makes %v", own, y.Shape(), x.Shape(), y.Shape())
		}
		return nil, fmt.Errorf("layers: %s: the body makes shape %v and the shortcut %v: want the same shape", own, y.Shape(), short.Shape())
	}
	return b.Sum(short, y)
}

// parts are the layers in the block.
func (r *Residual) parts() Sequential {
	if r.Shortcut == nil {
		return Sequential{r.Body}
	}
	return Sequential{r.Body, r.Shortcut}
}

// Params lists the parameters of Body, then those of Shortcut, each once.
func (r *Residual) Params() []*graph.Param { return r.parts().Params() }

// Buffers lists the buffers of Body, then those of Shortcut, each once.
func (r *Residual) Buffers() []*graph.Buffer { return r.parts().Buffers() }

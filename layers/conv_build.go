package layers

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// convolutionSettings are those of Conv2D and Conv1D.
type convolutionSettings struct {
	name            string
	win             window
	filters, groups int
	init            Initializer
	biasInit        float64
	noBias          bool
}

// build adds the map of the windows of x, N·T×filters, and its tap.
func (c convolutionSettings) build(b *graph.Builder, x *graph.Node, p *affineParams) (*graph.Node, *windows, error) {
	w, err := c.place(b, x.Shape())
	if err != nil {
		return nil, nil, err
	}
	if err := c.prepare(b, x.Shape(), w, p); err != nil {
		return nil, nil, err
	}
	if w.identity() {
		a, err := b.Reshape(x, w.rows(), w.features())
		if err != nil {
			return nil, nil, err
		}
		s, err := p.apply(b, c.name, a)
		return s, w, err
	}
	if err := w.lay(b); err != nil {
		return nil, nil, fmt.Errorf("layers: %s: %w", c.name, err)
	}
	weight, bias := p.nodes(b)
	s, err := newConvolution(w, c.filters).forward(b, x, weight, bias)
	if err != nil {
		return nil, nil, err
	}
	a, err := im2col(b, x, w)
	if err != nil {
		return nil, nil, err
	}
	tap := b.Tap(c.name, a, s, p.weight, p.bias)
	tap.Aside, tap.Groups = true, w.groups
	return s, w, nil
}

// place checks the settings and the input's shape and returns the windows.
func (c convolutionSettings) place(b *graph.Builder, shape tensor.Shape) (*windows, error) {
	if c.filters <= 0 {
		return nil, fmt.Errorf("layers: %s: %d filters: want a positive number", c.name, c.filters)
	}
	if c.groups < 0 {
		return nil, fmt.Errorf("layers: %s: %d groups: want a positive number, or 0 for one group", c.name, c.groups)
	}
	groups := max(c.groups, 1)
	if c.filters%groups != 0 {
		return nil, fmt.Errorf("layers: %s: %d filters cannot be cut into %d groups: want a multiple of the groups", c.name, c.filters, groups)
	}
	w, err := c.win.place(c.name, b.Batch, shape, c.filters)
	if err != nil {
		return nil, err
	}
	if w.channels%groups != 0 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: %d channels cannot be cut into %d groups: want groups that divide the channels", c.name, shape, w.channels, groups)
	}
	w.groups = groups
	if k := []int{c.win.kernel[0], c.win.kernel[1], w.channels}; !fits(k, []int{c.filters / groups}) {
		return nil, c.win.misfit(c.name, shape, fmt.Errorf("%d filters of %s×%d weights are too many", c.filters, c.win.pair(c.win.kernel), w.channels/groups))
	}
	return w, nil
}

// prepare makes the parameters the first time, and checks that they fit after
// that.
func (c convolutionSettings) prepare(b *graph.Builder, shape tensor.Shape, w *windows, p *affineParams) error {
	in, out := w.features()/w.groups, c.filters/w.groups
	if p.weight == nil {
		if err := p.createGroups(b, c.name, c.init, in, out, w.groups); err != nil {
			return err
		}
		if !c.noBias {
			if err := p.createBias(b, c.name, c.biasInit, in, c.filters); err != nil {
				return err
			}
		}
	}
	if v := p.weight.Value; v.Shape()[0] != w.features() || v.Shape()[1] != out || v.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v) has windows of %s×%d = %d elements for %d filters%s: the weights are %v (%v)",
			c.name, shape, b.DType, c.win.pair(c.win.kernel), w.channels, w.features(), c.filters, groupsText(w.groups), v.Shape(), v.Dtype())
	}
	return nil
}

// createGroups makes the weight of several maps of in×out, one after another.
func (a *affineParams) createGroups(b *graph.Builder, name string, init Initializer, in, out, groups int) (err error) {
	if init == nil {
		init = GlorotUniform
	}
	each := func(r *rand.Rand, in, out int, w []float64) {
		for ; len(w) > 0; w = w[in*out:] {
			init(r, in, out, w[:in*out:in*out])
		}
	}
	a.weight, err = newParam(b, name+".weight", each, in, out, groups*in, out)
	return err
}

// groupsText is the part of a layer's description about its groups.
func groupsText(groups int) string {
	if groups <= 1 {
		return ""
	}
	return fmt.Sprintf(", groups %d", groups)
}

// named is the description of a layer with its name, if it has one.
func named(s, name string) string {
	if name == "" {
		return s
	}
	return s + " " + name
}

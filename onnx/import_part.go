package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// part is a layer with parameters, and what they are to be. The numbers are in the order of the layer's own.
type part struct {
	layer   layers.Layer
	kind    string // what the layer is called without a name in the file: dense, conv, …
	name    string // of the file
	key     string // the file's tensors that it is made of, for what shares them
	weight  []float64
	bias    []float64 // of as many elements as units; nil: the layer has none
	mean    []float64 // of BatchNorm
	spread  []float64
	units   []int // the atoms at the end of the output's memory that there is a bias for each of
	count   int   // of units
	column  int   // of an affine map: the units of a row of the weight; 0: the weight is a factor of each unit
	sharing bool  // the layer is another part's
	places  int   // of a transposed convolution: its columns are places×units; else 1
}

// affordable refuses weights of a size that the file is too small for.
func (im *importer) affordable(n *node, size int) error {
	if im.weightsLeft < size {
		return n.errorf("the network has far more weights than the file: it uses the same ones many times")
	}
	return nil
}

// placePart takes the part in, as long as the file has the weights for it.
func (im *importer) placePart(n *node, in *step, p *part, out layout, before []layers.Layer) error {
	size := len(p.weight) + len(p.bias) + len(p.mean) + len(p.spread)
	if err := im.affordable(n, size); err != nil {
		return err
	}
	im.weightsLeft -= size
	im.parts = append(im.parts, p)
	im.made[p.layer] = p
	return im.place(&step{node: n, inputs: []*step{in}, layers: append(before, p.layer), out: out, part: p}, n.out)
}

// rows says where in memory each index of a group of atoms lies, of an axis with the same atoms.
func (im *importer) rows(group, memory []int) []int {
	at := make([]int, 1, im.sizes.product(group))
	for _, a := range group {
		stride := 1
		for _, b := range memory[slices.Index(memory, a)+1:] {
			stride *= im.sizes[b]
		}
		before := slices.Clone(at)
		at = at[:0]
		for _, from := range before {
			for i := range im.sizes[a] {
				at = append(at, from+i*stride)
			}
		}
	}
	return at
}

// perUnit is a constant that is broadcast to a value, for each of the units at the end of its memory, if it is the same for
// all that lie before them.
func (im *importer) perUnit(c *constant, l layout, units []int) ([]float64, bool) {
	values, err := c.values()
	count := im.sizes.product(units)
	if err != nil || count > mostInput || len(values) == 0 {
		return nil, false
	}
	dims := c.dims
	for len(dims) > len(l.dims) { // the batch's axis
		if dims[0] != 1 {
			return nil, false
		}
		dims = dims[1:]
	}
	skipped := len(l.dims) - len(dims)
	out, from := make([]float64, count), make([]int, count)
	stride := 1
	for i := len(dims) - 1; i >= 0; i-- {
		group := l.dims[skipped+i]
		switch dims[i] {
		case 1:
			continue
		case im.sizes.product(group):
		default:
			return nil, false
		}
		for k := len(group) - 1; k >= 0; k-- {
			at := slices.Index(units, group[k])
			if at < 0 {
				return nil, false
			}
			inner := im.sizes.product(units[at+1:])
			size := im.sizes[group[k]]
			for u := range from {
				from[u] += u / inner % size * stride
			}
			stride *= size
		}
	}
	for u := range out {
		if from[u] >= len(values) {
			return nil, false
		}
		out[u] = values[from[u]]
	}
	return out, true
}

// shift adds to the bias.
func (p *part) shift(v []float64, of *constant) {
	p.key += "+" + of.name
	if p.name == "" {
		p.name = module(nil, of)
	}
	if p.bias == nil {
		p.bias = v
	} else {
		for i := range v {
			p.bias[i] += v[i]
		}
	}
	p.parameters()
}

// multiply multiplies each unit's output.
func (p *part) multiply(v []float64, of *constant) {
	p.key += "×" + of.name
	if p.name == "" {
		p.name = module(nil, of)
	}
	switch {
	case p.column == 0 && p.weight == nil:
		p.weight = v
	case p.column == 0:
		for i := range v {
			p.weight[i] *= v[i]
		}
	default:
		perGroup := p.column / p.places
		groups := p.count / perGroup
		rows := len(p.weight) / p.column
		for i := range p.weight {
			row, column := i/p.column, i%p.column
			p.weight[i] *= v[row/(rows/groups)*perGroup+column%perGroup]
		}
	}
	for i := range p.bias {
		p.bias[i] *= v[i]
	}
	p.parameters()
}

// parameters tells the layer which of its parameters there are.
func (p *part) parameters() {
	switch l := p.layer.(type) {
	case *layers.Dense:
		l.NoBias = p.bias == nil
	case *layers.Conv1D:
		l.NoBias = p.bias == nil
	case *layers.Conv2D:
		l.NoBias = p.bias == nil
	case *layers.ConvTranspose2D:
		l.NoBias = p.bias == nil
	case *layers.BatchNorm:
		l.NoScale, l.NoShift = p.weight == nil, p.bias == nil
	case *layers.LayerNorm:
		l.NoScale, l.NoShift = p.weight == nil, p.bias == nil
	case *layers.GroupNorm:
		l.NoScale, l.NoShift = p.weight == nil, p.bias == nil
	}
}

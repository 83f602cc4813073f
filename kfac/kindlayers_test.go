package kfac_test

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// This file has a layer of each kind that taps have, in plain loops: every map is a list
// of terms s[out] += a[in]·w[param], which every row of a goes through.

// summand is one term. A term with in −1 is a summand, w[param] itself.
type summand struct{ out, in, param int }

// kindLayer is a map of N·T rows, with a tap of its kind. Its input is N×(T·ins), its
// output N×(T·outs).
type kindLayer struct {
	kind        string
	name        string
	locations   int // T
	groups      int
	in, out     int // of one group; the columns of a factor or summand; rows and columns of a table
	noBias      bool
	loose       bool // without a tap
	weight      *graph.Param
	bias        *graph.Param
	terms, more []summand
	ins, outs   int
}

func groupedMap(name string, locations, groups, in, out int) *kindLayer {
	l := &kindLayer{name: name, locations: locations, groups: groups, in: in, out: out, ins: groups * in, outs: groups * out}
	for g := range groups {
		for o := range out {
			for i := range in {
				l.terms = append(l.terms, summand{g*out + o, g*in + i, (g*in+i)*out + o})
			}
			l.more = append(l.more, summand{g*out + o, -1, g*out + o})
		}
	}
	return l
}

func scaleMap(name string, locations, columns int) *kindLayer {
	l := &kindLayer{kind: graph.Scale, name: name, locations: locations, groups: 1, in: 1, out: columns, ins: columns, outs: columns}
	for c := range columns {
		l.terms, l.more = append(l.terms, summand{c, c, c}), append(l.more, summand{c, -1, c})
	}
	return l
}

func shiftMap(name string, locations, columns int) *kindLayer {
	l := scaleMap(name, locations, columns)
	l.kind, l.terms, l.more, l.noBias = graph.Shift, l.more, nil, true
	return l
}

func tableMap(name string, locations, rows, columns int) *kindLayer {
	return &kindLayer{kind: graph.Embedding, name: name, locations: locations, groups: 1, in: rows, out: columns, ins: 1, outs: columns, noBias: true}
}

func (l *kindLayer) Params() []*graph.Param {
	switch {
	case l.weight == nil:
		return nil
	case l.bias == nil:
		return []*graph.Param{l.weight}
	}
	return []*graph.Param{l.weight, l.bias}
}

func (l *kindLayer) prepare(b *graph.Builder) {
	if l.weight != nil {
		return
	}
	if l.kind == graph.Affine || l.kind == graph.Embedding {
		l.weight = graph.NewParam(l.name+".weight", b.DType, l.groups*l.in, l.out)
	} else {
		l.weight = graph.NewParam(l.name+".weight", b.DType, l.outs)
	}
	fill(b.Streams.Init, l.weight, 0.7)
	if !l.noBias {
		l.bias = graph.NewParam(l.name+".bias", b.DType, l.outs)
		fill(b.Streams.Init, l.bias, 0.3)
	}
}

func fill(r *rand.Rand, p *graph.Param, size float64) {
	for i := range p.Size() {
		v := size * r.NormFloat64()
		if p.Value.Dtype() == graph.Float32 {
			p.Value.Float32s()[i] = float32(v)
		} else {
			p.Value.Float64s()[i] = v
		}
	}
}

func (l *kindLayer) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	l.prepare(b)
	rows := b.Batch * l.locations
	a, err := b.Reshape(x, rows, l.ins)
	if err != nil {
		return nil, err
	}
	shape := tensor.Shape{rows, l.outs}
	var s *graph.Node
	if l.kind == graph.Embedding {
		s, err = lookUp(b, a, b.Param(l.weight), shape)
	} else {
		s, err = productsOf(b, l.terms, a, b.Param(l.weight), shape)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case l.kind == graph.Shift:
		s, err = b.Sum(a, s)
	case l.bias != nil:
		var sum *graph.Node
		if sum, err = productsOf(b, l.more, a, b.Param(l.bias), shape); err == nil {
			s, err = b.Sum(s, sum)
		}
	}
	if err != nil {
		return nil, err
	}
	if !l.loose {
		t := b.Tap(l.name, a, s, l.weight, l.bias)
		t.Kind = l.kind
		if l.groups > 1 {
			t.Groups = l.groups
		}
	}
	return b.Reshape(s, b.Batch, l.locations*l.outs)
}

// productsOf is the map of a list of terms.
func productsOf(b *graph.Builder, terms []summand, a, w *graph.Node, shape tensor.Shape) (*graph.Node, error) {
	ins, outs := a.Shape()[1], shape[1]
	linear := func(b *graph.Builder, a, w *graph.Node) (*graph.Node, error) {
		return productsOf(b, terms, a, w, shape)
	}
	toInput := func(b *graph.Builder, g, w *graph.Node) (*graph.Node, error) {
		return b.Apply(graph.Op{Name: "products-to-input", Shape: a.Shape().Clone(),
			F32: toInputs[float32](terms, ins, outs), F64: toInputs[float64](terms, ins, outs)}, g, w)
	}
	toWeight := func(b *graph.Builder, a, g *graph.Node) (*graph.Node, error) {
		return b.Apply(graph.Op{Name: "products-to-weight", Shape: w.Shape().Clone(),
			F32: toWeights[float32](terms, ins, outs), F64: toWeights[float64](terms, ins, outs)}, a, g)
	}
	return b.Apply(graph.Op{
		Name: "products", Shape: shape.Clone(), F32: forward[float32](terms, ins, outs), F64: forward[float64](terms, ins, outs),
		Diff: func(d *graph.Diff) (to []*graph.Node, err error) {
			to = make([]*graph.Node, 2)
			if terms[0].in >= 0 && d.Need[0] {
				if to[0], err = toInput(d.Builder, d.Grad, d.In[1]); err != nil {
					return nil, err
				}
			}
			to[1], err = toWeight(d.Builder, d.In[0], d.Grad)
			return to, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if terms[0].in < 0 {
				if t.Dot[1] == nil {
					return nil, nil
				}
				return linear(t.Builder, t.In[0], t.Dot[1])
			}
			return graph.Bilinear(linear)(t)
		},
	}, a, w)
}

func forward[T graph.Float](terms []summand, ins, outs int) func(out []T, in [][]T) {
	return func(s []T, in [][]T) {
		clear(s)
		for r := range len(s) / outs {
			for _, p := range terms {
				x := T(1)
				if p.in >= 0 {
					x = in[0][r*ins+p.in]
				}
				s[r*outs+p.out] += x * in[1][p.param]
			}
		}
	}
}

func toInputs[T graph.Float](terms []summand, ins, outs int) func(out []T, in [][]T) {
	return func(a []T, in [][]T) {
		clear(a)
		for r := range len(a) / ins {
			for _, p := range terms {
				a[r*ins+p.in] += in[0][r*outs+p.out] * in[1][p.param]
			}
		}
	}
}

func toWeights[T graph.Float](terms []summand, ins, outs int) func(out []T, in [][]T) {
	return func(w []T, in [][]T) {
		clear(w)
		for r := range len(in[1]) / outs {
			for _, p := range terms {
				x := T(1)
				if p.in >= 0 {
					x = in[0][r*ins+p.in]
				}
				w[p.param] += x * in[1][r*outs+p.out]
			}
		}
	}
}

// lookUp is the rows of a table whose numbers a has.
func lookUp(b *graph.Builder, a, w *graph.Node, shape tensor.Shape) (*graph.Node, error) {
	columns := shape[1]
	return b.Apply(graph.Op{
		Name: "look-up", Shape: shape.Clone(), F32: lookedUp[float32](columns), F64: lookedUp[float64](columns),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			to, err := d.Apply(graph.Op{Name: "look-up-gradient", Shape: d.In[1].Shape().Clone(),
				F32: entered[float32](columns), F64: entered[float64](columns)}, d.In[0], d.Grad)
			return []*graph.Node{nil, to}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[1] == nil {
				return nil, nil
			}
			return lookUp(t.Builder, t.In[0], t.Dot[1], shape)
		},
	}, a, w)
}

func lookedUp[T graph.Float](columns int) func(out []T, in [][]T) {
	return func(s []T, in [][]T) {
		for r, v := range in[0] {
			copy(s[r*columns:(r+1)*columns], in[1][int(v)*columns:])
		}
	}
}

func entered[T graph.Float](columns int) func(out []T, in [][]T) {
	return func(w []T, in [][]T) {
		clear(w)
		for r, v := range in[0] {
			for c := range columns {
				w[int(v)*columns+c] += in[1][r*columns+c]
			}
		}
	}
}

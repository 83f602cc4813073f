package losstest

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// part is one of a loss's functions of the outputs z and of other operands. A mean is of shape (1), the mean over
// examples of a number for each. Any other part has a row for each example.
type part struct {
	name     string // the method's
	mean     bool
	operands []operand // the first is z
	add      func(b *graph.Builder, in []*graph.Node) (*graph.Node, error)
	// further returns the rows of one example's operands from the third on, which belong together; nil: they have row.
	further func(r *rand.Rand) [][]float64
}

// operand is an input of a part.
type operand struct {
	name  string
	shape func(n int) tensor.Shape     // for n examples
	row   func(r *rand.Rand) []float64 // elements of one example; nil: see part
}

// rows returns what a part is given for n examples: for each operand one row for each example.
func (p part) rows(r *rand.Rand, n int) [][][]float64 {
	rows := make([][][]float64, len(p.operands))
	for i, o := range p.operands {
		for range n {
			if o.row != nil {
				rows[i] = append(rows[i], o.row(r))
			}
		}
	}
	if p.further != nil {
		for range n {
			for i, row := range p.further(r) {
				rows[2+i] = append(rows[2+i], row)
			}
		}
	}
	return rows
}

// vectors is an operand N×C of normal numbers.
func (c *checker) vectors(name string, spread float64) operand {
	return operand{
		name:  name,
		shape: func(n int) tensor.Shape { return tensor.Shape{n, c.outputs} },
		row: func(r *rand.Rand) []float64 {
			row := make([]float64, c.outputs)
			for i := range row {
				row[i] = spread * r.NormFloat64()
			}
			return row
		},
	}
}

func (c *checker) z() operand { return c.vectors("the outputs z", c.cfg.Spread) }

// y is the operand of targets.
func (c *checker) y(name string) operand {
	return operand{name: name, shape: c.targetShape, row: func(r *rand.Rand) []float64 {
		if c.cfg.Targets != nil {
			return c.cfg.Targets(r)
		}
		return c.pool[r.IntN(len(c.pool))]
	}}
}

// drawn is the operand of targets that the distribution may draw.
func (c *checker) drawn() operand {
	return operand{name: "the targets y", shape: c.targetShape, row: func(r *rand.Rand) []float64 { return c.pool[r.IntN(len(c.pool))] }}
}

func (c *checker) targetShape(n int) tensor.Shape {
	shape := c.shape.Clone()
	shape[0] = n
	return shape
}

func (c *checker) build() part {
	return part{name: "Build", mean: true, operands: []operand{c.z(), c.y("the targets y")}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return c.loss.Build(b, in[0], in[1])
	}}
}

func (c *checker) nll() part {
	return part{name: "NegativeLogLikelihood", mean: true, operands: []operand{c.z(), c.drawn()}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return c.loss.NegativeLogLikelihood(b, in[0], in[1])
	}}
}

func (c *checker) divergence() part {
	return part{name: "KL", mean: true, operands: []operand{c.z(), c.vectors("the outputs z₀", c.cfg.Spread)}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return c.loss.KL(b, in[1], in[0])
	}}
}

func (c *checker) meanPart() part {
	return part{name: "Mean", operands: []operand{c.z()}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return c.loss.Mean(b, in[0])
	}}
}

func (c *checker) factor() part {
	return part{name: "FactorProduct", operands: []operand{c.z(), c.vectors("the vectors r", 1)}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return c.loss.FactorProduct(b, in[0], in[1])
	}}
}

func (c *checker) transpose() part {
	return part{name: "FactorTransposeProduct", operands: []operand{c.z(), c.vectors("the vectors t", 1)}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return c.loss.FactorTransposeProduct(b, in[0], in[1])
	}}
}

// mixedPart is BuildMixed, if the loss has it.
func (c *checker) mixedPart() (part, bool) {
	m, ok := losses.AsMixable(c.loss)
	if !ok {
		return part{}, false
	}
	share := func(r *rand.Rand) []float64 { return []float64{r.Float64()} }
	return part{name: "BuildMixed", mean: true, operands: []operand{
		c.z(), c.y("the targets y"), c.y("the others y′"),
		{"the shares λ", func(n int) tensor.Shape { return tensor.Shape{n} }, share},
	}, add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
		return m.BuildMixed(b, in[0], in[1], in[2], in[3])
	}}, true
}

// parts are all of the loss's, those of costs with further targets included.
func (c *checker) parts() []part {
	parts := []part{c.build(), c.nll(), c.divergence(), c.meanPart(), c.factor(), c.transpose()}
	if p, ok := c.mixedPart(); ok {
		parts = append(parts, p)
	}
	if p, ok := c.morePart(); ok {
		parts = append(parts, p)
	}
	return parts
}

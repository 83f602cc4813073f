package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
)

// Dropout zeroes each element with probability Rate in training and scales
// the rest by 1/(1−Rate), so that the expectation is the input; in evaluation
// it passes its input on. Masks are drawn once per mini-batch (graph.Masks): every
// program run on one mini-batch sees the same mask.
type Dropout struct {
	Rate float64 // in [0, 1)
}

var _ Layer = (*Dropout)(nil)

func (d *Dropout) String() string { return fmt.Sprintf("Dropout(%g)", d.Rate) }

// Params returns none.
func (d *Dropout) Params() []*graph.Param { return nil }

// Build adds x·mask/(1−Rate) to a training graph.
func (d *Dropout) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if !(d.Rate >= 0 && d.Rate < 1) {
		return nil, fmt.Errorf("layers: dropout rate %g: want 0 ≤ rate < 1", d.Rate)
	}
	if !b.Train || d.Rate == 0 {
		return x, nil
	}
	keep, err := maskFor(b, x, d.Rate, x.Shape())
	if err != nil {
		return nil, err
	}
	return multiply(b, x, keep)
}

// maskFor adds a mask of the given shape, drawn once per mini-batch. It reads nothing of x.
func maskFor(b *graph.Builder, x *graph.Node, rate float64, shape []int) (*graph.Node, error) {
	draws := b.DrawsOf(graph.Masks)
	return b.Apply(graph.Op{
		Name:  "dropout-mask",
		Shape: append([]int{}, shape...),
		F32:   oncePerDraw(b, graph.ByExample(draws, fillMask[float32](rate))),
		F64:   oncePerDraw(b, graph.ByExample(draws, fillMask[float64](rate))),
		Const: true,
	}, x)
}

// oncePerDraw runs draw once for each mini-batch. The op's output keeps what it drew.
func oncePerDraw[T graph.Float](b *graph.Builder, draw func(out []T, in [][]T)) func(out []T, in [][]T) {
	drawn, last := false, uint64(0) // the mini-batch it was drawn for
	return func(out []T, in [][]T) {
		if drawn && last == b.Draw() {
			return
		}
		drawn, last = true, b.Draw()
		draw(out, in)
	}
}

func fillMask[T graph.Float](rate float64) func(r *rand.Rand, out, _ []T) {
	scale := T(1 / (1 - rate))
	return func(r *rand.Rand, out, _ []T) {
		for i := range out {
			if r.Float64() < rate {
				out[i] = 0
			} else {
				out[i] = scale
			}
		}
	}
}

// multiply is the elementwise product x·c, c a constant.
func multiply(b *graph.Builder, x, c *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "multiply",
		Shape: x.Shape().Clone(),
		F32:   times[float32],
		F64:   times[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := multiply(d.Builder, d.Grad, d.In[1])
			return []*graph.Node{g, nil}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[0] == nil {
				return nil, nil
			}
			return multiply(t.Builder, t.Dot[0], t.In[1])
		},
	}, x, c)
}

func times[T graph.Float](out []T, in [][]T) {
	c := in[1]
	for i, x := range in[0] {
		out[i] = x * c[i]
	}
}

package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Dropout2D zeroes each channel of each example with probability Rate in training, all
// its pixels together, and scales the other channels by 1/(1−Rate), so that the
// expectation is the input (Tompson et al. 2015, SpatialDropout). Neighbouring pixels are
// so alike that a [Dropout] of single ones would hide little. The input is N×H×W×C, or
// N×T×C. In evaluation the layer passes its input on. Masks, N×C, are
// drawn once per mini-batch, as those of Dropout are.
type Dropout2D struct {
	Rate float64 // in [0, 1)
}

var _ Layer = (*Dropout2D)(nil)

func (d *Dropout2D) String() string { return fmt.Sprintf("Dropout2D(%g)", d.Rate) }

// Params returns none.
func (d *Dropout2D) Params() []*graph.Param { return nil }

// Build adds x·mask/(1−Rate) to a training graph.
func (d *Dropout2D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own := b.UniqueName("dropout2d")
	if !(d.Rate >= 0 && d.Rate < 1) {
		return nil, fmt.Errorf("layers: %s: rate %g: want 0 ≤ rate < 1", own, d.Rate)
	}
	if dims := x.Shape().Dims(); dims != 3 && dims != 4 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: want images N×height×width×channels, or N×T×channels", own, x.Shape())
	}
	if !b.Train || d.Rate == 0 {
		return x, nil
	}
	keep, err := maskFor(b, x, d.Rate, []int{x.Shape()[0], x.Shape()[x.Shape().Dims()-1]})
	if err != nil {
		return nil, err
	}
	return scaleChannels(b, x, keep)
}

// scaleChannels multiplies x, N×…×C, by c, N×C and a constant, at every location.
func scaleChannels(b *graph.Builder, x, c *graph.Node) (*graph.Node, error) {
	examples, channels := c.Shape()[0], c.Shape()[1]
	return b.Apply(graph.Op{
		Name:  "scale-channels",
		Shape: x.Shape().Clone(),
		F32:   timesChannels[float32](examples, channels),
		F64:   timesChannels[float64](examples, channels),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := scaleChannels(d.Builder, d.Grad, d.In[1])
			return []*graph.Node{g, nil}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[0] == nil {
				return nil, nil
			}
			return scaleChannels(t.Builder, t.Dot[0], t.In[1])
		},
	}, x, c)
}

func timesChannels[T graph.Float](examples, channels int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		size := len(out) / examples
		for e := range examples {
			c := in[1][e*channels : (e+1)*channels]
			x, y := in[0][e*size:(e+1)*size], out[e*size:(e+1)*size]
			for ; len(x) > 0; x, y = x[channels:], y[channels:] {
				y := y[:channels]
				for i, v := range x[:channels] {
					y[i] = v * c[i]
				}
			}
		}
	}
}

package layers

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Activation is an elementwise function φ. Its derivative is computed from its output or
// from its input, z, whichever is simpler: φ'(x) = ψ(z).
type Activation struct {
	name      string
	setting   string  // what the parameter is called; "" of a function without one
	parameter float64 // α or a slope
	least     float64 // of the parameter
	ofInput   bool    // z is x; else y
	single    rules[float32]
	double    rules[float64]
	bend      func(z float64) float64 // ψ'; nil if it is 0
}

// rules are a function and its gradient over slices of one length.
type rules[T graph.Float] struct {
	value func(y, x []T)
	slope func(dx, z, d []T) // d·ψ(z)
}

var _ Layer = (*Activation)(nil)

func (a *Activation) String() string {
	if a.setting != "" {
		return fmt.Sprintf("%s(%g)", a.name, a.parameter)
	}
	return a.name
}

// Function is the function's name, such as "LeakyReLU", with its parameter: the slope of LeakyReLU, α of ELU, else 0.
func (a *Activation) Function() (name string, parameter float64) { return a.name, a.parameter }

// Params returns none.
func (a *Activation) Params() []*graph.Param { return nil }

// Build applies the function to every element of x, of any shape.
func (a *Activation) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if a.setting != "" && !(a.parameter >= a.least && a.parameter-a.parameter == 0) {
		return nil, fmt.Errorf("layers: %v: %s %g: want a number of at least %g", a, a.setting, a.parameter, a.least)
	}
	single, double := a.single.value, a.double.value
	if single == nil {
		if a.name != identity {
			return nil, errors.New("layers: an Activation of no function: make activations by ReLU(), Tanh(), …")
		}
		return x, nil
	}
	of := func(x, y *graph.Node) *graph.Node {
		if a.ofInput {
			return x
		}
		return y
	}
	return b.Apply(graph.Op{
		Name: a.name, Shape: x.Shape().Clone(),
		F32: func(out []float32, in [][]float32) { single(out, in[0]) },
		F64: func(out []float64, in [][]float64) { double(out, in[0]) },
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := a.slope(d.Builder, of(d.In[0], d.Out), d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			return a.slope(t.Builder, of(t.In[0], t.Out), t.Dot[0])
		},
	}, x)
}

// slope is d·ψ(z): the gradient at x from that at y, and y's tangent from x's.
func (a *Activation) slope(b *graph.Builder, z, d *graph.Node) (*graph.Node, error) {
	single, double := a.single.slope, a.double.slope
	return b.Apply(graph.Op{
		Name: a.name + "-gradient", Shape: z.Shape().Clone(),
		F32: func(out []float32, in [][]float32) { single(out, in[0], in[1]) },
		F64: func(out []float64, in [][]float64) { double(out, in[0], in[1]) },
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			var bend, slope *graph.Node
			var err error
			if t.Dot[0] != nil && a.bend != nil {
				bend, err = t.Apply(graph.Op{
					Name: a.name + "-bend", Shape: z.Shape().Clone(), F32: bending[float32](a.bend), F64: bending[float64](a.bend),
				}, t.In[0], t.In[1], t.Dot[0])
				if err != nil {
					return nil, err
				}
			}
			if t.Dot[1] != nil {
				if slope, err = a.slope(t.Builder, t.In[0], t.Dot[1]); err != nil {
					return nil, err
				}
			}
			return t.Total(bend, slope)
		},
	}, z, d)
}

// bending is d·z'·ψ'(z) of (z, d, z'), the change of a slope. No training step computes
// it, so that it need not be fast.
func bending[T graph.Float](bend func(z float64) float64) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for i, z := range in[0] {
			out[i] = T(bend(float64(z))) * in[1][i] * in[2][i]
		}
	}
}

package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// Activation is an elementwise function φ whose derivative is a function of its
// output: φ'(x) = ψ(y).
type Activation struct {
	name string
	f32  func(out []float32, in [][]float32) // y from x
	f64  func(out []float64, in [][]float64)
	g32  func(out []float32, in [][]float32) // d·ψ(y) from (y, d)
	g64  func(out []float64, in [][]float64)
	h32  func(out []float32, in [][]float32) // d·y'·ψ'(y) from (y, d, y'); nil if ψ' = 0
	h64  func(out []float64, in [][]float64)
}

var _ Layer = (*Activation)(nil)

// ReLU is max(x, 0), with derivative 0 at 0.
func ReLU() *Activation {
	return &Activation{name: "ReLU", f32: relu[float32], f64: relu[float64], g32: reluGrad[float32], g64: reluGrad[float64]}
}

// Tanh is the hyperbolic tangent.
func Tanh() *Activation {
	return &Activation{"Tanh", tanh[float32], tanh[float64], tanhGrad[float32], tanhGrad[float64], tanhBend[float32], tanhBend[float64]}
}

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid() *Activation {
	return &Activation{"Sigmoid", sigmoid[float32], sigmoid[float64], sigmoidGrad[float32], sigmoidGrad[float64], sigmoidBend[float32], sigmoidBend[float64]}
}

// Identity passes its input on.
func Identity() *Activation { return &Activation{name: "Identity"} }

func (a *Activation) String() string { return a.name }

// Params returns none.
func (a *Activation) Params() []*graph.Param { return nil }

// Build applies the function to every element of x.
func (a *Activation) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if a.f32 == nil {
		return x, nil
	}
	return b.Apply(graph.Op{
		Name: a.name, Shape: x.Shape().Clone(), F32: a.f32, F64: a.f64,
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := a.slope(d.Builder, d.Out, d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return a.slope(t.Builder, t.Out, t.Dot[0]) },
	}, x)
}

// slope is d·ψ(y): the gradient at x from that at y, and y's tangent from x's.
func (a *Activation) slope(b *graph.Builder, y, d *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: a.name + "-gradient", Shape: y.Shape().Clone(), F32: a.g32, F64: a.g64,
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			var bend, slope *graph.Node
			var err error
			if t.Dot[0] != nil && a.h32 != nil {
				bend, err = t.Apply(graph.Op{Name: a.name + "-bend", Shape: y.Shape().Clone(), F32: a.h32, F64: a.h64}, t.In[0], t.In[1], t.Dot[0])
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
	}, y, d)
}

func relu[T graph.Float](out []T, in [][]T)        { elementwise.ReLU(out, in[0]) }
func reluGrad[T graph.Float](out []T, in [][]T)    { elementwise.ReLUGrad(out, in[0], in[1]) }
func tanh[T graph.Float](out []T, in [][]T)        { elementwise.Tanh(out, in[0]) }
func tanhGrad[T graph.Float](out []T, in [][]T)    { elementwise.TanhGrad(out, in[0], in[1]) }
func sigmoid[T graph.Float](out []T, in [][]T)     { elementwise.Sigmoid(out, in[0]) }
func sigmoidGrad[T graph.Float](out []T, in [][]T) { elementwise.SigmoidGrad(out, in[0], in[1]) }

// tanhBend: ψ = 1 − y², ψ' = −2y.
func tanhBend[T graph.Float](out []T, in [][]T) {
	for i, y := range in[0] {
		out[i] = -2 * y * in[1][i] * in[2][i]
	}
}

// sigmoidBend: ψ = y(1 − y), ψ' = 1 − 2y.
func sigmoidBend[T graph.Float](out []T, in [][]T) {
	for i, y := range in[0] {
		out[i] = (1 - 2*y) * in[1][i] * in[2][i]
	}
}

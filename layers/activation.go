package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// Activation is an elementwise function whose derivative is a function of its
// output.
type Activation struct {
	name     string
	f32, g32 func(out []float32, in [][]float32) // y from x; dx from (y, dy)
	f64, g64 func(out []float64, in [][]float64)
}

var _ Layer = (*Activation)(nil)

// ReLU is max(x, 0), with derivative 0 at 0.
func ReLU() *Activation {
	return &Activation{"ReLU", relu[float32], reluGrad[float32], relu[float64], reluGrad[float64]}
}

// Tanh is the hyperbolic tangent.
func Tanh() *Activation {
	return &Activation{"Tanh", tanh[float32], tanhGrad[float32], tanh[float64], tanhGrad[float64]}
}

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid() *Activation {
	return &Activation{"Sigmoid", sigmoid[float32], sigmoidGrad[float32], sigmoid[float64], sigmoidGrad[float64]}
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
	return b.Apply(graph.Op{Name: a.name, Shape: x.Shape().Clone(), F32: a.f32, F64: a.f64, Diff: a.diff}, x)
}

func (a *Activation) diff(d *graph.Diff) ([]*graph.Node, error) {
	g, err := d.Apply(graph.Op{Name: a.name + "-gradient", Shape: d.Out.Shape().Clone(), F32: a.g32, F64: a.g64}, d.Out, d.Grad)
	return []*graph.Node{g}, err
}

func relu[T graph.Float](out []T, in [][]T)        { elementwise.ReLU(out, in[0]) }
func reluGrad[T graph.Float](out []T, in [][]T)    { elementwise.ReLUGrad(out, in[0], in[1]) }
func tanh[T graph.Float](out []T, in [][]T)        { elementwise.Tanh(out, in[0]) }
func tanhGrad[T graph.Float](out []T, in [][]T)    { elementwise.TanhGrad(out, in[0], in[1]) }
func sigmoid[T graph.Float](out []T, in [][]T)     { elementwise.Sigmoid(out, in[0]) }
func sigmoidGrad[T graph.Float](out []T, in [][]T) { elementwise.SigmoidGrad(out, in[0], in[1]) }

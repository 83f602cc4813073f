package layers_test

import (
	"fmt"
	"log"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/layers/layertest"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// gain multiplies each feature by a parameter of its own: y = x·g for x N×features.
type gain struct{ g *graph.Param }

// Build makes the parameter the first time; a model builds its layers once for each batch size and mode.
func (l *gain) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if x.Shape().Dims() != 2 {
		return nil, fmt.Errorf("gain: input of shape %v: want a matrix N×features", x.Shape())
	}
	features := x.Shape()[1]
	if l.g == nil {
		l.g = graph.NewParam(b.UniqueName("gain"), b.DType, features)
		if err := graph.CopyInto(l.g.Value, tensor.Ones(graph.Float64, features)); err != nil {
			return nil, err
		}
	}
	if size := l.g.Size(); size != features {
		return nil, fmt.Errorf("gain: input of shape %v: the parameter has %d elements", x.Shape(), size)
	}
	return scaleColumns(b, x, b.Param(l.g))
}

func (l *gain) Params() []*graph.Param {
	if l.g == nil {
		return nil
	}
	return []*graph.Param{l.g}
}

// scaleColumns adds the op y[n,j] = x[n,j]·g[j]. Its gradients are ∂x = scaleColumns(∂y, g) and ∂g = Σ_n x[n]·∂y[n].
func scaleColumns(b *graph.Builder, x, g *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "scale-columns", Shape: x.Shape(),
		F32: scaled[float32], F64: scaled[float64],
		Diff: func(d *graph.Diff) (grads []*graph.Node, err error) {
			grads = make([]*graph.Node, 2)
			if d.Need[0] {
				if grads[0], err = scaleColumns(d.Builder, d.Grad, d.In[1]); err != nil {
					return nil, err
				}
			}
			if d.Need[1] {
				grads[1], err = columnProducts(d.Builder, d.In[0], d.Grad, d.In[1].Shape())
			}
			return grads, err
		},
		Tangent: graph.Bilinear(scaleColumns),
	}, x, g)
}

func columnProducts(b *graph.Builder, x, y *graph.Node, shape tensor.Shape) (*graph.Node, error) {
	return b.Apply(graph.Op{Name: "column-products", Shape: shape, F32: summed[float32], F64: summed[float64]}, x, y)
}

func scaled[T graph.Float](out []T, in [][]T) {
	x, g := in[0], in[1]
	for i, v := range x {
		out[i] = v * g[i%len(g)]
	}
}

func summed[T graph.Float](out []T, in [][]T) {
	clear(out) // it holds the last run's sums
	for i, v := range in[0] {
		out[i%len(out)] += v * in[1][i]
	}
}

// A layer of one's own, with a parameter and an op of its own, learns which factor each input has.
func ExampleLayer() {
	model, err := trainer.NewModel(&gain{}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.2})
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float64{1, 1, 2, -1, -1, 2}))
	y := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float64{3, -0.5, 6, 0.5, -3, -1}))
	for range 100 {
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := sgd.Step(batch); err != nil {
			log.Fatal(err)
		}
	}
	g := model.Params()[0]
	fmt.Printf("%s %.3f\n", g.Name, g.Value.Float64s())
	// Output: gain1 [3.000 -0.500]
}

// TestGain checks the example's layer as its author would.
func TestGain(t *testing.T) {
	layertest.Check(t, func() layers.Layer { return &gain{} }, layertest.Config{Input: []int{5}})
}

// residual adds its input to what the inner layers make of it.
type residual struct{ layers.Sequential }

func (l residual) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := l.Sequential.Build(b, x)
	if err != nil {
		return nil, err
	}
	if !y.Shape().Eq(x.Shape()) {
		return nil, fmt.Errorf("residual: input of shape %v, output of shape %v: want equal ones", x.Shape(), y.Shape())
	}
	return b.Sum(x, y)
}

// A layer that is made of others needs no ops: the dense map's tap is K-FAC's, wherever it lies.
func ExampleLayer_composed() {
	net := residual{layers.Sequential{&layers.Dense{Units: 2, Init: layers.Constant(1)}, layers.ReLU()}}
	fmt.Println(output(net, tensor.Shape{2}, 1, 2).Float64s())
	_, err := trainer.NewModel(residual{layers.Sequential{&layers.Dense{Units: 3}}}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	fmt.Println(err)
	// Output:
	// [4 5]
	// residual: input of shape (1, 2), output of shape (1, 3): want equal ones
}

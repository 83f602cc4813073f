package graph_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// An observer looks at every layer's activations and gradients as they pass.
func ExampleObserver() {
	net := layers.Sequential{
		&layers.Dense{Units: 2, Init: layers.Constant(0.5), Name: "hidden"}, layers.ReLU(),
		&layers.Dense{Units: 1, Init: layers.Constant(1), Name: "output"},
	}
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	if err != nil {
		log.Fatal(err)
	}
	model.Observe(func(pass graph.Pass, taps []*graph.Tap) {
		for _, tap := range taps {
			fmt.Println(pass, tap.Name, "activations", tap.A.Data(), "gradients", tap.G.Data())
		}
	})
	batch, err := model.Batch(
		tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{1, 3})),
		tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float32{1})),
	)
	if err != nil {
		log.Fatal(err)
	}
	loss, err := batch.Grad()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("loss", loss)
	// Output:
	// gradient hidden activations [1 3] gradients [3 3]
	// gradient output activations [2 2] gradients [3]
	// loss 4.5
}

// An op of one's own: y = x², with its derivative 2x·dy.
func ExampleBuilder_Apply() {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
	if err != nil {
		log.Fatal(err)
	}
	x, memory := b.Input("x", 3)
	y, err := b.Apply(graph.Op{
		Name: "square", Shape: x.Shape(),
		F32: square[float32], F64: square[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dx, err := d.Apply(graph.Op{
				Name: "square-gradient", Shape: d.Out.Shape(),
				F32: squareGradient[float32], F64: squareGradient[float64],
			}, d.In[0], d.Grad)
			return []*graph.Node{dx}, err
		},
	}, x)
	if err != nil {
		log.Fatal(err)
	}
	dx, err := b.Backward(y, b.Ones(3), x)
	if err != nil {
		log.Fatal(err)
	}
	program, err := b.Compile(y, dx[0])
	if err != nil {
		log.Fatal(err)
	}
	copy(memory.Float64s(), []float64{1, 2, -3})
	if err := program.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(graph.Value(y), graph.Value(dx[0]))
	// Output: [1  4  9] [ 2   4  -6]
}

func square[T graph.Float](out []T, in [][]T) {
	for i, x := range in[0] {
		out[i] = x * x
	}
}

func squareGradient[T graph.Float](out []T, in [][]T) {
	for i, x := range in[0] {
		out[i] = 2 * x * in[1][i]
	}
}

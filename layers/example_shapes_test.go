package layers_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// output is what a network makes of one example.
func output(net layers.Layer, shape tensor.Shape, example ...float64) *tensor.Dense {
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: shape, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(append([]int{1}, shape...)...), tensor.WithBacking(example))
	y, err := model.Predict(x)
	if err != nil {
		log.Fatal(err)
	}
	return y
}

// Every weight is 2, every element of the bias 1.
func ExampleDense() {
	dense := &layers.Dense{Units: 2, Init: layers.Constant(2), BiasInit: 1, Name: "output"}
	fmt.Println(output(dense, tensor.Shape{3}, 1, 2, 3).Float64s())
	for _, p := range dense.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// [13 13]
	// output.weight (3, 2)
	// output.bias (2)
}

func ExampleFlatten() {
	y := output(&layers.Flatten{}, tensor.Shape{2, 2}, 1, 2, 3, 4)
	fmt.Println(y.Shape(), y.Float64s())
	// Output: (1, 4) [1 2 3 4]
}

// Dropout does nothing to a prediction. In training it sets a part of its inputs to 0 and enlarges the others.
func ExampleDropout() {
	net := layers.Sequential{&layers.Dropout{Rate: 0.5}, layers.Identity()}
	fmt.Println(output(net, tensor.Shape{3}, 1, 2, 3).Float64s())
	_, err := trainer.NewModel(&layers.Dropout{Rate: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}})
	fmt.Println(err != nil)
	// Output:
	// [1 2 3]
	// true
}

func ExampleActivation() {
	for _, activation := range []*layers.Activation{layers.Identity(), layers.ReLU(), layers.Tanh(), layers.Sigmoid()} {
		fmt.Printf("%v %.3f\n", activation, output(activation, tensor.Shape{3}, -1, 0, 2).Float64s())
	}
	// Output:
	// Identity [-1.000 0.000 2.000]
	// ReLU [0.000 0.000 2.000]
	// Tanh [-0.762 0.000 0.964]
	// Sigmoid [0.269 0.500 0.881]
}

func ExampleReLU() {
	fmt.Println(output(layers.ReLU(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [0 0 2]
}

func ExampleTanh() {
	fmt.Printf("%.3f\n", output(layers.Tanh(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [-0.762 0.000 0.964]
}

func ExampleSigmoid() {
	fmt.Printf("%.3f\n", output(layers.Sigmoid(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [0.269 0.500 0.881]
}

// A deep autoencoder's code layer has no activation; Identity says so in the summary.
func ExampleIdentity() {
	fmt.Println(output(layers.Identity(), tensor.Shape{2}, -1, 2).Float64s())
	// Output: [-1 2]
}

package layers_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func ExampleConv2D() {
	net := layers.Sequential{
		&layers.Conv2D{Filters: 8, Kernel: [2]int{5, 5}, Padding: [2]int{2, 2}, Stride: [2]int{2, 2}, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Conv2D{Filters: 16, Kernel: [2]int{3, 3}, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Flatten{},
		&layers.Dense{Units: 10},
	}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{28, 28}})
	if err != nil {
		panic(err)
	}
	for _, p := range model.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// conv1.weight (25, 8)
	// conv1.bias (8)
	// conv2.weight (72, 16)
	// conv2.bias (16)
	// dense1.weight (2304, 10)
	// dense1.bias (10)
}

// Groups as many as channels make a depthwise convolution: every channel has filters of its
// own. Same keeps the image's size.
func ExampleConv2D_depthwise() {
	net := layers.Sequential{
		&layers.Conv2D{Filters: 8, Kernel: [2]int{3, 3}, Same: true, Name: "stem"},
		&layers.Conv2D{Filters: 16, Kernel: [2]int{3, 3}, Same: true, Stride: [2]int{2, 2}, Groups: 8, Name: "depthwise"},
		&layers.Conv2D{Filters: 4, Kernel: [2]int{1, 1}, Name: "pointwise"}, // 3×3×4
		&layers.Flatten{},
	}
	fmt.Println(output(net, tensor.Shape{5, 5}, make([]float64, 25)...).Shape())
	for _, p := range net.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// (1, 36)
	// stem.weight (9, 8)
	// stem.bias (8)
	// depthwise.weight (72, 2)
	// depthwise.bias (16)
	// pointwise.weight (16, 4)
	// pointwise.bias (4)
}

// The sums of two neighbours of a sequence, and the bias.
func ExampleConv1D() {
	conv := &layers.Conv1D{Filters: 1, Kernel: 2, Init: layers.Constant(1), BiasInit: 100}
	fmt.Println(output(layers.Sequential{conv, &layers.Flatten{}}, tensor.Shape{4}, 1, 2, 3, 4).Float64s())
	// Output: [103 105 107]
}

// Every pixel becomes a square of 2×2.
func ExampleConvTranspose2D() {
	conv := &layers.ConvTranspose2D{Filters: 1, Kernel: [2]int{2, 2}, Stride: [2]int{2, 2}, Init: layers.Constant(1)}
	y := output(layers.Sequential{conv, &layers.Flatten{}}, tensor.Shape{2, 2}, 1, 2, 3, 4)
	for row := range 4 {
		fmt.Println(y.Float64s()[4*row : 4*row+4])
	}
	fmt.Println(conv.Params()[0].Value.Shape())
	// Output:
	// [1 1 2 2]
	// [1 1 2 2]
	// [3 3 4 4]
	// [3 3 4 4]
	// (1, 4)
}

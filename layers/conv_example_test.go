package layers_test

import (
	"fmt"

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

package layers_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// summary prints the parameters and the state of a network for images of 8×8×3.
func summary(net layers.Layer) {
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{8, 8, 3}})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range model.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	for _, b := range model.Buffers() {
		fmt.Println(b.Name, b.Value.Shape())
	}
}

func ExampleBatchNorm() {
	summary(layers.Sequential{
		&layers.Conv2D{Filters: 16, Kernel: [2]int{3, 3}, NoBias: true, Init: layers.HeNormal}, // the norm would take a bias off again
		&layers.BatchNorm{}, layers.ReLU(),
		&layers.GlobalAvgPool{}, &layers.Dense{Units: 10},
	})
	// Output:
	// conv1.weight (27, 16)
	// batchnorm1.weight (16)
	// batchnorm1.bias (16)
	// dense1.weight (16, 10)
	// dense1.bias (10)
	// batchnorm1.running_mean (16)
	// batchnorm1.running_var (16)
}

func ExampleLayerNorm() {
	summary(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 32}, &layers.LayerNorm{NoShift: true}, layers.Tanh(), &layers.Dense{Units: 10}})
	// Output:
	// dense1.weight (192, 32)
	// dense1.bias (32)
	// layernorm1.weight (32)
	// dense2.weight (32, 10)
	// dense2.bias (10)
}

func ExampleGroupNorm() {
	summary(layers.Sequential{
		&layers.Conv2D{Filters: 16, Kernel: [2]int{3, 3}, NoBias: true, Init: layers.HeNormal},
		&layers.GroupNorm{Groups: 4, Name: "norm"}, layers.ReLU(), &layers.GlobalAvgPool{}, &layers.Dense{Units: 10},
	})
	// Output:
	// conv1.weight (27, 16)
	// norm.weight (16)
	// norm.bias (16)
	// dense1.weight (16, 10)
	// dense1.bias (10)
}

package layers_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// x + tanh(xW + b), with W = 0 and b = 0: the block starts as the identity.
func ExampleResidual() {
	block := &layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 3, Init: layers.Constant(0)}, layers.Tanh()}}
	fmt.Println(output(block, tensor.Shape{3}, 1, 2, 3).Float64s())
	model, err := trainer.NewModel(layers.Sequential{
		&layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 2}, layers.ReLU()}, Shortcut: &layers.Dense{Units: 2, NoBias: true}},
	}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(model.Summary())
	// Output:
	// [1 2 3]
	// layer                        output  parameters  K-FAC
	// input                        3       0
	// Residual                     2       0
	//   body: Dense(2) dense1      2       8           A ⊗ G, 4×4 ⊗ 2×2
	//   body: ReLU                 2       0
	//   shortcut: Dense(2) dense2  2       6           A ⊗ G, 3×3 ⊗ 2×2
	// total                                14
}

func ExampleParallel() {
	branches := []layers.Layer{layers.Identity(), layers.ReLU()}
	fmt.Println(output(&layers.Parallel{Branches: branches}, tensor.Shape{2}, -1, 2).Float64s())
	fmt.Println(output(&layers.Parallel{Branches: branches, Join: layers.Sum}, tensor.Shape{2}, -1, 2).Float64s())
	// Output:
	// [-1 2 0 2]
	// [-1 4]
}

// Six values become two rows of three, and these three columns of two.
func ExampleReshape() {
	model, err := trainer.NewModel(layers.Sequential{
		&layers.Reshape{Shape: []int{2, -1}}, &layers.Permute{Axes: []int{2, 1}}, &layers.Flatten{},
	}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{6}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(model.Summary())
	// Output:
	// layer          output  parameters  K-FAC
	// input          6       0
	// Reshape(2×-1)  2×3     0
	// Permute(2, 1)  3×2     0
	// Flatten        6       0
	// total                  0
}

// An image's columns become rows.
func ExamplePermute() {
	net := layers.Sequential{&layers.Permute{Axes: []int{2, 1}}, &layers.Flatten{}}
	fmt.Println(output(net, tensor.Shape{2, 3}, 1, 2, 3, 4, 5, 6).Float64s())
	// Output: [1 4 2 5 3 6]
}

// In training a channel is dropped with all its pixels. A prediction has them all.
func ExampleDropout2D() {
	net := layers.Sequential{&layers.Dropout2D{Rate: 0.5}, &layers.Flatten{}}
	fmt.Println(output(net, tensor.Shape{1, 2, 2}, 1, 2, 3, 4).Float64s())
	// Output: [1 2 3 4]
}

package layers_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A Gaussian whose mean depends on the input and whose deviation does not: the outputs are [μ₁, μ₂, log σ₁, log σ₂].
func ExampleVector() {
	net := layers.Sequential{
		&layers.Dense{Units: 16}, layers.Tanh(),
		&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, &layers.Vector{Units: 2}}},
	}
	model, err := trainer.NewModel(net, losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{3}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(model.Summary())
	// Output:
	// layer                   output  parameters  K-FAC
	// input                   3       0
	// Dense(16) dense1        16      64          A ⊗ G, 4×4 ⊗ 16×16
	// Tanh                    16      0
	// Parallel(concat)        4       0
	//   1: Dense(2) dense2    2       34          A ⊗ G, 17×17 ⊗ 2×2
	//   2: Vector(2) vector1  2       2           full, 2×2
	// total                           100
}

package layers_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
)

func ExampleLeakyReLU() {
	fmt.Println(output(layers.LeakyReLU(0.01), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [-0.01 0 2]
}

func ExampleELU() {
	fmt.Printf("%.3f\n", output(layers.ELU(1), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [-0.632 0.000 2.000]
}

func ExampleSoftplus() {
	fmt.Printf("%.3f\n", output(layers.Softplus(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [0.313 0.693 2.127]
}

func ExampleSiLU() {
	fmt.Printf("%.3f\n", output(layers.SiLU(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [-0.269 0.000 1.762]
}

func ExampleGELU() {
	fmt.Printf("%.4f\n", output(layers.GELU(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [-0.1587 0.0000 1.9545]
}

func ExampleGELUTanh() {
	fmt.Printf("%.4f\n", output(layers.GELUTanh(), tensor.Shape{3}, -1, 0, 2).Float64s())
	// Output: [-0.1588 0.0000 1.9546]
}

package layers_test

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/gokfac/gokfac/layers"
)

// weights draws a matrix of 400×100: 400 inputs, 100 outputs.
func weights(init layers.Initializer) []float64 {
	w := make([]float64, 400*100)
	init(rand.New(rand.NewPCG(1, 2)), 400, 100, w)
	return w
}

// An initialiser of one's own fills the weight, in×out and row-major: here each output begins with one of the inputs.
func ExampleInitializer() {
	identity := func(_ *rand.Rand, in, out int, w []float64) {
		for i := range min(in, out) {
			w[i*out+i] = 1
		}
	}
	fmt.Println(output(&layers.Dense{Units: 2, Init: identity}, []int{3}, 5, 6, 7).Float64s())
	// Output: [5 6]
}

func ExampleConstant() {
	w := make([]float64, 4)
	layers.Constant(0.5)(nil, 2, 2, w)
	fmt.Println(w)
	// Output: [0.5 0.5 0.5 0.5]
}

// For ReLU: deviation √(2/in) = 0.0707.
func ExampleHeNormal() {
	fmt.Printf("%.3f\n", stat.StdDev(weights(layers.HeNormal), nil))
	// Output: 0.071
}

// For ReLU: uniform to √(6/in) = 0.1225 either side of 0.
func ExampleHeUniform() {
	fmt.Printf("%.3f\n", floats.Max(weights(layers.HeUniform)))
	// Output: 0.122
}

// For tanh: deviation √(2/(in+out)) = 0.0632.
func ExampleGlorotNormal() {
	fmt.Printf("%.2f\n", stat.StdDev(weights(layers.GlorotNormal), nil))
	// Output: 0.06
}

// For tanh: uniform to √(6/(in+out)) = 0.1095 either side of 0. The default.
func ExampleGlorotUniform() {
	fmt.Printf("%.3f\n", floats.Max(weights(layers.GlorotUniform)))
	// Output: 0.110
}

// Deviation 1/√in = 0.05.
func ExampleLeCunNormal() {
	fmt.Printf("%.3f\n", stat.StdDev(weights(layers.LeCunNormal), nil))
	// Output: 0.050
}

// Uniform to √(3/in) = 0.0866 either side of 0.
func ExampleLeCunUniform() {
	fmt.Printf("%.3f\n", floats.Max(weights(layers.LeCunUniform)))
	// Output: 0.087
}

// PyTorch's default for a linear layer: uniform to 1/√in = 0.05 either side of 0.
func ExampleTorchUniform() {
	fmt.Printf("%.3f\n", floats.Max(weights(layers.TorchUniform)))
	// Output: 0.050
}

// Columns of norm 1 that are at right angles to each other.
func ExampleOrthogonal() {
	w := weights(layers.Orthogonal(1))
	var norm, product float64
	for i := range 400 {
		norm += w[i*100] * w[i*100]
		product += w[i*100] * w[i*100+1]
	}
	fmt.Printf("%.3f %t\n", norm, max(product, -product) < 1e-12)
	// Output: 1.000 true
}

// Each output has so many inputs whose weights are not 0 (Martens 2010).
func ExampleSparse() {
	w := weights(layers.Sparse(15))
	inputs := 0
	for i := range 400 {
		if w[i*100] != 0 {
			inputs++
		}
	}
	fmt.Println(inputs)
	// Output: 15
}

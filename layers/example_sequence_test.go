package layers_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Row i of the table is [10i, 10i+1]. A number that is no row is an error when it is met.
func ExampleEmbedding() {
	count := func(_ *rand.Rand, rows, units int, w []float64) {
		for i := range w {
			w[i] = float64(i/units*10 + i%units)
		}
	}
	net := func() layers.Layer {
		return layers.Sequential{&layers.Embedding{Rows: 4, Units: 2, Init: count, Name: "words"}, &layers.Flatten{}}
	}
	fmt.Println(output(net(), tensor.Shape{3}, 3, 0, 3).Float64s())
	model, err := trainer.NewModel(net(), losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, DType: tensor.Float64})
	if err != nil {
		log.Fatal(err)
	}
	_, err = model.Predict(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0, 1, 4})))
	fmt.Println(err)
	// Output:
	// [30 31 0 1 30 31]
	// layers: words: example 0, position 2 of the mini-batch (counted from 0) has the number 4: the table has 4 rows, want a whole number from 0 to 3
}

// A running sum of small numbers: the weight of the state is 1, and tanh hardly bends what is small.
func ExampleRecurrent() {
	sum := &layers.Recurrent{Units: 1, Sequences: true, Init: layers.Constant(1), RecurrentInit: layers.Constant(1)}
	net := layers.Sequential{sum, &layers.Flatten{}}
	fmt.Printf("%.3f\n", output(net, tensor.Shape{4}, 0.01, 0.02, 0.03, 0).Float64s())
	for _, p := range sum.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// [0.010 0.030 0.060 0.060]
	// recurrent1.weight (2, 1)
	// recurrent1.bias (1)
}

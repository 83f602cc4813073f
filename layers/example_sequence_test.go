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

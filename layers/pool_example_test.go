package layers_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// pooledImage is what a layer makes of one image of 4×4 numbers, in a row.
func pooledImage(l layers.Layer) []float32 {
	model, err := trainer.NewModel(layers.Sequential{l, &layers.Flatten{}}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{4, 4, 1}})
	if err != nil {
		log.Fatal(err)
	}
	y, err := model.Predict(tensor.New(tensor.WithShape(1, 4, 4, 1), tensor.WithBacking([]float32{
		1, 2, 0, 0,
		3, 4, 0, 8,
		5, 5, 1, 1,
		5, 5, 1, 1,
	})))
	if err != nil {
		log.Fatal(err)
	}
	return y.Float32s()
}

func ExampleMaxPool2D() {
	fmt.Println(pooledImage(&layers.MaxPool2D{Window: [2]int{2, 2}}))
	// Output: [4 8 5 1]
}

func ExampleAvgPool2D() {
	fmt.Println(pooledImage(&layers.AvgPool2D{Window: [2]int{2, 2}}))
	// Output: [2.5 2 5 1]
}

func ExampleGlobalAvgPool() {
	fmt.Println(pooledImage(&layers.GlobalAvgPool{}))
	// Output: [2.625]
}

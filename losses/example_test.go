package losses_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The outputs themselves as logits of three classes: log(1 + 1 + e) − 1.
func ExampleSoftmaxCrossEntropy() {
	logits := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0, 0, 1}))
	label := tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{2}))
	model, err := trainer.NewModel(layers.Sequential{}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{3}, DType: graph.Float64})
	if err != nil {
		panic(err)
	}
	batch, err := model.Batch(logits, label)
	if err != nil {
		panic(err)
	}
	loss, err := batch.Loss()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", loss)
	// Output: 0.5514
}

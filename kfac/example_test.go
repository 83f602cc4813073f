package kfac_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A line y = 2x + 1 through four points: one undamped step of natural gradient
// descent solves least squares.
func ExampleOptimizer_Step() {
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{0, 1, 2, 3}))
	y := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 3, 5, 7}))
	model, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		panic(err)
	}
	optimizer, err := kfac.New(kfac.Config{LearningRate: 1, Damping: 1e-18, Estimator: graph.Exact})
	if err != nil {
		panic(err)
	}
	batch, err := model.Batch(x, y)
	if err != nil {
		panic(err)
	}
	if _, err := optimizer.Step(batch); err != nil {
		panic(err)
	}
	slope, offset := model.Params()[0].Value.Float64s()[0], model.Params()[1].Value.Float64s()[0]
	fmt.Printf("y = %.3f x + %.3f\n", slope, offset)
	// Output: y = 2.000 x + 1.000
}

package graph_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The model σ(w·x) has one weight, w = 0, and sees x = 2 with y = 1. Its Fisher matrix is
// σ(1−σ)·x² = ¼·4. With the cost ½(z − 1)² in the place of −log p, the Gauss–Newton matrix
// is x² = 4, and the Fisher matrix, which is the distribution's, stays what it is.
func ExampleMatrixOf() {
	for _, loss := range []losses.Loss{losses.SigmoidCrossEntropy{}, losses.With(losses.SquaredError{}, losses.SigmoidCrossEntropy{})} {
		model, err := trainer.NewModel(&layers.Dense{Units: 1, NoBias: true, Init: layers.Constant(0)}, loss,
			trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
		if err != nil {
			log.Fatal(err)
		}
		obj, err := model.Batch(
			tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{2})),
			tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{1})),
		)
		if err != nil {
			log.Fatal(err)
		}
		by, err := graph.MatrixOf(obj)
		if err != nil {
			log.Fatal(err)
		}
		v, product := graph.NewDirection(obj.Params()), graph.NewDirection(obj.Params())
		v[0].Float64s()[0] = 1
		for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian} {
			if err := by.Multiply(matrix, product, v); err != nil {
				log.Fatal(err)
			}
			fmt.Println(matrix, product[0].Float64s())
		}
	}
	// Output:
	// fisher [1]
	// gauss-newton [1]
	// hessian [1]
	// fisher [1]
	// gauss-newton [4]
	// hessian [4]
}

// An objective without products gives an error that names what is missing.
func ExampleMatrixOf_missing() {
	_, err := graph.MatrixOf(firstOrder{})
	fmt.Println(err)
	// Output: the objective graph_test.firstOrder is no graph.MatrixObjective
}

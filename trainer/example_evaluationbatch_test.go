package trainer_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The curvature of a network as it predicts: y = w·x, without the dropout of its training. With x = 2 and a Gaussian of
// variance 1 its Fisher matrix is x² = 4.
func ExampleModel_EvaluationBatch() {
	net := layers.Sequential{&layers.Dropout{Rate: 0.5}, &layers.Dense{Units: 1, NoBias: true}}
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	obj, err := model.EvaluationBatch(
		tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{2})),
		tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{3})),
	)
	if err != nil {
		log.Fatal(err)
	}
	fisher, err := graph.MatrixOf(obj)
	if err != nil {
		log.Fatal(err)
	}
	v, product := graph.NewDirection(obj.Params()), graph.NewDirection(obj.Params())
	v[0].Float64s()[0] = 1
	if err := fisher.Multiply(graph.Fisher, product, v); err != nil {
		log.Fatal(err)
	}
	fmt.Println(product[0].Float64s())
	// Output: [4]
}

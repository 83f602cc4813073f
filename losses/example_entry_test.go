package losses_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// lossOf is the loss of outputs and targets, N×C.
func lossOf(loss losses.Loss, rows, columns int, outputs, targets []float64) float64 {
	model, err := trainer.NewModel(layers.Sequential{}, loss, trainer.ModelConfig{Input: []int{columns}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	batch, err := model.Batch(
		tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(outputs)),
		tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(targets)),
	)
	if err != nil {
		log.Fatal(err)
	}
	h, err := batch.Loss()
	if err != nil {
		log.Fatal(err)
	}
	return h
}

// Half the squared distance, summed over output units and averaged over examples: (½(1² + 2²) + 0) / 2.
func ExampleSquaredError() {
	fmt.Println(lossOf(losses.SquaredError{}, 2, 2, []float64{1, 2, 3, 4}, []float64{0, 0, 3, 4}))
	// Output: 1.25
}

// A logit of 0 is a probability of ½: log 2 for each of the two units.
func ExampleSigmoidCrossEntropy() {
	fmt.Printf("%.4f\n", lossOf(losses.SigmoidCrossEntropy{}, 1, 2, []float64{0, 0}, []float64{1, 0}))
	// Output: 1.3863
}

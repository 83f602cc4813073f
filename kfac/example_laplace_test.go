package kfac_test

import (
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A network of one weight is trained on y = 2x, with noise of standard deviation ½. The
// posterior has the variance 1/(Σx²/σ² + τ), and a prediction at x has x² times that.
func ExampleFitLaplace() {
	model, err := trainer.NewModel(&layers.Dense{Units: 1, NoBias: true}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{1}, DType: graph.Float64, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 2, 3, 4}))
	y := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{2.3, 3.6, 6.4, 7.8}))
	train(model, optimizer, x, y, 20)

	batches := func(yield func(graph.CurvatureObjective, error) bool) { // all data in one mini-batch
		obj, err := model.Batch(x, y)
		yield(obj, err)
	}
	posterior, err := kfac.FitLaplace(kfac.LaplaceConfig{PriorPrecision: 0.1, NoiseVariance: 0.25}, batches)
	if err != nil {
		log.Fatal(err)
	}
	at := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, 10}))
	obj, err := model.Batch(at, tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{0, 0})))
	if err != nil {
		log.Fatal(err)
	}
	covariances, err := posterior.OutputCovariance(obj)
	if err != nil {
		log.Fatal(err)
	}
	for i, c := range covariances {
		fmt.Printf("at %2g: standard deviation %.4f\n", at.Float64s()[i], math.Sqrt(c.At(0, 0)))
	}
	fmt.Printf("by hand %.4f\n", 1/math.Sqrt(30/0.25+0.1))
	// Output:
	// at  1: standard deviation 0.0912
	// at 10: standard deviation 0.9125
	// by hand 0.0912
}

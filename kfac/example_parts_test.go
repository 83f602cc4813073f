package kfac_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A layer of one's own declares a tap of a kind of its own, and its block is
// registered for this kind. customblock_test.go has tappedGain and newGainBlock.
func ExamplePreconditioner_Register() {
	optimizer, err := kfac.New(kfac.Config{Damping: 1})
	if err != nil {
		log.Fatal(err)
	}
	if err := optimizer.Preconditioner().Register("gain", newGainBlock); err != nil {
		log.Fatal(err)
	}
	model, err := trainer.NewModel(layers.Sequential{&tappedGain{}, &layers.Dense{Units: 1}}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float64{1, 0, 0, 1, 1, 1}))
	y := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{1, 2, 3}))
	first := train(model, optimizer, x, y, 1)
	last := train(model, optimizer, x, y, 29)
	fmt.Println("a tenth of the loss:", last.Loss < first.Loss/10)
	// Output: a tenth of the loss: true
}

// Several processes average a mini-batch's statistics before they go into the
// running averages. allReduce stands for their library; here is one process, whose
// statistics are the average already.
func ExampleOptimizer_Preconditioner() {
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		log.Fatal(err)
	}
	numbers := 0
	allReduce := func(x []float64) error {
		numbers += len(x)
		return nil
	}
	optimizer.Preconditioner().Reduce(func(s *kfac.Statistics) error {
		for _, x := range s.Float64 { // Float32 of a model in float32
			if err := allReduce(x); err != nil {
				return err
			}
		}
		return nil
	})
	model, x, y := sine()
	train(model, optimizer, x, y, 1)
	fmt.Println(numbers, "numbers averaged")
	// Output: 150 numbers averaged
}

// Command custom-loop drives K-FAC from a loop of one's own, without
// trainer.Trainer: ask the model for the mini-batch as an objective, and the
// optimizer for a step on it. It also looks at a layer's activations.
//
//	go run ./examples/custom-loop
package main

import (
	"flag"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func main() {
	steps := flag.Int("steps", 60, "training steps")
	flag.Parse()
	if err := run(*steps); err != nil {
		log.Fatal(err)
	}
}

func run(steps int) error {
	data := datasets.Digits(datasets.DigitsOptions{})
	data.Standardize()
	batches, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 256, Shuffle: true, Seed: 1})
	if err != nil {
		return err
	}
	net := layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 128}, layers.Tanh(), &layers.Dense{Units: data.Classes}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape})
	if err != nil {
		return err
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		return err
	}

	// A hook on every affine map: its input activations and the gradients at
	// its output, after each pass that computes them.
	saturated := 0.0
	model.Observe(func(_ graph.Pass, taps []*graph.Tap) {
		saturated = fractionAbove(taps[1].A, 0.95) // the output layer's input: tanh units
	})

	for step := 1; step <= steps; step++ {
		x, y, ok := batches.Next()
		if !ok { // the end of an epoch; the next call reshuffles
			if x, y, ok = batches.Next(); !ok {
				break
			}
		}
		objective, err := model.Batch(x, y)
		if err != nil {
			return err
		}
		// Adaptive mode finds the length of a step itself. In fixed mode a schedule would
		// be optimizer.SetLearningRate(rate(step)) here.
		loss, err := optimizer.Step(objective)
		if err != nil {
			return err
		}
		if s := optimizer.Stats(); step%10 == 0 {
			fmt.Printf("step %2d  loss %.3f  damping %.2f  cos(update, gradient) %.2f  saturated units %.0f %%\n",
				step, loss, s.Damping, s.Cosine, 100*saturated)
		}
	}
	return nil
}

// fractionAbove is the share of elements whose magnitude is above limit.
func fractionAbove(t *tensor.Dense, limit float32) float64 {
	n := 0
	for _, v := range t.Float32s() {
		if v > limit || v < -limit {
			n++
		}
	}
	return float64(n) / float64(t.DataSize())
}

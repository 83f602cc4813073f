// Command mlp-mnist trains a small classifier with K-FAC: gokfac's trainer in
// a program of one's own.
//
//	go run ./examples/mlp-mnist             # the built-in digits
//	go run ./examples/mlp-mnist -data mnist # MNIST, downloaded once
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	name := flag.String("data", "digits", "mnist, fashion-mnist, digits or a path")
	steps := flag.Int("steps", 120, "training steps")
	flag.Parse()
	ctx := context.Background()

	// The data: images as rows of floats with integer labels, zero mean.
	data, why, err := datasets.Open(ctx, *name, datasets.Options{Download: true})
	must(data, err).Standardize()
	fmt.Println("data:", why)
	train := must(datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 512, Shuffle: true, Seed: 1}))
	test := must(datasets.NewLoader(data, data.Test, datasets.LoaderOptions{BatchSize: 500, KeepLast: true}))

	// The model: layers and a loss, compiled for the shape of one example.
	net := layers.Sequential{
		&layers.Flatten{},
		&layers.Dense{Units: 256, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: 256, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: data.Classes},
	}
	model := must(trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1}))
	fmt.Print(model.Summary())

	// The loop. Swap in trainer.NewAdam(trainer.AdamConfig{}) to compare.
	fit := trainer.Trainer{
		Model: model, Optimizer: must(kfac.New(kfac.Config{Polyak: 0.9})), // evaluates an average of its last steps
		MaxSteps: *steps, EvalEvery: 20,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: test}},
		Metrics:     []trainer.Metric{trainer.Accuracy()},
		Callbacks:   []trainer.Callback{report},
	}
	must(fit.Fit(ctx, train))
}

// report prints a line for every evaluation.
func report(e *trainer.Event) error {
	if e.Kind == trainer.Evaluated {
		fmt.Printf("step %3d  train loss %.3f  test accuracy %.1f %%\n", e.Step, e.Record.TrainLoss, 100*e.Record.Scores["test_accuracy"])
	}
	return nil
}

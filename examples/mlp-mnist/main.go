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

func main() {
	name := flag.String("data", "digits", "mnist, fashion-mnist, digits or a path")
	dir := flag.String("data-dir", "", "where the files are; default: the user's cache directory")
	steps := flag.Int("steps", 120, "training steps")
	flag.Parse()
	if err := run(context.Background(), *name, *dir, *steps); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, name, dir string, steps int) error {
	// The data: images as rows of floats with integer labels, zero mean.
	data, why, err := datasets.Open(ctx, name, datasets.Options{Dir: dir, Download: true})
	if err != nil {
		return err
	}
	fmt.Println("data:", why)
	data.Standardize()
	train, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 512, Shuffle: true, Seed: 1})
	if err != nil {
		return err
	}
	test, err := datasets.NewLoader(data, data.Test, datasets.LoaderOptions{BatchSize: 500, KeepLast: true})
	if err != nil {
		return err
	}

	// The model: layers and a loss, compiled for the shape of one example.
	net := layers.Sequential{
		&layers.Flatten{},
		&layers.Dense{Units: 256, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: 256, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: data.Classes},
	}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
	if err != nil {
		return err
	}
	fmt.Print(model.Summary())

	// The optimizer. Swap in trainer.NewAdam(trainer.AdamConfig{}) to compare.
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		return err
	}

	// The loop, with a line for every evaluation.
	fit := trainer.Trainer{
		Model: model, Optimizer: optimizer,
		MaxSteps: steps, Schedule: trainer.Linear(), EvalEvery: 20,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: test}},
		Metrics:     []trainer.Metric{trainer.Accuracy()},
		Callbacks: []trainer.Callback{func(e *trainer.Event) error {
			if e.Kind == trainer.Evaluated {
				fmt.Printf("step %3d  train loss %.3f  test accuracy %.1f %%\n", e.Step, e.Record.TrainLoss, 100*e.Record.Scores["test_accuracy"])
			}
			return nil
		}},
	}
	_, err = fit.Fit(ctx, train)
	return err
}

package trainer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A part of the training data is held back. It says when to lower the rate, when to stop, and which weights are the best;
// the test part is scored once, with those.
func ExampleEarlyStopping_validation() {
	data := datasets.Digits(datasets.DigitsOptions{Train: 600, Test: 200})
	if err := data.HoldOut(0.2); err != nil {
		log.Fatal(err)
	}
	deal := func(part datasets.Split, shuffle bool) *datasets.Loader {
		loader, err := datasets.NewLoader(data, part, datasets.LoaderOptions{BatchSize: 64, Shuffle: shuffle, KeepLast: true, Seed: 1})
		if err != nil {
			log.Fatal(err)
		}
		return loader
	}
	model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 64}, layers.ReLU(), &layers.Dense{Units: data.Classes}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	plateau := &trainer.Plateau{Metric: "validation_loss", Patience: 2, Factor: 0.3}
	stopping := &trainer.EarlyStopping{Metric: "validation_loss", Patience: 5, Model: model, Optimizer: optimizer}
	run := trainer.Trainer{
		Model: model, Optimizer: optimizer, Epochs: 200, Schedule: plateau.Schedule(nil),
		Evaluations: []trainer.Evaluation{{Prefix: "validation_", Source: deal(data.Validation, false)}},
		Callbacks:   []trainer.Callback{plateau.Callback, stopping.Callback},
	}
	result, err := run.Fit(context.Background(), deal(data.Train, true))
	if err != nil {
		log.Fatal(err)
	}
	scores, err := model.Evaluate(context.Background(), deal(data.Test, false), trainer.Accuracy())
	if err != nil {
		log.Fatal(err)
	}
	_, step, _ := stopping.Best()
	fmt.Println("examples:", data.Train.Len(), data.Validation.Len(), data.Test.Len())
	fmt.Println("ended early:", result.Epochs < 200, "rate was lowered:", plateau.RateFactor() < 1)
	fmt.Println("evaluations after the best:", (result.Steps-step)/8)
	fmt.Println("test accuracy above 0.8:", scores["accuracy"] > 0.8)
	// Output:
	// examples: 480 120 200
	// ended early: true rate was lowered: true
	// evaluations after the best: 5
	// test accuracy above 0.8: true
}

package gokfac_test

import (
	"context"
	"fmt"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// The README's example.
func Example() {
	data := datasets.Digits(datasets.DigitsOptions{})
	data.Standardize()
	train, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 512, Shuffle: true, Seed: 1})
	check(err)
	test, err := datasets.NewLoader(data, data.Test, datasets.LoaderOptions{BatchSize: 500, KeepLast: true})
	check(err)

	net := layers.Sequential{
		&layers.Flatten{},
		&layers.Dense{Units: 128, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: data.Classes},
	}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
	check(err)
	optimizer, err := kfac.New(kfac.Config{})
	check(err)

	fit := trainer.Trainer{Model: model, Optimizer: optimizer, Epochs: 3}
	_, err = fit.Fit(context.Background(), train)
	check(err)
	scores, err := model.Evaluate(context.Background(), test, trainer.Accuracy())
	check(err)
	fmt.Println("more than 94 % right:", scores["accuracy"] > 0.94)
	// Output: more than 94 % right: true
}

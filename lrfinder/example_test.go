package lrfinder_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/lrfinder"
	"github.com/gokfac/gokfac/lrfinder/picture"
	"github.com/gokfac/gokfac/trainer"
)

// The rate for a classifier of the built-in digits under Adam. The model is as new after the test.
func ExampleFinder() {
	data := datasets.Digits(datasets.DigitsOptions{Train: 640, Test: 10})
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 64, Shuffle: true, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 32}, layers.ReLU(), &layers.Dense{Units: 10}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	finder := lrfinder.Finder{Model: model, Optimizer: func() (trainer.Optimizer, error) { return trainer.NewAdam(trainer.AdamConfig{}) }}
	result, err := finder.Run(context.Background(), loader)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("between 0.001 and 0.02:", 0.001 < result.Suggested && result.Suggested < 0.02)
	var file bytes.Buffer // os.Create, mostly
	if err := picture.WriteSVG(&file, result); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ended before the greatest rate:", result.Stopped)
	// Output:
	// between 0.001 and 0.02: true
	// ended before the greatest rate: true
}

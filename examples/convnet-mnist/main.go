// Command convnet-mnist trains a convolutional network with K-FAC or Adam, and says
// what K-FAC makes of each layer.
//
//	go run ./examples/convnet-mnist             # the built-in digits
//	go run ./examples/convnet-mnist -data mnist # MNIST, downloaded once
//	go run ./examples/convnet-mnist -adam       # to compare
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
	name := flag.String("data", "digits", "mnist, fashion-mnist, cifar10, digits, shapes or a path of images")
	epochs := flag.Int("epochs", 3, "passes over the training data")
	adam := flag.Bool("adam", false, "train with Adam")
	flag.Parse()
	ctx := context.Background()

	data, why, err := datasets.Open(ctx, *name, datasets.Options{Download: true})
	must(data, err)
	if n := len(data.Shape); n != 2 && n != 3 || data.Classes < 2 {
		log.Fatalf("-data %s: it has no images of rows and columns in classes: choose mnist, cifar10, digits or a directory of images", *name)
	}
	data.Standardize()
	fmt.Println("data:", why)
	train := must(datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 128, Shuffle: true, Seed: 1}))
	test := must(datasets.NewLoader(data, data.Test, datasets.LoaderOptions{BatchSize: 250, KeepLast: true}))

	// Images are rows × columns × channels. A convolution's weights are used at every
	// place of the image: K-FAC sees each place as an input of one affine map.
	net := layers.Sequential{
		&layers.Conv2D{Filters: 32, Kernel: [2]int{3, 3}, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Conv2D{Filters: 64, Kernel: [2]int{3, 3}, Init: layers.HeNormal}, layers.ReLU(),
		&layers.MaxPool2D{Window: [2]int{2, 2}},
		&layers.Flatten{},
		&layers.Dense{Units: 128, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dropout{Rate: 0.25},
		&layers.Dense{Units: data.Classes},
	}
	model := must(trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1}))
	fmt.Print(model.Summary())

	fit := trainer.Trainer{
		Model: model, Epochs: *epochs, EvalEvery: 100,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: test}},
		Metrics:     []trainer.Metric{trainer.Accuracy()},
		Callbacks:   []trainer.Callback{report},
	}
	if *adam {
		fit.Optimizer = must(trainer.NewAdam(trainer.AdamConfig{LearningRate: 1e-3}))
	} else {
		fit.Optimizer = must(kfac.New(kfac.Config{Polyak: 0.9})) // evaluates an average of its last steps
	}
	must(fit.Fit(ctx, train))
}

// report prints a line for every evaluation.
func report(e *trainer.Event) error {
	if e.Kind == trainer.Evaluated {
		fmt.Printf("step %4d  %5.1f s  train loss %.3f  test accuracy %.2f %%\n", e.Step, e.Record.TrainSeconds, e.Record.TrainLoss, 100*e.Record.Scores["test_accuracy"])
	}
	return nil
}

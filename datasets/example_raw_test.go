package datasets_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// From a table to what a trained model says of an example that is not in it, in the units of the table.
func ExampleScaling_Apply() {
	data, err := datasets.ReadOptions{Label: "species"}.ReadCSV("testdata/flowers.csv")
	if err != nil {
		log.Fatal(err)
	}
	data.Standardize()
	train, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: data.Train.Len(), Shuffle: true})
	if err != nil {
		log.Fatal(err)
	}
	net := layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: data.Classes}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fit := trainer.Trainer{Model: model, Optimizer: optimizer, Epochs: 20}
	if _, err := fit.Fit(context.Background(), train); err != nil {
		log.Fatal(err)
	}

	x, err := data.Scaling.Apply([]float64{6.3, 2.9}) // raw, as in the table: data.FeatureNames
	if err != nil {
		log.Fatal(err)
	}
	probabilities, err := model.Predict(tensor.New(tensor.WithShape(1, data.Features()), tensor.WithBacking(x)))
	if err != nil {
		log.Fatal(err)
	}
	p := probabilities.Float32s()
	most := slices.Max(p)
	fmt.Println(data.FeatureNames, data.ClassNames)
	fmt.Println(data.ClassNames[slices.Index(p, most)], most > 0.9)
	// Output:
	// [length width] [large flower small flower]
	// large flower true
}

// A regression's predictions in the units of the table.
func ExampleScaling_Invert() {
	data, err := datasets.ReadOptions{Task: datasets.Regress, Targets: []string{"width"}}.ReadCSV("testdata/sizes.csv")
	if err != nil {
		log.Fatal(err)
	}
	data.Standardize()
	data.StandardizeTargets()
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: data.Train.Len()})
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.NewModel(&layers.Dense{Units: data.Outputs()}, losses.SquaredError{}, trainer.ModelConfig{Input: data.Shape})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fit := trainer.Trainer{Model: model, Optimizer: optimizer, Epochs: 40}
	if _, err := fit.Fit(context.Background(), loader); err != nil {
		log.Fatal(err)
	}

	x, err := data.Scaling.Apply([]float64{10}) // the table has width = 3·length + 2
	if err != nil {
		log.Fatal(err)
	}
	z, err := model.Predict(tensor.New(tensor.WithShape(1, 1), tensor.WithBacking(x)))
	if err != nil {
		log.Fatal(err)
	}
	width, err := data.TargetScaling.Invert(z.Float32s())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %.0f\n", data.TargetNames[0], width[0])
	// Output: width 32
}

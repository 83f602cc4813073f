package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// sizes are fruits of 2 to 11 centimetres, and their kinds: cherries up to 4, apples from 7 on.
func sizes() (raw [][]float64, kinds []int) {
	for cm := 2.0; cm <= 11; cm += 0.25 {
		if cm > 4 && cm < 7 {
			continue
		}
		raw = append(raw, []float64{cm})
		kind := 0
		if cm >= 7 {
			kind = 1
		}
		kinds = append(kinds, kind)
	}
	return raw, kinds
}

// fruit is a model that tells cherries from apples by their size, and how sizes were scaled for it.
func fruit() (*trainer.Model, trainer.Preparation) {
	prep := trainer.Preparation{
		Inputs:   scaling.Scaling{Mean: []float64{6.5}, Deviation: []float64{3}},
		Features: []string{"size in cm"},
		Classes:  []string{"cherry", "apple"},
	}
	raw, kinds := sizes()
	x := tensor.New(tensor.WithShape(len(raw), 1), tensor.Of(tensor.Float32))
	for i, r := range raw {
		scaling.Rows(prep.Inputs, x.Float32s()[i:i+1], r)
	}
	model, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{1}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.5, Momentum: 0.9})
	if err != nil {
		log.Fatal(err)
	}
	run := &trainer.Trainer{Model: model, Optimizer: sgd, Epochs: 200}
	source := &memory{x: x, y: tensor.New(tensor.WithShape(len(kinds)), tensor.WithBacking(kinds)), n: len(kinds)}
	if _, err := run.Fit(context.Background(), source); err != nil {
		log.Fatal(err)
	}
	return model, prep
}

// Raw values go in, a class with its name and probability comes out.
func ExampleNewPredictor() {
	model, preparation := fruit() // a trained model, and how its inputs were scaled
	predictor, err := trainer.NewPredictor(model, preparation)
	if err != nil {
		log.Fatal(err)
	}
	p, err := predictor.Predict([]float64{2.5})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("class %d, %s, probability %.2f\n", p.Class, p.Name, p.Probabilities[p.Class])
	// Output: class 0, cherry, probability 1.00
}

// The error of an example says which it is.
func ExamplePredictor_PredictAll() {
	model, preparation := fruit()
	predictor, err := trainer.NewPredictor(model, preparation)
	if err != nil {
		log.Fatal(err)
	}
	all, err := predictor.PredictAll([][]float64{{2}, {3}, {8}})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range all {
		fmt.Println(p.Name)
	}
	_, err = predictor.PredictAll([][]float64{{2}, {math.NaN()}})
	fmt.Println(err)
	var bad *trainer.ExampleError
	fmt.Println(errors.As(err, &bad) && bad.Example == 1)
	// Output:
	// cherry
	// cherry
	// apple
	// trainer: example 1: value 0 (size in cm) is NaN: want a finite number
	// true
}

// Rows of numbers in, rows of numbers out, and nothing is allocated.
func ExamplePredictor_Means() {
	model, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	if err != nil {
		log.Fatal(err)
	}
	copy(model.Params()[0].Value.Float32s(), []float32{1, 0.5})
	predictor, err := trainer.NewPredictor(model, trainer.Preparation{
		Targets: scaling.Scaling{Mean: []float64{20}, Deviation: []float64{10}}, // prices
	})
	if err != nil {
		log.Fatal(err)
	}
	prices := make([]float64, 3)
	if err := predictor.Means(prices, []float64{0, 0, 1, 0, 1, 2}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(prices)
	// Output: [20 30 40]
}

// A snapshot predicts with the weights of now, whatever the model learns later.
func ExamplePredictor_Snapshot() {
	model, preparation := fruit()
	predictor, err := trainer.NewPredictor(model, preparation)
	if err != nil {
		log.Fatal(err)
	}
	snapshot, err := predictor.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range model.Params() { // as training would change them
		p.Value.Zero()
	}
	for _, p := range []*trainer.Predictor{predictor, snapshot} {
		apple, err := p.Predict([]float64{10})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.1f\n", apple.Probabilities[1])
	}
	// Output:
	// 0.5
	// 1.0
}

package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// line is a source of one's own: three points of y = 2x + 1, one mini-batch to an epoch.
type line struct{ dealt bool }

func (l *line) Steps() int { return 1 }

func (l *line) Next() (x, y *tensor.Dense, ok bool) {
	l.dealt = !l.dealt
	if !l.dealt {
		return nil, nil, false
	}
	return tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{-1, 0, 1})),
		tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{-1, 1, 3})), true
}

// lineModel is the model y = w·x + b, with w and b 0.
func lineModel() *trainer.Model {
	model, err := trainer.NewModel(&layers.Dense{Units: 1, Init: layers.Constant(0)}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	return model
}

// lineBatch is the line's mini-batch as an objective.
func lineBatch(model *trainer.Model) trainer.MiniBatch {
	x, y, _ := (&line{}).Next()
	obj, err := model.Batch(x, y)
	if err != nil {
		log.Fatal(err)
	}
	return obj
}

// descend trains the affine model and prints it.
func descend(optimizer trainer.Optimizer, err error, steps int) {
	if err != nil {
		log.Fatal(err)
	}
	model := lineModel()
	run := trainer.Trainer{Model: model, Optimizer: optimizer, MaxSteps: steps}
	if _, err := run.Fit(context.Background(), &line{}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("y = %.2f·x + %.2f\n", model.Params()[0].Value.Float64s()[0], model.Params()[1].Value.Float64s()[0])
}

func descent(rate float64) *trainer.SGD {
	optimizer, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: rate})
	if err != nil {
		log.Fatal(err)
	}
	return optimizer
}

func ExampleSource() {
	descend(descent(0.5), nil, 100)
	// Output: y = 2.00·x + 1.00
}

func ExampleNewSGD() {
	optimizer, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9})
	descend(optimizer, err, 200)
	_, err = trainer.NewSGD(trainer.SGDConfig{LearningRate: -1})
	fmt.Println(err != nil)
	// Output:
	// y = 2.00·x + 1.00
	// true
}

func ExampleNewAdam() {
	optimizer, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.1})
	descend(optimizer, err, 500)
	// Output: y = 2.00·x + 1.00
}

// signs is an optimizer of one's own: every parameter moves by the learning rate against its gradient's sign.
type signs struct{ rate float64 }

func (o *signs) LearningRate() float64        { return o.rate }
func (o *signs) SetLearningRate(rate float64) { o.rate = rate }

func (o *signs) Step(obj graph.Objective) (float64, error) {
	loss, err := obj.Grad()
	if err != nil {
		return loss, err
	}
	if err := graph.CheckGradients(loss, obj.Params()); err != nil {
		return loss, err
	}
	for _, p := range obj.Params() {
		value, gradient := p.Value.Float64s(), p.Grad.Float64s()
		for i, g := range gradient {
			switch {
			case g > 0:
				value[i] -= o.rate
			case g < 0:
				value[i] += o.rate
			}
		}
	}
	return loss, nil
}

func ExampleOptimizer() {
	descend(&signs{rate: 0.25}, nil, 20)
	// Output: y = 2.00·x + 1.00
}

// An optimizer sees a gradient of norm 1 where it was longer.
func ExampleClipNorm() {
	model := lineModel()
	obj := lineBatch(model)
	if _, err := obj.Grad(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", trainer.GradNorm(model.Params()))
	if _, err := trainer.ClipNorm(obj, 1).Grad(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", trainer.GradNorm(model.Params()))
	// Output:
	// 1.667
	// 1.000
}

func ExampleGradNorm() {
	model := lineModel()
	if _, err := lineBatch(model).Grad(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", trainer.GradNorm(model.Params()))
	// Output: 1.667
}

// A mini-batch has what optimizers of second order ask for: taps, curvature, products with the Fisher matrix.
func ExampleMiniBatch() {
	obj := lineBatch(lineModel())
	if _, err := obj.Loss(); err != nil {
		log.Fatal(err)
	}
	toWeight := graph.NewDirection(obj.Params())
	toWeight[0].Float64s()[0] = 1
	products, err := obj.Products(0, toWeight)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("uᵀFu = %.3f, the mean of x²\n", products.At(0, 0))
	// Output: uᵀFu = 0.667, the mean of x²
}

// A step size far too large.
func ExampleDivergedError() {
	run := trainer.Trainer{Model: lineModel(), Optimizer: descent(10), MaxSteps: 2000}
	_, err := run.Fit(context.Background(), &line{})
	var diverged *trainer.DivergedError
	var infinite *graph.NonFiniteError
	fmt.Println(errors.As(err, &diverged), errors.As(err, &infinite))
	// Output: true true
}

// The loss ended far above the beginning, as a number.
func ExampleRiseError() {
	run := trainer.Trainer{Model: lineModel(), Optimizer: descent(2.5), MaxSteps: 20}
	_, err := run.Fit(context.Background(), &line{})
	var rise *trainer.RiseError
	fmt.Println(errors.As(err, &rise) && rise.Ended > 10*rise.Began)
	// Output: true
}

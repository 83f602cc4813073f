package graph_test

import (
	"errors"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// oneExample is the mean of ½(x − y)² over one example, as an optimizer sees it: x = 2w, and y is 3.
func oneExample() graph.Objective {
	model, err := trainer.NewModel(&layers.Dense{Units: 1, NoBias: true, Init: layers.Constant(1)}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	obj, err := model.Batch(
		tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{2})),
		tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{3})),
	)
	if err != nil {
		log.Fatal(err)
	}
	return obj
}

// Every optimizer is a consumer of an objective.
func ExampleObjective() {
	obj := oneExample()
	loss, err := obj.Grad()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(loss, obj.Params()[0].Grad.Float64s())
	// Output: 0.5 [-2]
}

// An optimizer that wants curvature asks for it and gets an error that names what is missing.
func ExampleCurvatureOf() {
	obj, err := graph.CurvatureOf(oneExample())
	if err != nil {
		log.Fatal(err)
	}
	_, err = obj.Curvature(graph.Exact, func(pass *graph.CurvaturePass) error {
		for _, tap := range pass.Taps {
			fmt.Println("A", tap.A.Float64s(), "G", tap.G.Float64s())
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = graph.CurvatureOf(firstOrder{})
	var missing *graph.MissingError
	fmt.Println(errors.As(err, &missing))
	// Output:
	// A [2] G [1]
	// true
}

// firstOrder is an objective that has a loss and a gradient only: h(w) = w².
type firstOrder struct{ w *graph.Param }

func (f firstOrder) Params() []*graph.Param { return []*graph.Param{f.w} }

func (f firstOrder) Loss() (float64, error) {
	w := f.w.Value.Float64s()[0]
	return w * w, nil
}

func (f firstOrder) Grad() (float64, error) {
	f.w.Grad.Float64s()[0] = 2 * f.w.Value.Float64s()[0]
	return f.Loss()
}

// An objective of one's own needs no network: SGD minimises w².
func ExampleObjective_own() {
	obj := firstOrder{w: graph.NewParam("w", graph.Float64, 1)}
	obj.w.Value.Float64s()[0] = 1
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.25})
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		if _, err := sgd.Step(obj); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(obj.w.Value.Float64s())
	// Output: [0.125]
}

// The Fisher matrix of x = 2w under a Gaussian of variance 1 is 2² = 4.
func ExampleProductsOf() {
	obj := oneExample()
	if _, err := obj.Loss(); err != nil {
		log.Fatal(err)
	}
	products, err := graph.ProductsOf(obj)
	if err != nil {
		log.Fatal(err)
	}
	u := graph.NewDirection(obj.Params())
	u[0].Float64s()[0] = 1
	f, err := products.Products(0, u)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.At(0, 0))
	// Output: 4
}

// timed is an objective whose gradients are counted.
type timed struct {
	graph.Objective
	gradients int
}

func (t *timed) Unwrap() graph.Objective { return t.Objective }

func (t *timed) Grad() (float64, error) {
	t.gradients++
	return t.Objective.Grad()
}

// A wrapper has what is asked of the objective inside.
func ExampleAs() {
	sized, ok := graph.As[interface{ Examples() int }](&timed{Objective: oneExample()})
	fmt.Println(ok, sized.Examples())
	_, ok = graph.As[graph.MatrixObjective](&timed{Objective: firstOrder{}})
	fmt.Println(ok)
	// Output:
	// true 1
	// false
}

package kfac_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// With nothing set, K-FAC is in its adaptive mode: there is no learning rate to tune.
func ExampleNew() {
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		log.Fatal(err)
	}
	model, x, y := sine()
	first := train(model, optimizer, x, y, 1)
	last := train(model, optimizer, x, y, 59)
	fmt.Println(optimizer.Config().Mode, optimizer.Config().Structure)
	fmt.Println("a tenth of the loss:", last.Loss < first.Loss/10)
	// Output:
	// adaptive low-rank
	// a tenth of the loss: true
}

// Natural gradients in front of Adam: Adam finds U in the gradient's place.
func ExampleNewPreconditioned() {
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.03})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.NewPreconditioned(adam, kfac.PreconditionedConfig{Damping: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	model, x, y := sine()
	var first, last float64
	for step := range 100 {
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		if last, err = optimizer.Step(batch); err != nil {
			log.Fatal(err)
		}
		if step == 0 {
			first = last
		}
	}
	fmt.Println("a tenth of the loss:", last < first/10)
	// Output: a tenth of the loss: true
}

// A rule of one's own on the estimate of the curvature: θ ← θ − ½U.
func ExampleNewPreconditioner() {
	curvature, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: kfac.EKFAC, Estimator: graph.Exact})
	if err != nil {
		log.Fatal(err)
	}
	model, x, y := sine()
	u := graph.NewDirection(model.Params())
	var first, last float64
	for step := range 30 {
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		if last, err = curvature.Measure(batch, true); err != nil {
			log.Fatal(err)
		}
		if step == 0 {
			first = last
		}
		if err := curvature.Invert(batch, 0.3); err != nil {
			log.Fatal(err)
		}
		curvature.Apply(u)
		graph.Values(curvature.Params()).AddScaled(-0.5, u)
	}
	fmt.Println(curvature.Updates(), "mini-batches, a tenth of the loss:", last < first/10)
	// Output: 30 mini-batches, a tenth of the loss: true
}

// The hook is where several processes average a mini-batch's statistics. Here it only counts them.
func ExamplePreconditioner_Reduce() {
	curvature, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{})
	if err != nil {
		log.Fatal(err)
	}
	curvature.Reduce(func(s *kfac.Statistics) error {
		for _, memory := range s.Float64 {
			fmt.Print(len(memory), " ")
		}
		return nil
	})
	model, x, y := sine()
	batch, err := model.Batch(x, y)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := curvature.Measure(batch, true); err != nil {
		log.Fatal(err)
	}
	// Output: 4 64 81 1
}

// A damping of the order that mini-batches of so many examples can bear.
func ExampleLeastDamping() {
	fmt.Println(kfac.LeastDamping(128) > kfac.LeastDamping(4096))
	// Output: true
}

func ExampleModes() {
	fmt.Println(kfac.Modes())
	// Output: [adaptive fixed]
}

func ExampleStructures() {
	fmt.Println(kfac.Structures())
	// Output: [low-rank block-diagonal block-tridiagonal ekfac diagonal full]
}

// Diagnostics of the last step.
func ExampleStats() {
	optimizer, err := kfac.New(kfac.Config{Damping: 1})
	if err != nil {
		log.Fatal(err)
	}
	model, x, y := sine()
	stats := train(model, optimizer, x, y, 20)
	fmt.Println("λ is positive:", stats.Damping > 0, "the loss is below ½:", stats.Loss < 0.5)
	// Output: λ is positive: true the loss is below ½: true
}

// The full structure inverts one matrix for all parameters. It refuses models of too many.
func ExampleTooLargeError() {
	model, err := trainer.NewModel(&layers.Dense{Units: 200}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{200}})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{Structure: kfac.Full})
	if err != nil {
		log.Fatal(err)
	}
	batch, err := model.Batch(graph.NewDense(graph.Float32, 1, 200), graph.NewDense(graph.Float32, 1, 200))
	if err != nil {
		log.Fatal(err)
	}
	_, err = optimizer.Step(batch)
	var large *kfac.TooLargeError
	fmt.Println(errors.As(err, &large) && large.Params > large.Most)
	// Output: true
}

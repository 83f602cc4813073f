package trainer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/trainer"
)

// The rate is too large for the loss to fall below ½. It is halved after two evaluations without an improvement by 5%.
func ExamplePlateau() {
	plateau := &trainer.Plateau{Metric: "test_loss", Factor: 0.5, Patience: 2, Threshold: 0.05}
	run := trainer.Trainer{
		Model: lineModel(), Optimizer: descent(2), MaxSteps: 6, Schedule: plateau.Schedule(trainer.Constant()),
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &line{}}},
		Callbacks: []trainer.Callback{plateau.Callback, func(e *trainer.Event) error {
			if e.Kind == trainer.Evaluated {
				fmt.Printf("step %d, rate %g: loss %.3f\n", e.Step, e.LearningRate, e.Record.Scores["test_loss"])
			}
			return nil
		}},
		Keep: []trainer.Kept{{Name: "plateau", State: plateau}},
	}
	if _, err := run.Fit(context.Background(), &line{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// step 1, rate 2: loss 0.648
	// step 2, rate 2: loss 0.516
	// step 3, rate 2: loss 0.502
	// step 4, rate 2: loss 0.500
	// step 5, rate 1: loss 0.000
	// step 6, rate 1: loss 0.000
}

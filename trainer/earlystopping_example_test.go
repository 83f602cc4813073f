package trainer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/trainer"
)

// The rate grows until the loss does, too. The run ends after two evaluations without an improvement, and the model has
// the weights of the best one.
func ExampleEarlyStopping() {
	model, optimizer := lineModel(), descent(0.2)
	stopping := &trainer.EarlyStopping{Metric: "validation_loss", Patience: 2, Model: model, Optimizer: optimizer}
	run := trainer.Trainer{
		Model: model, Optimizer: optimizer, MaxSteps: 100, Schedule: func(step, _ int) float64 { return float64(1 + 4*step) },
		Evaluations: []trainer.Evaluation{{Prefix: "validation_", Source: &line{}}},
		Callbacks:   []trainer.Callback{stopping.Callback},
		Keep:        []trainer.Kept{{Name: "early stopping", State: stopping}}, // for a run that is resumed
	}
	result, err := run.Fit(context.Background(), &line{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range result.History {
		fmt.Printf("step %d: loss %.3f\n", r.Step, r.Scores["validation_loss"])
	}
	scores, err := model.Evaluate(context.Background(), &line{})
	if err != nil {
		log.Fatal(err)
	}
	best, step, _ := stopping.Best()
	fmt.Printf("best %.3f at step %d, and the model has %.3f\n", best, step, scores["loss"])
	// Output:
	// step 1: loss 1.321
	// step 2: loss 0.111
	// step 3: loss 0.004
	// step 4: loss 0.002
	// step 5: loss 0.004
	// step 6: loss 0.012
	// best 0.002 at step 4, and the model has 0.002
}

package trainer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/trainer"
)

// The average of the weights beside any optimizer. The rate is so large that the intercept b jumps to and fro about
// 1; its average is nearer. Fit scores the average.
func ExampleNewEMA() {
	average, err := trainer.NewEMA(descent(1.9), trainer.EMAConfig{Decay: 0.9})
	if err != nil {
		log.Fatal(err)
	}
	model := lineModel()
	b := model.Params()[1].Value.Float64s()
	run := trainer.Trainer{Model: model, Optimizer: average, MaxSteps: 6, Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &line{}}},
		Callbacks: []trainer.Callback{func(e *trainer.Event) error {
			if e.Kind != trainer.Evaluated {
				return nil
			}
			fmt.Printf("step %d: b = %.2f", e.Step, b[0])
			return average.Averaged(func() error {
				fmt.Printf(", on average %.2f\n", b[0])
				return nil
			})
		}}}
	if _, err := run.Fit(context.Background(), &line{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// step 1: b = 1.90, on average 1.90
	// step 2: b = 0.19, on average 1.00
	// step 3: b = 1.73, on average 1.27
	// step 4: b = 0.34, on average 1.00
	// step 5: b = 1.59, on average 1.14
	// step 6: b = 0.47, on average 1.00
}

package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/trainer"
)

// The caller has the loop: it looks at each step, and leaves when it has seen enough. Another loop goes on.
func ExampleRun_Steps() {
	fit := trainer.Trainer{Model: lineModel(), Optimizer: descent(0.5), MaxSteps: 1000}
	run, err := fit.Begin(&line{})
	if err != nil {
		log.Fatal(err)
	}
	for step, err := range run.Steps(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		if step.Loss < 0.1 {
			break // the run is paused: fit.MarshalBinary saves it, another loop goes on
		}
	}
	fmt.Println(run.Result().Steps, "steps to a loss below 0.1")
	for step, err := range run.Steps(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		if step.Loss < 0.001 {
			break
		}
	}
	result, err := run.End() // callbacks are told, and a loss that rose is an error
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Steps, "steps to a loss below 0.001")
	// Output:
	// 5 steps to a loss below 0.1
	// 10 steps to a loss below 0.001
}

// A loop over epochs has the record of each epoch's evaluation.
func ExampleRun_Epochs() {
	fit := trainer.Trainer{Model: lineModel(), Optimizer: descent(0.5), Epochs: 3}
	fit.Evaluations = []trainer.Evaluation{{Prefix: "test_", Source: &line{}}}
	run, err := fit.Begin(&line{})
	if err != nil {
		log.Fatal(err)
	}
	for epoch, err := range run.Epochs(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("epoch %d: %.3f\n", epoch.Epoch, epoch.Scores["test_loss"])
	}
	// Output:
	// epoch 1: 0.718
	// epoch 2: 0.295
	// epoch 3: 0.125
}

// A loop of one's own, without a Trainer: an epoch of any source.
func ExampleBatches() {
	model, optimizer := lineModel(), descent(0.5)
	for epoch := range 3 {
		for batch, err := range trainer.Batches(&line{}) {
			if err != nil {
				log.Fatal(err)
			}
			obj, err := model.Batch(batch.X, batch.Y, batch.More...)
			if err != nil {
				log.Fatal(err)
			}
			loss, err := optimizer.Step(obj)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("epoch %d: %.3f\n", epoch+1, loss)
		}
	}
	// Output:
	// epoch 1: 1.833
	// epoch 2: 0.718
	// epoch 3: 0.295
}

// A run tells a slog.Logger what it does. Without one it is silent.
func ExampleTrainer_logger() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "train_seconds" {
			return slog.Attr{} // what differs from run to run, for this example
		}
		if a.Value.Kind() == slog.KindFloat64 {
			a.Value = slog.StringValue(fmt.Sprintf("%.3f", a.Value.Float64()))
		}
		return a
	}})
	fit := trainer.Trainer{Model: lineModel(), Optimizer: descent(0.5), Epochs: 2}
	fit.Logger = slog.New(handler).With("job", 17)
	if _, err := fit.Fit(context.Background(), &line{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// level=INFO msg="training begins" job=17 optimizer=*trainer.SGD parameters=2 step=0 steps=2 steps_per_epoch=1 epochs=2
	// level=INFO msg="training evaluated" job=17 step=1 epoch=1 train_loss=1.833
	// level=INFO msg="training evaluated" job=17 step=2 epoch=2 train_loss=0.718
	// level=INFO msg="training ended" job=17 step=2 epochs=2 stopped=false
}

// Cable is a source whose data can fail.
type Cable struct {
	line
	cut error
}

func (c *Cable) Next() (x, y *tensor.Dense, ok bool) {
	if c.cut != nil {
		return nil, nil, false
	}
	return c.line.Next()
}

func (c *Cable) Err() error { return c.cut }

// An error of the data ends the run, and is found in Fit's error.
func ExampleFallibleSource() {
	unplugged := errors.New("unplugged")
	cable := &Cable{}
	fit := trainer.Trainer{Model: lineModel(), Optimizer: descent(0.5), Epochs: 9}
	fit.Callbacks = []trainer.Callback{func(e *trainer.Event) error {
		if e.Step == 2 {
			cable.cut = unplugged
		}
		return nil
	}}
	result, err := fit.Fit(context.Background(), cable)
	fmt.Println(result.Steps, err, errors.Is(err, unplugged))
	// Output: 2 trainer: the data: unplugged true
}

// A source as the pass over data that kfac.FitLaplace and package curvature take.
func ExampleModel_EvaluationBatches() {
	model := lineModel()
	for obj, err := range model.EvaluationBatches(&line{}) {
		if err != nil {
			log.Fatal(err)
		}
		loss, err := obj.Loss()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d examples, loss %.3f\n", obj.Examples(), loss)
	}
	// Output: 3 examples, loss 1.833
}

package trainer_test

import (
	"context"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// A callback of one's own stops the run when the loss is small enough.
func ExampleCallback() {
	enough := func(e *trainer.Event) error {
		if e.Kind == trainer.StepDone && e.Loss < 1e-3 {
			return trainer.ErrStop
		}
		return nil
	}
	run := trainer.Trainer{Model: lineModel(), Optimizer: descent(0.5), MaxSteps: 1000, Callbacks: []trainer.Callback{enough}}
	result, err := run.Fit(context.Background(), &line{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Steps, "steps")
	// Output: 10 steps
}

// What a callback is told after a step.
func ExampleEvent() {
	report := func(e *trainer.Event) error {
		if e.Kind == trainer.StepDone {
			fmt.Printf("step %d of %d, epoch %d: loss %.3f on %d examples, rate %.2f\n", e.Step, e.Total, e.Epoch, e.Loss, e.Examples, e.LearningRate)
		}
		return nil
	}
	run := trainer.Trainer{Model: lineModel(), Optimizer: descent(0.5), MaxSteps: 2, Schedule: trainer.Linear(), Callbacks: []trainer.Callback{report}}
	if _, err := run.Fit(context.Background(), &line{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// step 1 of 2, epoch 1: loss 1.833 on 3 examples, rate 0.50
	// step 2 of 2, epoch 2: loss 0.718 on 3 examples, rate 0.25
}

// Evaluations are recorded after each epoch and in the result's history.
func ExampleRecord() {
	run := trainer.Trainer{
		Model: lineModel(), Optimizer: descent(0.5), Epochs: 2,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &line{}}},
		Metrics:     []trainer.Metric{trainer.ReconstructionError()},
	}
	result, err := run.Fit(context.Background(), &line{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range result.History {
		fmt.Printf("epoch %d: loss %.3f, squared distance %.3f\n", r.Epoch, r.Scores["test_loss"], r.Scores["test_reconstruction_error"])
	}
	// Output:
	// epoch 1: loss 0.718, squared distance 1.435
	// epoch 2: loss 0.295, squared distance 0.589
}

// score is a metric's value for three predictions.
func score(m trainer.Metric, mean, target *tensor.Dense) {
	m.Reset()
	if err := m.Add(mean, target); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %.3f, higher is better: %t\n", m.Name(), m.Value(), m.HigherIsBetter())
}

func matrix(rows, columns int, v ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(v))
}

// Probabilities of two classes: two of three examples are right.
func ExampleAccuracy() {
	labels := tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{0, 1, 1}))
	score(trainer.Accuracy(), matrix(3, 2, 0.9, 0.1, 0.8, 0.2, 0.3, 0.7), labels)
	// Output: accuracy 0.667, higher is better: true
}

func ExampleBinaryAccuracy() {
	score(trainer.BinaryAccuracy(), matrix(3, 1, 0.9, 0.2, 0.3), matrix(3, 1, 1, 0, 1))
	// Output: binary_accuracy 0.667, higher is better: true
}

func ExampleReconstructionError() {
	score(trainer.ReconstructionError(), matrix(2, 2, 1, 0, 0, 1), matrix(2, 2, 0, 0, 0, 3))
	// Output: reconstruction_error 2.500, higher is better: false
}

func ExampleParseTarget() {
	target, err := trainer.ParseTarget("test_accuracy=0.98")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(target.Metric, target.Value)
	// Output: test_accuracy 0.98
}

func ExampleNewModel() {
	model := lineModel()
	y, err := model.Predict(matrix(2, 1, 3, 4))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(graph.CountParams(model.Params()), "parameters, predictions", y.Float64s())
	// Output: 2 parameters, predictions [0 0]
}

// A run in a few lines: 50 epochs with evaluations, a schedule and gradients of norm 1 at most.
func ExampleTrainer() {
	run := trainer.Trainer{
		Model: lineModel(), Optimizer: descent(0.5), Epochs: 50,
		Schedule: trainer.WarmUp(5, trainer.Cosine()), ClipNorm: 1,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &line{}}},
	}
	result, err := run.Fit(context.Background(), &line{})
	if err != nil {
		log.Fatal(err)
	}
	last := result.History[len(result.History)-1]
	fmt.Println(result.Steps, "steps,", len(result.History), "evaluations, small loss:", last.Scores["test_loss"] < 1e-3)
	// Output: 50 steps, 50 evaluations, small loss: true
}

// A context ends a run between two steps; the result is what was done till then.
func ExampleTrainer_Fit() {
	ctx, cancel := context.WithCancel(context.Background())
	run := trainer.Trainer{
		Model: lineModel(), Optimizer: descent(0.5), MaxSteps: 100,
		Callbacks: []trainer.Callback{func(e *trainer.Event) error {
			if e.Step == 10 {
				cancel()
			}
			return nil
		}},
	}
	result, err := run.Fit(ctx, &line{})
	fmt.Println(result.Steps, err)
	// Output: 10 context canceled
}

// The configuration in force makes the same optimizer again.
func ExampleAdam_Config() {
	adam, err := trainer.NewAdam(trainer.AdamConfig{WeightDecay: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	config := adam.Config()
	fmt.Println(config.LearningRate, config.Beta1, config.Beta2, config.WeightDecay)
	same, err := trainer.NewAdam(config)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(same.Config() == config)
	// Output:
	// 0.001 0.9 0.999 0.01
	// true
}

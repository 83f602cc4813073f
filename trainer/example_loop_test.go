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

// rates are a schedule's factors at the steps of a run of eight.
func rates(s trainer.Schedule) {
	for step := range 8 {
		fmt.Printf("%.2f ", s(step, 8))
	}
	fmt.Println()
}

// A schedule of one's own: two cycles of a falling rate.
func ExampleSchedule() {
	rates(func(step, total int) float64 {
		cycle := total / 2
		return 1 - float64(step%cycle)/float64(cycle)
	})
	// Output: 1.00 0.75 0.50 0.25 1.00 0.75 0.50 0.25
}

func ExampleConstant() {
	rates(trainer.Constant())
	// Output: 1.00 1.00 1.00 1.00 1.00 1.00 1.00 1.00
}

func ExampleLinear() {
	rates(trainer.Linear())
	// Output: 1.00 0.88 0.75 0.62 0.50 0.38 0.25 0.12
}

func ExampleCosine() {
	rates(trainer.Cosine())
	// Output: 1.00 0.96 0.85 0.69 0.50 0.31 0.15 0.04
}

func ExampleExponential() {
	rates(trainer.Exponential(0.01))
	// Output: 1.00 0.56 0.32 0.18 0.10 0.06 0.03 0.02
}

func ExampleStepDecay() {
	rates(trainer.StepDecay(3, 0.1))
	// Output: 1.00 1.00 1.00 0.10 0.10 0.10 0.01 0.01
}

func ExampleWarmUp() {
	rates(trainer.WarmUp(4, trainer.Linear()))
	// Output: 0.25 0.50 0.75 1.00 1.00 0.75 0.50 0.25
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

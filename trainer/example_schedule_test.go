package trainer_test

import (
	"fmt"

	"github.com/gokfac/gokfac/trainer"
)

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

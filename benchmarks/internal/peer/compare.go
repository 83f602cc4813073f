package peer

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

// Difference says how far a peer's training is from ours after the same mini-batches.
type Difference struct {
	Loss  float64 // the largest |theirs − ours|/|ours| of all steps
	Moves float64 // the largest ‖θ_theirs − θ_ours‖/‖θ_ours − θ_start‖ of all weights and biases
}

// Compare takes steps with both on the same mini-batches. Both start from task.Start.
func Compare(task Task, ours *workload.Training, theirs Trainer, steps int) (Difference, error) {
	var d Difference
	for range steps {
		ours.Load()
		x, labels := ours.Batch()
		loss, err := theirs.Step(x, labels)
		if err != nil {
			return d, err
		}
		if err := ours.Step(); err != nil {
			return d, err
		}
		d.Loss = max(d.Loss, math.Abs(loss-ours.Loss())/math.Abs(ours.Loss()))
	}
	parameters, err := theirs.Parameters()
	if err != nil {
		return d, err
	}
	d.Moves, err = Moves(task.Start, ours.Parameters(), parameters)
	return d, err
}

// Moves is the largest ‖theirs − ours‖/‖ours − start‖ of all weights and biases.
func Moves(start, ours, theirs [][]float32) (float64, error) {
	if len(theirs) != len(ours) {
		return 0, fmt.Errorf("%d weights and biases, want %d", len(theirs), len(ours))
	}
	var largest float64
	for i := range ours {
		if len(theirs[i]) != len(ours[i]) {
			return 0, fmt.Errorf("parameter %d has %d values, want %d", i, len(theirs[i]), len(ours[i]))
		}
		largest = max(largest, distance(theirs[i], ours[i])/distance(ours[i], start[i]))
	}
	return largest, nil
}

func distance(a, b []float32) float64 {
	var sum float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// Rounding alone makes steps differ by less than this. A sum of n float32 numbers, one after another, errs by about √n·2⁻²⁴ of
// their sum: 1.3e-5 for the 50,176 pixels of 64 images. Adam divides small gradients by themselves, whose rounding stays.
const (
	LossTolerance  = 5e-5
	MovesTolerance = 1e-4
)

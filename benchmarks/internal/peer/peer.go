package peer

import (
	"fmt"

	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

// Task is what a peer trains.
type Task struct {
	workload.Network
	workload.Rule
	Batch int
	Start [][]float32 // weights (inputs×outputs, row-major) and biases, layer by layer
}

// Of is the task of a training that has taken no step.
func Of(n workload.Network, batch int, t *workload.Training) (Task, error) {
	rule, err := t.Rule()
	return Task{Network: n, Rule: rule, Batch: batch, Start: t.Parameters()}, err
}

// Layers is the number of affine maps.
func (t Task) Layers() int { return len(t.Widths) - 1 }

// Activation is "relu", "tanh" or, after the last layer and after an autoencoder's code, "".
func (t Task) Activation(layer int) string {
	switch {
	case layer == t.Layers()-1 || t.Autoencoder && layer == t.Layers()/2-1:
		return ""
	case t.Autoencoder:
		return "tanh"
	}
	return "relu"
}

// Trainer takes training steps in another library.
type Trainer interface {
	// Step takes a step on a mini-batch and returns the mean loss before it. An autoencoder has no labels: its targets are x.
	Step(x []float32, labels []int32) (loss float64, err error)
	// Parameters are copies, in the order of Task.Start.
	Parameters() ([][]float32, error)
}

// Unsupported is the error for a task that a peer has no means for.
func Unsupported(library string, t Task) error {
	return fmt.Errorf("%s: no %s of a network of kind %s here", library, t.Rule.Name, t.Network.Name)
}

package workload

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/trainer"
)

// Rule is what an optimizer does with a gradient g, in every library alike:
//
//	sgd   v ← μv + g, θ ← θ − αv
//	adam  θ ← θ − α m̂/(√v̂ + ε), with m and v the averages of g and g² that forget at β₁ and β₂
type Rule struct {
	Name         string  // sgd or adam
	Rate         float64 // α
	Momentum     float64 // μ
	Beta1, Beta2 float64
	Epsilon      float64
}

// Rule is the rule of the training's optimizer; an error for one that other libraries lack.
func (t *Training) Rule() (Rule, error) {
	rate := t.Optimizer.LearningRate()
	switch o := t.Optimizer.(type) {
	case *trainer.SGD:
		if c := o.Config(); !c.Nesterov {
			return Rule{Name: "sgd", Rate: rate, Momentum: max(c.Momentum, 0)}, nil // None is negative
		}
	case *trainer.Adam:
		c := o.Config()
		return Rule{Name: "adam", Rate: rate, Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon}, nil
	}
	return Rule{}, fmt.Errorf("%T: other libraries are compared in SGD with momentum and in Adam", t.Optimizer)
}

// Loss is that of the last step's mini-batch, before the step.
func (t *Training) Loss() float64 { return t.loss }

// Parameters are copies of the weights (inputs×outputs, row-major) and biases, layer by layer.
func (t *Training) Parameters() [][]float32 {
	var list [][]float32
	for _, p := range t.model.Params() {
		list = append(list, slices.Clone(p.Value.Float32s()))
	}
	return list
}

// Batch is the mini-batch that Load fetched: rows of 784 pixels, and their classes. An autoencoder has no classes. Both are
// valid until the next Load.
func (t *Training) Batch() (x []float32, labels []int32) {
	if t.y.Dtype() == t.x.Dtype() {
		return t.x.Float32s(), nil
	}
	return t.x.Float32s(), t.y.Int32s()
}

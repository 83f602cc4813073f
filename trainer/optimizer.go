package trainer

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer takes steps on mini-batches.
type Optimizer interface {
	// Step updates the objective's parameters once and returns h before the
	// step. It leaves them alone and returns a *graph.NonFiniteError if h or
	// its gradient is NaN or infinite.
	Step(obj graph.Objective) (loss float64, err error)
	// LearningRate is α; SetLearningRate changes it for the steps to come.
	LearningRate() float64
	SetLearningRate(float64)
}

// rate is the learning rate of an optimizer.
type rate struct{ alpha float64 }

// LearningRate is α.
func (r *rate) LearningRate() float64 { return r.alpha }

// SetLearningRate changes α for the steps to come.
func (r *rate) SetLearningRate(alpha float64) { r.alpha = alpha }

// checkRange returns an error unless lo ≤ v < hi; NaN is out of any range.
func checkRange(name string, v, lo, hi float64) error {
	switch {
	case v >= lo && v < hi:
		return nil
	case math.IsInf(hi, 1):
		return fmt.Errorf("trainer: %s %g: want a finite number ≥ %g", name, v, lo)
	}
	return fmt.Errorf("trainer: %s %g: want %g ≤ %s < %g", name, v, lo, name, hi)
}

// gradient runs obj.Grad and refuses a loss or a gradient that is not finite.
// The loss alone does not tell: an infinite input to a saturated unit gives a
// finite loss and a gradient of ∞·0.
func gradient(obj graph.Objective) (float64, error) {
	loss, err := obj.Grad()
	if err != nil {
		return loss, err
	}
	if err := graph.CheckFinite(loss); err != nil {
		return loss, err
	}
	for _, p := range obj.Params() {
		ok := true
		if p.Grad.Dtype() == graph.Float32 {
			ok = finite(p.Grad.Float32s())
		} else {
			ok = finite(p.Grad.Float64s())
		}
		if !ok {
			return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	return loss, nil
}

// finite sums 0·v, which is 0 unless some v is NaN or infinite. Four sums,
// since one would wait for each addition.
func finite[T graph.Float](x []T) bool {
	var a, b, c, d T
	for ; len(x) >= 4; x = x[4:] {
		a += 0 * x[0]
		b += 0 * x[1]
		c += 0 * x[2]
		d += 0 * x[3]
	}
	for _, v := range x {
		a += 0 * v
	}
	return a+b+c+d == 0
}

// moments is one zero tensor for each parameter.
func moments(params []*graph.Param) []*tensor.Dense {
	ms := make([]*tensor.Dense, len(params))
	for i, p := range params {
		ms[i] = graph.NewDense(p.Value.Dtype(), p.Value.Shape()...)
	}
	return ms
}

package trainer

import (
	"errors"
	"fmt"
	"math"
	"slices"

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

// owner remembers the parameters that an optimizer's moments belong to.
type owner struct{ params []*graph.Param }

// gradient runs obj.Grad and refuses other parameters than the first it saw,
// and a loss or a gradient that is not finite.
func (o *owner) gradient(obj graph.Objective) (float64, error) {
	if o.params == nil {
		o.params = slices.Clone(obj.Params())
	} else if !slices.Equal(o.params, obj.Params()) {
		return 0, errors.New("trainer: an optimizer serves one model: make another one for these parameters")
	}
	loss, err := obj.Grad()
	if err != nil {
		return loss, err
	}
	return loss, graph.CheckGradients(loss, o.params)
}

// moments is one zero tensor for each parameter.
func moments(params []*graph.Param) []*tensor.Dense {
	ms := make([]*tensor.Dense, len(params))
	for i, p := range params {
		ms[i] = graph.NewDense(p.Value.Dtype(), p.Value.Shape()...)
	}
	return ms
}

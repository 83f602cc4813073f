package trainer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// Optimizer takes steps on mini-batches. Those of this module serve one model each, and are not
// safe for concurrent use.
type Optimizer interface {
	// Step updates the objective's parameters once and returns h before the
	// step. It leaves them alone and returns a *graph.NonFiniteError if h or
	// its gradient is NaN or infinite.
	Step(obj graph.Objective) (loss float64, err error)
	// LearningRate is α; SetLearningRate changes it for the steps to come.
	LearningRate() float64
	SetLearningRate(float64)
}

// Averager is an optimizer whose parameters for evaluation are an average of
// its iterates.
type Averager interface {
	// Averaged runs f with the averaged parameters in place and then puts the
	// iterate back, also if f fails. It returns f's error.
	Averaged(f func() error) error
}

// rate is the learning rate of an optimizer.
type rate struct{ alpha float64 }

// LearningRate is α.
func (r *rate) LearningRate() float64 { return r.alpha }

// SetLearningRate changes α for the steps to come.
func (r *rate) SetLearningRate(alpha float64) { r.alpha = alpha }

// None turns a setting off whose default is something else; see [graph.None].
const None = graph.None

// resolve makes numbers what they stand for, or returns an error that names the
// first out of its range.
func resolve(numbers setting.Numbers) error {
	numbers.Resolve()
	if err := numbers.Check(); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	return nil
}

// owner is what of an optimizer belongs to parameters: its moments, one
// direction each.
type owner struct {
	kind    string   // of its state
	names   []string // of the moments
	shape   momentShape
	params  []*graph.Param
	moments []graph.Direction // by name; nil until params are known
	pending []byte            // restored moments whose parameters are not known yet
}

// momentShape is the shape of a moment, by its place among the names, of
// parameter i of params; nil: the parameter has none of it. A momentShape that is
// nil itself gives every parameter every moment, of the parameter's own shape.
type momentShape func(moment int, params []*graph.Param, i int) []int

// gradient runs obj.Grad and refuses other parameters than the first it saw,
// and a loss or a gradient that is not finite.
func (o *owner) gradient(obj graph.Objective) (float64, error) {
	if o.params == nil {
		if err := o.adopt(obj.Params()); err != nil {
			return 0, err
		}
	} else if !slices.Equal(o.params, obj.Params()) {
		return 0, errors.New("trainer: an optimizer serves one model: make another one for these parameters")
	}
	loss, err := obj.Grad()
	if err != nil {
		return loss, err
	}
	return loss, graph.CheckGradients(loss, o.params)
}

// zeros are moments that have seen no step.
func (o *owner) zeros(params []*graph.Param) []graph.Direction {
	moments := make([]graph.Direction, len(o.names))
	for i := range moments {
		if o.shape == nil {
			moments[i] = graph.NewDirection(params)
			continue
		}
		moments[i] = make(graph.Direction, len(params))
		for j, p := range params {
			if shape := o.shape(i, params, j); shape != nil {
				moments[i][j] = graph.NewDense(p.Value.Dtype(), shape...)
			}
		}
	}
	return moments
}

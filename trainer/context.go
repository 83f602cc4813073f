package trainer

import (
	"context"

	"github.com/gokfac/gokfac/graph"
)

// ContextStepper is an Optimizer whose steps can take long. Fit then calls
// StepContext instead of Step.
type ContextStepper interface {
	// StepContext is Step, but may return ctx's error once ctx has ended. The
	// parameters are then as they were.
	StepContext(ctx context.Context, obj graph.Objective) (loss float64, err error)
}

func optimize(ctx context.Context, o Optimizer, obj graph.Objective) (float64, error) {
	if s, ok := o.(ContextStepper); ok {
		return s.StepContext(ctx, obj)
	}
	return o.Step(obj)
}

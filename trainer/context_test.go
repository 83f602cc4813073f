package trainer_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// stubborn is an optimizer whose third step lasts until the context ends.
type stubborn struct {
	trainer.Optimizer
	steps int
}

func (s *stubborn) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	if s.steps++; s.steps == 3 {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return s.Step(obj)
}

// TestFitEndsInAStep: the context reaches an optimizer that takes one, and what
// was done before counts.
func TestFitEndsInAStep(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	m, src := toy(t, trainer.ModelConfig{})
	run := &trainer.Trainer{Model: m, Optimizer: &stubborn{Optimizer: sgd(t, 0.1)}, Epochs: 3}
	result, err := run.Fit(ctx, src)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Equal(t, 2, result.Steps)
}

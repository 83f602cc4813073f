package trainer

import (
	"errors"

	"gorgonia.org/tensor"
)

// EvaluationBatch is Batch in evaluation mode: without dropout, and with running statistics in the place of those of the
// mini-batch, which stay what they are. It is for the curvature of a network that has been trained: the matrices are
// those of the function that predicts, and examples do not depend on each other. x, y and more are as Batch takes them.
//
// The objective is valid until the model evaluates or predicts as many examples, or is asked for another such batch of
// them. No optimizer should take a step on it: running statistics would not follow.
func (m *Model) EvaluationBatch(x, y *tensor.Dense, more ...*tensor.Dense) (MiniBatch, error) {
	if y == nil {
		return nil, errors.New("trainer: batch without targets")
	}
	c, err := m.bind(x, y, more, false)
	if err != nil {
		return nil, err
	}
	return &c.objective, nil
}

package trainer

import (
	"errors"
	"iter"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
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

// EvaluationBatches gives an epoch of src, each mini-batch as EvaluationBatch makes it, to whatever takes a pass over data,
// such as kfac.FitLaplace. Where the epoch begins is as [Model.Evaluate] has it. An error, of src or of a mini-batch,
// comes by itself and is the last. The sequence can be read again, for another epoch.
func (m *Model) EvaluationBatches(src Source) iter.Seq2[graph.CurvatureObjective, error] {
	return func(yield func(graph.CurvatureObjective, error) bool) {
		if r, ok := src.(Rewinder); ok {
			defer r.Rewind()()
		}
		for b, err := range Batches(src) {
			var obj graph.CurvatureObjective
			if err == nil {
				obj, err = m.EvaluationBatch(b.X, b.Y, b.More...)
			}
			if !yield(obj, err) || err != nil {
				return
			}
		}
	}
}

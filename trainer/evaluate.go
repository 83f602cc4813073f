package trainer

import (
	"context"
	"errors"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Source gives mini-batches, epoch after epoch.
type Source interface {
	// Next returns the next mini-batch, or ok = false at the end of an epoch;
	// the call after that begins the next epoch. The tensors are valid until
	// the next call.
	Next() (x, y *tensor.Dense, ok bool)
	// Steps is the number of mini-batches in an epoch.
	Steps() int
}

// Evaluation is a data set to be scored, under keys that start with Prefix.
type Evaluation struct {
	Prefix string // "test_" gives test_loss, test_accuracy, …
	Source Source
}

// Evaluate runs one epoch of src in evaluation mode and returns the data loss
// under "loss" and each metric under its name: means over the examples. An
// evaluation that ends in an error leaves src in the middle of its epoch.
func (m *Model) Evaluate(ctx context.Context, src Source, metrics ...Metric) (map[string]float64, error) {
	for _, metric := range metrics {
		metric.Reset()
	}
	var sum float64
	examples := 0
	for x, y, ok := src.Next(); ok; x, y, ok = src.Next() {
		if y == nil {
			return nil, errors.New("trainer: evaluation without targets")
		}
		c, err := m.bind(x, y, false)
		if err != nil {
			return nil, err
		}
		loss, err := c.evaluate()
		if err != nil {
			return nil, err
		}
		mean := graph.Value(c.mean)
		for _, metric := range metrics {
			if err := metric.Add(mean, c.y); err != nil {
				return nil, err
			}
		}
		sum += loss * float64(c.b.Batch)
		examples += c.b.Batch
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if examples == 0 {
		return nil, errors.New("trainer: evaluation of no examples")
	}
	scores := map[string]float64{"loss": sum / float64(examples)}
	for _, metric := range metrics {
		scores[metric.Name()] = metric.Value()
	}
	return scores, nil
}

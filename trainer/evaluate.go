package trainer

import (
	"context"
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Source gives mini-batches, epoch after epoch. One whose data can fail, as files and
// networks do, is a [FallibleSource] as well.
type Source interface {
	// Next returns the next mini-batch, or ok = false at the end of an epoch;
	// the call after that begins the next epoch. The tensors are valid until
	// the next call.
	Next() (x, y *tensor.Dense, ok bool)
	// Steps is the number of mini-batches in an epoch, or −1 if it is not known: then
	// an epoch ends with Next.
	Steps() int
}

// Evaluation is a data set to be scored, under keys that start with Prefix.
type Evaluation struct {
	Prefix string // "test_" gives test_loss, test_accuracy, …
	Source Source
}

// Rewinder is a Source that can be read from the beginning of its epoch and
// then go on where it was.
type Rewinder interface {
	Source
	// Rewind makes the next call of Next return the first mini-batch of the
	// epoch that is under way or to come. The function that it returns goes back.
	Rewind() (back func())
}

// Evaluate runs one epoch of src in evaluation mode and returns the data loss
// under "loss" and each metric under its name: means over the examples.
//
// A src that is a [Rewinder], as a loader of package datasets, is scored as a
// whole and left where it was, which may be in the middle of an epoch of
// training. Of another Source Evaluate takes what is left of the epoch, or the
// next if nothing is, and an error leaves it in the middle.
func (m *Model) Evaluate(ctx context.Context, src Source, metrics ...Metric) (map[string]float64, error) {
	if _, err := directions([]Evaluation{{}}, metrics); err != nil {
		return nil, err
	}
	if r, ok := src.(Rewinder); ok {
		defer r.Rewind()()
	}
	return m.evaluate(ctx, src, metrics)
}

func (m *Model) evaluate(ctx context.Context, src Source, metrics []Metric) (map[string]float64, error) {
	for _, metric := range metrics {
		metric.Reset()
	}
	var sum float64
	examples := 0
	for batch, err := range Batches(src) {
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if batch.Y == nil {
			return nil, errors.New("trainer: evaluation without targets")
		}
		c, err := m.bind(batch.X, batch.Y, batch.More, false)
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
		sum += float64(loss * float64(c.b.Batch))
		examples += c.b.Batch
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

// directions tells of every score whether a higher one is better, and refuses
// two of one name.
func directions(evaluations []Evaluation, metrics []Metric) (map[string]bool, error) {
	higher := map[string]bool{}
	for i, e := range evaluations {
		for _, other := range evaluations[:i] {
			if other.Prefix == e.Prefix {
				return nil, fmt.Errorf("trainer: two evaluations have the prefix %q: give each its own", e.Prefix)
			}
		}
		higher[e.Prefix+"loss"] = false
		for _, m := range metrics {
			name := e.Prefix + m.Name()
			if _, taken := higher[name]; taken {
				return nil, fmt.Errorf("trainer: two scores are called %q: give the metrics, or the evaluations' prefixes, other names", name)
			}
			higher[name] = m.HigherIsBetter()
		}
	}
	return higher, nil
}

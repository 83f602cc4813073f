package trainer

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Metric scores predictions. Add is called for every batch of an evaluation
// with the mean of the predictive distribution, N×C, and the targets as the
// loss takes them, both in the model's float type; it returns an error if it
// has no score for targets of that shape.
type Metric interface {
	Name() string
	Reset()
	Add(mean, target *tensor.Dense) error
	Value() float64 // mean over the examples since Reset
}

// perExample is a Metric that averages one number per example.
type perExample struct {
	name  string
	dims  int                                      // of the targets: 1 for labels, 2 for N×C
	score func(mean, target *tensor.Dense) float64 // summed over the batch
	sum   float64
	n     int
}

func (m *perExample) Name() string { return m.name }
func (m *perExample) Reset()       { m.sum, m.n = 0, 0 }

func (m *perExample) Add(mean, target *tensor.Dense) error {
	if target.Dims() != m.dims {
		return fmt.Errorf("trainer: metric %s: no score for targets of shape %v", m.name, target.Shape())
	}
	m.sum += m.score(mean, target)
	m.n += mean.Shape()[0]
	return nil
}

func (m *perExample) Value() float64 { return m.sum / float64(m.n) }

// Accuracy is the fraction of examples whose largest output is the label.
func Accuracy() Metric {
	return &perExample{name: "accuracy", dims: 1, score: func(mean, target *tensor.Dense) float64 {
		if mean.Dtype() == graph.Float32 {
			return hits(mean.Float32s(), target.Float32s())
		}
		return hits(mean.Float64s(), target.Float64s())
	}}
}

func hits[T graph.Float](p, y []T) float64 {
	c := len(p) / len(y)
	n := 0.0
	for i, label := range y {
		best := 0
		for j, v := range p[i*c : (i+1)*c] {
			if v > p[i*c+best] {
				best = j
			}
		}
		if T(best) == label {
			n++
		}
	}
	return n
}

// ReconstructionError is the squared difference between prediction and
// target, summed over units.
func ReconstructionError() Metric {
	return &perExample{name: "reconstruction_error", dims: 2, score: func(mean, target *tensor.Dense) float64 {
		if mean.Dtype() == graph.Float32 {
			return squaredDistance(mean.Float32s(), target.Float32s())
		}
		return squaredDistance(mean.Float64s(), target.Float64s())
	}}
}

func squaredDistance[T graph.Float](x, y []T) float64 {
	var s float64
	for i, v := range x {
		d := float64(v) - float64(y[i])
		s += d * d
	}
	return s
}

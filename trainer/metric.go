package trainer

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Metric scores predictions. Add is called for every batch of an evaluation
// with the mean of the predictive distribution, N×C, and the targets as the
// loss takes them, both in the model's float type, also classes, which a loader
// deals as int32 of shape N: they arrive as floats of shape N; it returns an error if it
// has no score for targets of that shape.
type Metric interface {
	Name() string
	HigherIsBetter() bool // as of an accuracy; false: as of an error
	Reset()
	Add(mean, target *tensor.Dense) error
	Value() float64 // mean over the examples since Reset
}

// perExample is a Metric that averages one number per example.
type perExample struct {
	name   string
	higher bool                                              // is better
	dims   int                                               // of the targets: 1 for labels, 2 for N×C
	score  func(mean, target *tensor.Dense) (float64, error) // summed over the batch
	sum    float64
	n      int
}

func (m *perExample) Name() string         { return m.name }
func (m *perExample) HigherIsBetter() bool { return m.higher }
func (m *perExample) Reset()               { m.sum, m.n = 0, 0 }

func (m *perExample) Add(mean, target *tensor.Dense) error {
	n := mean.Shape()[0]
	if target.Dims() != m.dims || target.Shape()[0] != n || m.dims == 2 && target.DataSize() != mean.DataSize() {
		return fmt.Errorf("trainer: metric %s: no score for targets of shape %v and predictions of shape %v", m.name, target.Shape(), mean.Shape())
	}
	sum, err := m.score(mean, target)
	if err != nil {
		return fmt.Errorf("trainer: metric %s: %w", m.name, err)
	}
	m.sum += sum
	m.n += n
	return nil
}

func (m *perExample) Value() float64 { return m.sum / float64(m.n) }

// Accuracy is the fraction of examples whose largest output is the label: of
// softmax models. BinaryAccuracy is that of Bernoulli models.
func Accuracy() Metric {
	return &perExample{name: "accuracy", higher: true, dims: 1, score: func(mean, target *tensor.Dense) (float64, error) {
		if mean.Dtype() == graph.Float32 {
			return hits(mean.Float32s(), target.Float32s()), nil
		}
		return hits(mean.Float64s(), target.Float64s()), nil
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
	return &perExample{name: "reconstruction_error", dims: 2, score: func(mean, target *tensor.Dense) (float64, error) {
		if mean.Dtype() == graph.Float32 {
			return squaredDistance(mean.Float32s(), target.Float32s()), nil
		}
		return squaredDistance(mean.Float64s(), target.Float64s()), nil
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

// BinaryAccuracy is the fraction of output units, of all examples together, that
// are right: whose probability is above ½ just where the target is. With one unit
// it is the fraction of examples. It is for models under sigmoid cross-entropy, and
// refuses targets outside of [0, 1].
func BinaryAccuracy() Metric {
	return &perExample{name: "binary_accuracy", higher: true, dims: 2, score: func(mean, target *tensor.Dense) (float64, error) {
		if mean.Dtype() == graph.Float32 {
			return rightUnits(mean.Float32s(), target.Float32s(), mean.Shape()[0])
		}
		return rightUnits(mean.Float64s(), target.Float64s(), mean.Shape()[0])
	}}
}

// rightUnits sums over n examples the part of their units that are right.
func rightUnits[T graph.Float](p, y []T, n int) (float64, error) {
	right := 0
	for i, v := range y {
		if !(v >= 0 && v <= 1) {
			return 0, fmt.Errorf("target %g: want a number from 0 to 1", v)
		}
		if (p[i] > 0.5) == (v > 0.5) {
			right++
		}
	}
	return float64(right) * float64(n) / float64(len(y)), nil
}

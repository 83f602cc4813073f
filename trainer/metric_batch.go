package trainer

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// scored is one mini-batch as the metrics of this package read it, in place: a large
// number of outputs is not copied once for each metric.
type scored struct {
	n, c    int // examples, outputs of each
	outputs reals
	targets reals
	rows    bool // targets are n×c values, not n labels
}

// reals are the elements of a tensor of either float type. Conversion to float64 changes
// neither the values nor their order.
type reals struct {
	single []float32
	double []float64
}

func (r *reals) at(i int) float64 {
	if r.single != nil {
		return float64(r.single[i])
	}
	return r.double[i]
}

// of takes a tensor's elements. It is false if they are no floats.
func (r *reals) of(t *tensor.Dense) bool {
	*r = reals{}
	switch t.Dtype() {
	case graph.Float32:
		r.single = t.Float32s()
	case graph.Float64:
		r.double = t.Float64s()
	default:
		return false
	}
	return true
}

// read takes a mini-batch of the shapes that Metric.Add documents. Its errors name the metric.
func (s *scored) read(metric string, mean, target *tensor.Dense) error {
	fail := func() error {
		return fmt.Errorf("trainer: metric %s: no score for targets of shape %v and predictions of shape %v", metric, shapeOf(target), shapeOf(mean))
	}
	if mean == nil || target == nil || mean.Dims() == 0 || target.Dims() == 0 || mean.Shape()[0] == 0 || target.Shape()[0] != mean.Shape()[0] {
		return fail()
	}
	s.n = mean.Shape()[0]
	s.c = mean.DataSize() / s.n
	s.rows = target.Dims() > 1
	if s.rows && target.DataSize() != mean.DataSize() {
		return fail()
	}
	if !s.outputs.of(mean) || !s.targets.of(target) {
		return fmt.Errorf("trainer: metric %s: predictions of %v and targets of %v: want floats", metric, mean.Dtype(), target.Dtype())
	}
	return nil
}

// classified is a mini-batch of a classifier: of softmax, C probabilities and a label for
// each example, or of one sigmoid unit, whose probability is that of class 1.
type classified struct {
	scored
	classes int
	single  bool // one sigmoid unit
}

// read takes softmax's N×C with N labels, or one sigmoid unit's N×1 with N×1 zeros and ones.
func (b *classified) read(metric string, mean, target *tensor.Dense) error {
	if err := b.scored.read(metric, mean, target); err != nil {
		return err
	}
	b.single = b.rows && b.c == 1
	b.classes = b.c
	if b.single {
		b.classes = 2
	}
	if b.rows && !b.single || b.classes < 2 {
		return fmt.Errorf("trainer: metric %s: targets of shape %v for predictions of shape %v are no classes: want N labels for N×C, or N×1 zeros and ones for N×1",
			metric, shapeOf(target), shapeOf(mean))
	}
	for i := range b.n {
		if v := b.targets.at(i); v != math.Trunc(v) || v < 0 || v >= float64(b.classes) { // NaN is the first
			return fmt.Errorf("trainer: metric %s: target %g of example %d is no class from 0 to %d", metric, v, i, b.classes-1)
		}
	}
	return nil
}

// readMore is read of a mini-batch that follows others of a number of classes; 0: it is the first.
func (b *classified) readMore(metric string, mean, target *tensor.Dense, classes int) error {
	if err := b.read(metric, mean, target); err != nil {
		return err
	}
	if classes != 0 && b.classes != classes {
		return fmt.Errorf("trainer: metric %s: %d classes after mini-batches of %d", metric, b.classes, classes)
	}
	return nil
}

// label is the true class of an example.
func (b *classified) label(i int) int { return int(b.targets.at(i)) }

// predicted is the class of an example as Accuracy and BinaryAccuracy have it, the first
// of several with the same probability, with its probability.
func (b *classified) predicted(i int) (class int, p float64) {
	if b.single {
		if p = b.outputs.at(i); p > 0.5 {
			return 1, p
		}
		return 0, 1 - p
	}
	first := i * b.c
	p = b.outputs.at(first)
	for j := 1; j < b.c; j++ {
		if v := b.outputs.at(first + j); v > p {
			class, p = j, v
		}
	}
	return class, p
}

// probability is that of a class of an example.
func (b *classified) probability(i, class int) float64 {
	switch {
	case !b.single:
		return b.outputs.at(i*b.c + class)
	case class == 1:
		return b.outputs.at(i)
	}
	return 1 - b.outputs.at(i)
}

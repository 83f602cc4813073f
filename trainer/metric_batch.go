package trainer

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// scored is one mini-batch as the metrics of this package read it: copied to float64,
// which changes neither the values nor their order, into memory that is kept.
type scored struct {
	n, c int       // examples, outputs of each
	mean []float64 // n×c
	y    []float64 // n labels, or n×c values
	rows bool      // y are n×c values
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
	var ok, also bool
	s.mean, ok = inFloat64(s.mean, mean)
	s.y, also = inFloat64(s.y, target)
	if !ok || !also {
		return fmt.Errorf("trainer: metric %s: predictions of %v and targets of %v: want floats", metric, mean.Dtype(), target.Dtype())
	}
	return nil
}

// inFloat64 copies a tensor of floats to the memory of to.
func inFloat64(to []float64, t *tensor.Dense) (_ []float64, ok bool) {
	to = to[:0]
	switch t.Dtype() {
	case graph.Float64:
		return append(to, t.Float64s()...), true
	case graph.Float32:
		for _, v := range t.Float32s() {
			to = append(to, float64(v))
		}
		return to, true
	}
	return to, false
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
	for i, v := range b.y {
		if v != math.Trunc(v) || v < 0 || v >= float64(b.classes) { // NaN is the first
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
func (b *classified) label(i int) int { return int(b.y[i]) }

// predicted is the class of an example as Accuracy and BinaryAccuracy have it, the first
// of several with the same probability, with its probability.
func (b *classified) predicted(i int) (class int, p float64) {
	if b.single {
		if v := b.mean[i]; v > 0.5 {
			return 1, v
		}
		return 0, 1 - b.mean[i]
	}
	row := b.mean[i*b.c : (i+1)*b.c]
	for j, v := range row {
		if v > row[class] {
			class = j
		}
	}
	return class, row[class]
}

// probability is that of a class of an example.
func (b *classified) probability(i, class int) float64 {
	switch {
	case !b.single:
		return b.mean[i*b.c+class]
	case class == 1:
		return b.mean[i]
	}
	return 1 - b.mean[i]
}

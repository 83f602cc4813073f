package trainer

import (
	"slices"

	"gorgonia.org/tensor"
)

// ClassMetric is a score of each class. Its Value is their macro average: the mean over
// the classes, each with the same weight however many examples it has. Classes whose
// score is not defined, which is NaN, are left out of the mean, as scikit-learn does with
// zero_division=nan; the mean is NaN if no class has a score. Higher is better.
//
// A model that never predicts a class raises its macro precision by that. F1 tells: the
// class counts there as 0.
//
// It takes predictions and targets as [Confusion] does, and keeps three counts for each
// class.
type ClassMetric struct {
	name   string
	of     func(classCount) float64
	batch  classified
	counts []classCount // by class
}

// classCount is, of a class, the examples that were rightly taken for it, all its examples,
// and all that were taken for it.
type classCount struct{ right, examples, predicted int }

var _ Metric = (*ClassMetric)(nil)

// Precision is, for a class, the fraction of the examples taken for it that are of it:
// NaN if none was taken for it.
func Precision() *ClassMetric { return &ClassMetric{name: "precision", of: classCount.precision} }

// Recall is, for a class, the fraction of its examples that were taken for it: NaN if it
// has none.
func Recall() *ClassMetric { return &ClassMetric{name: "recall", of: classCount.recall} }

// F1 is, for a class, the harmonic mean of precision and recall, as
// 2·right/(examples + taken for it): 0 if it has examples and none was found, NaN if it
// has none and none was taken for it.
func F1() *ClassMetric { return &ClassMetric{name: "f1", of: classCount.f1} }

func (c classCount) precision() float64 { return float64(c.right) / float64(c.predicted) }
func (c classCount) recall() float64    { return float64(c.right) / float64(c.examples) }
func (c classCount) f1() float64        { return 2 * float64(c.right) / float64(c.examples+c.predicted) }

func (m *ClassMetric) Name() string         { return m.name }
func (m *ClassMetric) HigherIsBetter() bool { return true }
func (m *ClassMetric) Reset()               { m.counts = m.counts[:0] }

// Add counts a mini-batch. It fails as that of Confusion does.
func (m *ClassMetric) Add(mean, target *tensor.Dense) error {
	if err := m.batch.readMore(m.name, mean, target, len(m.counts)); err != nil {
		return err
	}
	if c := m.batch.classes; len(m.counts) == 0 {
		m.counts = slices.Grow(m.counts, c)[:c]
		clear(m.counts)
	}
	for i := range m.batch.n {
		truth := m.batch.label(i)
		predicted, _ := m.batch.predicted(i)
		m.counts[truth].examples++
		m.counts[predicted].predicted++
		if truth == predicted {
			m.counts[truth].right++
		}
	}
	return nil
}

// Value is the mean over the classes whose score is defined.
func (m *ClassMetric) Value() float64 {
	sum, n := 0.0, 0
	for _, v := range m.PerClass() {
		if v == v {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// PerClass is the score of each class, by its number.
func (m *ClassMetric) PerClass() []float64 { return eachClass(m.counts, m.of) }

// Examples is the number of examples of each class, by its number.
func (m *ClassMetric) Examples() []int {
	list := make([]int, len(m.counts))
	for i, c := range m.counts {
		list[i] = c.examples
	}
	return list
}

func eachClass(counts []classCount, of func(classCount) float64) []float64 {
	list := make([]float64, len(counts))
	for i, c := range counts {
		list[i] = of(c)
	}
	return list
}

package trainer

import "gorgonia.org/tensor"

// ClassMetric is a score of each class. Its Value is their macro average: the mean over
// the classes, each with the same weight however many examples it has. Classes whose
// score is not defined, which is NaN, are left out of the mean, as scikit-learn does with
// zero_division=nan; the mean is NaN if no class has a score. Higher is better.
//
// A model that never predicts a class raises its macro precision by that. F1 tells: the
// class counts there as 0.
type ClassMetric struct {
	name      string
	of        func(*Confusion) []float64
	confusion Confusion
}

var _ Metric = (*ClassMetric)(nil)

// Precision is, for a class, the fraction of the examples taken for it that are of it:
// NaN if none was taken for it. For predictions and targets as [Confusion] takes them.
func Precision() *ClassMetric { return &ClassMetric{name: "precision", of: (*Confusion).Precision} }

// Recall is, for a class, the fraction of its examples that were taken for it: NaN if it
// has none. For predictions and targets as [Confusion] takes them.
func Recall() *ClassMetric { return &ClassMetric{name: "recall", of: (*Confusion).Recall} }

// F1 is, for a class, the harmonic mean of precision and recall: 0 if it has examples and
// none was found, NaN if it has none and none was taken for it. For predictions and
// targets as [Confusion] takes them.
func F1() *ClassMetric { return &ClassMetric{name: "f1", of: (*Confusion).F1} }

func (m *ClassMetric) Name() string         { return m.name }
func (m *ClassMetric) HigherIsBetter() bool { return true }
func (m *ClassMetric) Reset()               { m.confusion.Reset() }

// Add counts a mini-batch. It fails as that of Confusion does.
func (m *ClassMetric) Add(mean, target *tensor.Dense) error {
	return m.confusion.add(m.name, mean, target)
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
func (m *ClassMetric) PerClass() []float64 { return m.of(&m.confusion) }

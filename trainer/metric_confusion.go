package trainer

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Confusion counts which class the examples of each class were taken for. It takes what
// a classifier gives: N×C probabilities of softmax with N labels, or N×1 of one sigmoid
// unit with N×1 zeros and ones, which has the classes 0 and 1. The predicted class is
// that of [Accuracy] and [BinaryAccuracy]: of several with the same output the first, and
// class 0 where all outputs are NaN.
//
// As a Metric it is the fraction of examples on the diagonal, which is the accuracy,
// under a name of its own. It keeps C² counts of 8 bytes each: 8 MB for 1,000 classes.
// The zero value is ready to use.
type Confusion struct {
	batch   classified
	classes int
	counts  []int // classes×classes, a row for each true class
}

var _ Metric = (*Confusion)(nil)

func (m *Confusion) Name() string         { return "confusion_accuracy" }
func (m *Confusion) HigherIsBetter() bool { return true }

// Reset sets all counts to 0, and forgets the number of classes.
func (m *Confusion) Reset() {
	m.counts, m.classes = m.counts[:0], 0
}

// Add counts a mini-batch. It fails, and counts nothing, if the mini-batch is not of a
// classifier or has another number of classes than those before it.
func (m *Confusion) Add(mean, target *tensor.Dense) error { return m.add(m.Name(), mean, target) }

func (m *Confusion) add(metric string, mean, target *tensor.Dense) error {
	if err := m.batch.read(metric, mean, target); err != nil {
		return err
	}
	if c := m.batch.classes; m.classes == 0 {
		m.classes = c
		m.counts = slices.Grow(m.counts[:0], c*c)[:c*c]
		clear(m.counts)
	} else if c != m.classes {
		return fmt.Errorf("trainer: metric %s: %d classes after mini-batches of %d", metric, c, m.classes)
	}
	for i := range m.batch.n {
		predicted, _ := m.batch.predicted(i)
		m.counts[m.batch.label(i)*m.classes+predicted]++
	}
	return nil
}

// Value is the fraction of examples whose predicted class is the true one; NaN without examples.
func (m *Confusion) Value() float64 {
	right, n := 0, 0
	for i, count := range m.counts {
		n += count
		if i/m.classes == i%m.classes {
			right += count
		}
	}
	return float64(right) / float64(n)
}

// Classes is the number of classes; 0 before the first mini-batch.
func (m *Confusion) Classes() int { return m.classes }

// Count is the number of examples of a true class that were taken for a predicted one.
func (m *Confusion) Count(truth, predicted int) int { return m.counts[truth*m.classes+predicted] }

// Matrix copies the counts: a row for each true class, with a column for each predicted one.
func (m *Confusion) Matrix() [][]int {
	rows := make([][]int, m.classes)
	for i := range rows {
		rows[i] = slices.Clone(m.counts[i*m.classes : (i+1)*m.classes])
	}
	return rows
}

// margins are, of a class, the examples that were rightly taken for it, all its examples, and all that were taken for it.
func (m *Confusion) margins(class int) (right, examples, predicted int) {
	for other := range m.classes {
		examples += m.Count(class, other)
		predicted += m.Count(other, class)
	}
	return m.Count(class, class), examples, predicted
}

// Precision is, for each class, the fraction of the examples taken for it that are of it:
// NaN for a class that no example was taken for.
func (m *Confusion) Precision() []float64 {
	return m.perClass(func(right, _, predicted int) float64 { return float64(right) / float64(predicted) })
}

// Recall is, for each class, the fraction of its examples that were taken for it: NaN for
// a class without examples.
func (m *Confusion) Recall() []float64 {
	return m.perClass(func(right, examples, _ int) float64 { return float64(right) / float64(examples) })
}

// F1 is, for each class, the harmonic mean of precision and recall, as
// 2·right/(examples + predicted): 0 for a class that has examples of which none was
// found, NaN for a class that has no examples and that none was taken for.
func (m *Confusion) F1() []float64 {
	return m.perClass(func(right, examples, predicted int) float64 { return 2 * float64(right) / float64(examples+predicted) })
}

func (m *Confusion) perClass(f func(right, examples, predicted int) float64) []float64 {
	values := make([]float64, m.classes)
	for class := range values {
		values[class] = f(m.margins(class))
	}
	return values
}

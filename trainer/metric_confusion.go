package trainer

import (
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
func (m *Confusion) Reset() { m.counts, m.classes = m.counts[:0], 0 }

// Add counts a mini-batch. It fails, and counts nothing, if the mini-batch is not of a
// classifier or has another number of classes than those before it.
func (m *Confusion) Add(mean, target *tensor.Dense) error {
	if err := m.batch.readMore(m.Name(), mean, target, m.classes); err != nil {
		return err
	}
	if c := m.batch.classes; m.classes == 0 {
		m.classes = c
		m.counts = slices.Grow(m.counts[:0], c*c)[:c*c]
		clear(m.counts)
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

// Precision is that of [Precision] for each class, by its number.
func (m *Confusion) Precision() []float64 { return eachClass(m.margins(), classCount.precision) }

// Recall is that of [Recall] for each class, by its number.
func (m *Confusion) Recall() []float64 { return eachClass(m.margins(), classCount.recall) }

// F1 is that of [F1] for each class, by its number.
func (m *Confusion) F1() []float64 { return eachClass(m.margins(), classCount.f1) }

// margins are the sums of rows and columns, and the diagonal.
func (m *Confusion) margins() []classCount {
	list := make([]classCount, m.classes)
	for i, count := range m.counts {
		truth, predicted := i/m.classes, i%m.classes
		list[truth].examples += count
		list[predicted].predicted += count
		if truth == predicted {
			list[truth].right = count
		}
	}
	return list
}

package trainer

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// ROCAUC is the area under the receiver operating characteristic of two classes,
// "roc_auc": the probability that an example of class 1 has a greater probability of
// class 1 than an example of class 0 has, of which ties count half (Mann and Whitney
// 1947, Hanley and McNeil 1982). It is for softmax over two classes with N labels, and
// for one sigmoid unit with N×1 zeros and ones. Higher is better; ½ is chance.
//
// It is NaN where one of the classes has no example, and where a probability is NaN.
//
// It needs all probabilities together: it keeps 16 bytes for each example of an
// evaluation, and sorts them when it is asked for its value.
func ROCAUC() Metric { return &rocAUC{} }

type rocAUC struct {
	batch classified
	list  []ranked
}

type ranked struct {
	p        float64 // of class 1
	positive bool    // is of class 1
}

var _ Metric = (*rocAUC)(nil)

func (m *rocAUC) Name() string         { return "roc_auc" }
func (m *rocAUC) HigherIsBetter() bool { return true }
func (m *rocAUC) Reset()               { m.list = m.list[:0] }

func (m *rocAUC) Add(mean, target *tensor.Dense) error {
	if err := m.batch.read(m.Name(), mean, target); err != nil {
		return err
	}
	if m.batch.classes != 2 {
		return fmt.Errorf("trainer: metric %s: %d classes: it is defined for two", m.Name(), m.batch.classes)
	}
	for i := range m.batch.n {
		m.list = append(m.list, ranked{m.batch.probability(i, 1), m.batch.label(i) == 1})
	}
	return nil
}

// Value counts the pairs of an example of class 1 and one of class 0 in the right order.
// The count is of halves and exact: twice the count is an integer, below 2⁵³ up to
// 134 million examples.
func (m *rocAUC) Value() float64 {
	slices.SortFunc(m.list, func(a, b ranked) int { return cmp.Compare(a.p, b.p) }) // NaN first
	if len(m.list) == 0 || math.IsNaN(m.list[0].p) {
		return math.NaN()
	}
	var positives, negatives, doubled float64
	for i := 0; i < len(m.list); {
		first, tied := i, 0.0 // of class 1 among the ties
		for ; i < len(m.list) && m.list[i].p == m.list[first].p; i++ {
			if m.list[i].positive {
				tied++
			}
		}
		others := float64(i-first) - tied
		doubled += tied * (2*negatives + others)
		positives, negatives = positives+tied, negatives+others
	}
	return doubled / (2 * positives * negatives) // 0/0 of one class alone
}

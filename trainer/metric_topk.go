package trainer

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"
)

// TopK is the fraction of examples whose label is among the k classes with the largest
// outputs: "top5_accuracy" for k = 5. Of equal outputs the class of the lower number
// comes first, so that TopK(1) is Accuracy. With k classes or fewer it is 1. It is for
// softmax models; an example whose label has an output that is NaN is a miss.
func TopK(k int) Metric { return &topK{k: k} }

type topK struct {
	k       int
	batch   classified
	hits, n int
}

var _ Metric = (*topK)(nil)

func (m *topK) Name() string         { return fmt.Sprintf("top%d_accuracy", m.k) }
func (m *topK) HigherIsBetter() bool { return true }
func (m *topK) Reset()               { m.hits, m.n = 0, 0 }
func (m *topK) Value() float64       { return float64(m.hits) / float64(m.n) }

func (m *topK) Add(mean, target *tensor.Dense) error {
	if m.k < 1 {
		return fmt.Errorf("trainer: metric %s: k is %d: want 1 or more", m.Name(), m.k)
	}
	if err := m.batch.read(m.Name(), mean, target); err != nil {
		return err
	}
	if m.batch.single {
		return errors.New("trainer: metric " + m.Name() + ": one sigmoid unit has two classes, and no ranking of them: take BinaryAccuracy")
	}
	for i := range m.batch.n {
		label, before := m.batch.label(i), 0
		own := m.batch.probability(i, label)
		if own != own {
			continue
		}
		for j := range m.batch.c {
			if p := m.batch.probability(i, j); p > own || p == own && j < label {
				before++
			}
		}
		if before < m.k {
			m.hits++
		}
	}
	m.n += m.batch.n
	return nil
}

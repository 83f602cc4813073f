package trainer

import (
	"math"

	"gorgonia.org/tensor"
)

// CalibrationBins is the number of bins of Guo et al. 2017.
const CalibrationBins = 15

// Calibration compares how certain a classifier is with how often it is right. Confidence
// is the probability of the predicted class. M bins of equal width take the examples:
// bin m those whose confidence is in ((m−1)/M, m/M], and the first also 0. The expected
// calibration error is
//
//	ECE = Σₘ (nₘ/N)·|accuracy of bin m − mean confidence of bin m|
//
// (Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017, eq. 3),
// from 0, which is best, to 1. It is for predictions and targets as [Confusion] takes
// them. It is NaN without examples, and where a confidence is NaN.
type Calibration struct {
	batch classified
	bins  []confidenceBin
	nan   bool
}

type confidenceBin struct {
	n, right   int
	confidence float64 // sum
}

// CalibrationBin is the examples whose confidence is above Low and at most High.
type CalibrationBin struct {
	Low, High  float64
	Examples   int
	Confidence float64 // mean; NaN without examples
	Accuracy   float64 // fraction of Examples that are right; NaN without examples
}

var _ Metric = (*Calibration)(nil)

// CalibrationError is a Calibration of a number of bins, under the name
// "calibration_error"; of [CalibrationBins] if bins is below 1.
func CalibrationError(bins int) *Calibration {
	if bins < 1 {
		bins = CalibrationBins
	}
	return &Calibration{bins: make([]confidenceBin, bins)}
}

func (m *Calibration) Name() string         { return "calibration_error" }
func (m *Calibration) HigherIsBetter() bool { return false }

func (m *Calibration) Reset() {
	clear(m.bins)
	m.nan = false
}

func (m *Calibration) Add(mean, target *tensor.Dense) error {
	if len(m.bins) == 0 { // the zero value
		m.bins = make([]confidenceBin, CalibrationBins)
	}
	if err := m.batch.read(m.Name(), mean, target); err != nil {
		return err
	}
	for i := range m.batch.n {
		class, p := m.batch.predicted(i)
		if math.IsNaN(p) {
			m.nan = true
			continue
		}
		bin := &m.bins[m.bin(p)]
		bin.n++
		bin.confidence += p
		if class == m.batch.label(i) {
			bin.right++
		}
	}
	return nil
}

// edge is the lower end of a bin. The bins meet exactly there.
func (m *Calibration) edge(bin int) float64 { return float64(bin) / float64(len(m.bins)) }

// bin is the bin of a confidence. The product is rounded, so the edges decide.
func (m *Calibration) bin(p float64) int {
	last := len(m.bins) - 1
	i := int(min(max(p*float64(len(m.bins)), 0), float64(last)))
	for i > 0 && p <= m.edge(i) {
		i--
	}
	for i < last && p > m.edge(i+1) {
		i++
	}
	return i
}

// Value is the expected calibration error.
func (m *Calibration) Value() float64 {
	if m.nan {
		return math.NaN()
	}
	sum, n := 0.0, 0
	for _, bin := range m.bins {
		sum += math.Abs(float64(bin.right) - bin.confidence)
		n += bin.n
	}
	return sum / float64(n)
}

// Bins are the bins from the lowest confidence on, the empty ones included.
func (m *Calibration) Bins() []CalibrationBin {
	list := make([]CalibrationBin, len(m.bins))
	for i, bin := range m.bins {
		n := float64(bin.n)
		list[i] = CalibrationBin{m.edge(i), m.edge(i + 1), bin.n, bin.confidence / n, float64(bin.right) / n}
	}
	return list
}

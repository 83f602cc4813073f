package trainer

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// ValueMetric is a score of each value that a regression predicts, over targets N×C and
// predictions N×C. Its Value is the mean over the values of a target; NaN without
// examples. Errors are in the units of the targets as the model has them: where those were standardised,
// the error of a value times its deviation is in the units of the data.
type ValueMetric struct {
	name    string
	higher  bool
	of      func(*valueSums) (v float64, defined bool)
	batch   scored
	columns []valueSums
}

// valueSums is what is known of one value. Mean and spread of the targets are updated
// example by example (Welford 1962), for a mean far from 0 to cost no digits.
type valueSums struct {
	n                 float64
	mean, spread      float64 // of targets; Σ(y − mean)²
	squares, absolute float64 // Σ(z − y)², Σ|z − y|
}

var _ Metric = (*ValueMetric)(nil)

// R2 is the coefficient of determination, "r2": 1 − Σ(z − y)²/Σ(y − ȳ)², over the
// examples of an evaluation with ȳ the mean of their own targets. 1 is best, 0 is what
// predicting ȳ has, and there is no worst. It is NaN for a value whose targets are all
// the same, which leave nothing to explain, and so for a single example. Such a value is
// left out of the mean over the values, which is NaN if all are such. Higher is better.
func R2() *ValueMetric {
	return &ValueMetric{name: "r2", higher: true, of: func(s *valueSums) (float64, bool) {
		if s.spread == 0 {
			return math.NaN(), false
		}
		return 1 - s.squares/s.spread, true
	}}
}

// MAE is the mean absolute error, "mae": the mean of |z − y|. Lower is better.
func MAE() *ValueMetric {
	return &ValueMetric{name: "mae", of: func(s *valueSums) (float64, bool) { return s.absolute / s.n, true }}
}

// RMSE is the root mean squared error, "rmse": √ of the mean of (z − y)². Of several
// values in a target each has a root of its own. Lower is better.
func RMSE() *ValueMetric {
	return &ValueMetric{name: "rmse", of: func(s *valueSums) (float64, bool) { return math.Sqrt(s.squares / s.n), true }}
}

func (m *ValueMetric) Name() string         { return m.name }
func (m *ValueMetric) HigherIsBetter() bool { return m.higher }
func (m *ValueMetric) Reset()               { m.columns = m.columns[:0] }

// Add takes a mini-batch. It fails if targets are not N×C, or if C is not that of the
// mini-batches before.
func (m *ValueMetric) Add(mean, target *tensor.Dense) error {
	if err := m.batch.read(m.name, mean, target); err != nil {
		return err
	}
	if !m.batch.rows {
		return fmt.Errorf("trainer: metric %s: no score for targets of shape %v and predictions of shape %v", m.name, target.Shape(), mean.Shape())
	}
	c := m.batch.c
	if len(m.columns) == 0 {
		m.columns = append(m.columns, make([]valueSums, c)...)
	} else if len(m.columns) != c {
		return fmt.Errorf("trainer: metric %s: %d values in a target after mini-batches of %d", m.name, c, len(m.columns))
	}
	for i := range m.batch.n * c {
		s, y := &m.columns[i%c], m.batch.targets.at(i)
		s.n++
		d := y - s.mean
		s.mean += d / s.n
		s.spread += d * (y - s.mean)
		r := m.batch.outputs.at(i) - y
		s.squares += r * r
		s.absolute += math.Abs(r)
	}
	return nil
}

// Value is the mean of the scores of the values that have one.
func (m *ValueMetric) Value() float64 {
	sum, n := 0.0, 0
	for i := range m.columns {
		if v, defined := m.of(&m.columns[i]); defined {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// PerValue is the score of each value of a target, in their order.
func (m *ValueMetric) PerValue() []float64 {
	list := make([]float64, len(m.columns))
	for i := range m.columns {
		list[i], _ = m.of(&m.columns[i])
	}
	return list
}

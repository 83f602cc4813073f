package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Check returns an error if the assessment says what none can: it has been edited, or is
// damaged in a way that leaves JSON. What shows an assessment can rely on it: the
// confusions are square, the classes theirs, pictures have as many pixels as their shape
// says, and no text moves a terminal's cursor.
func (a *Assessment) Check() error {
	if a.Part != "test" && a.Part != "validation" {
		return fmt.Errorf("part is %.40q", a.Part)
	}
	for _, m := range a.Metrics {
		if _, stated := a.HigherIsBetter[m.Name]; !stated {
			return fmt.Errorf("higher_is_better does not have the metric %.40q", m.Name)
		}
		if err := checkMetric(m); err != nil {
			return err
		}
	}
	for _, text := range a.Notes {
		if err := checkText("a note", text); err != nil {
			return err
		}
	}
	if err := a.checkClasses(); err != nil {
		return err
	}
	for i, b := range a.Calibration {
		if err := b.check(a.Calibration[:i]); err != nil {
			return fmt.Errorf("calibration, bin %d: %w", i, err)
		}
	}
	for i := range a.Examples {
		if err := a.Examples[i].check(); err != nil {
			return fmt.Errorf("example %d: %w", i, err)
		}
	}
	return nil
}

// checkMetric holds a metric to the range that its name tells.
func checkMetric(m Field[Number]) error {
	if err := checkText("a metric's name", m.Name); err != nil {
		return err
	}
	name, _, _ := strings.Cut(m.Name, " of ")
	low, high := math.Inf(-1), math.Inf(1)
	switch {
	case name == "r2":
		high = 1
	case name == "mae", name == "rmse":
		low = 0
	case strings.HasSuffix(name, "accuracy"), slices.Contains([]string{"precision", "recall", "f1", "roc_auc", "calibration_error"}, name):
		low, high = 0, 1
	}
	if v := float64(m.Value); v < low || v > high {
		return fmt.Errorf("%.40s is %g", m.Name, v)
	}
	return nil
}

func checkText(what, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%s is %.40q", what, text)
	}
	return nil
}

// part says whether a number is from 0 to 1, or was not measured.
func part(v Number) bool { return v >= 0 && v <= 1 || v != v }

func (a *Assessment) checkClasses() error {
	if n := max(len(a.Classes), len(a.Confusion)); n > MostClasses {
		return fmt.Errorf("%d classes, which are told of up to %d", n, MostClasses)
	}
	for i, c := range a.Classes {
		if err := checkText(fmt.Sprintf("class %d", i), c.Name); err != nil {
			return err
		}
		if c.Examples < 0 || !part(c.Precision) || !part(c.Recall) || !part(c.F1) {
			return fmt.Errorf("class %.40q has precision %g, recall %g and F1 %g, of %d examples",
				c.Name, float64(c.Precision), float64(c.Recall), float64(c.F1), c.Examples)
		}
	}
	if len(a.Confusion) > 0 && len(a.Classes) != len(a.Confusion) {
		return fmt.Errorf("confusions of %d classes, and %d classes", len(a.Confusion), len(a.Classes))
	}
	for i, row := range a.Confusion {
		if len(row) != len(a.Confusion) {
			return fmt.Errorf("confusions of %d classes: row %d has %d", len(a.Confusion), i, len(row))
		}
		sum := 0
		for _, n := range row {
			if n < 0 || n > a.Classes[i].Examples-sum { // sums that overflow are refused with the others
				return fmt.Errorf("confusions: row %d has the count %d, of %d examples", i, n, a.Classes[i].Examples)
			}
			sum += n
		}
		if sum != a.Classes[i].Examples {
			return fmt.Errorf("confusions: row %d has %d of %d examples", i, sum, a.Classes[i].Examples)
		}
	}
	return nil
}

// check holds a bin to follow those before it.
func (b *CalibrationBin) check(before []CalibrationBin) error {
	least := Number(0)
	if n := len(before); n > 0 {
		least = before[n-1].High
	}
	measured := b.Confidence == b.Confidence && b.Accuracy == b.Accuracy
	switch {
	case !(b.Low >= least && b.Low < b.High && b.High <= 1):
		return fmt.Errorf("it is from %g to %g, after %g", float64(b.Low), float64(b.High), float64(least))
	case b.Examples < 0 || (b.Examples > 0) != measured || !part(b.Confidence) || !part(b.Accuracy):
		return fmt.Errorf("confidence %g and accuracy %g, of %d examples", float64(b.Confidence), float64(b.Accuracy), b.Examples)
	}
	return nil
}

func (e *Example) check() error {
	values := 1
	for _, n := range e.Shape {
		if n < 1 || n > len(e.Input)/values { // the product stays within the inputs, and cannot overflow
			return fmt.Errorf("%d values of shape %.40s", len(e.Input), fmt.Sprint(e.Shape))
		}
		values *= n
	}
	switch {
	case len(e.Shape) == 0 || values != len(e.Input):
		return fmt.Errorf("%d values of shape %.40s", len(e.Input), fmt.Sprint(e.Shape))
	case e.Index < 0:
		return fmt.Errorf("index is %d", e.Index)
	case !part(e.Probability):
		return fmt.Errorf("probability is %g", float64(e.Probability))
	case !e.Finite():
		return errors.New("a value is not finite")
	}
	if err := checkText("truth", e.Truth); err != nil {
		return err
	}
	if err := checkText("predicted", e.Predicted); err != nil {
		return err
	}
	if !e.Image {
		return nil
	}
	if n := len(e.Output); n > 0 && n != len(e.Input) {
		return fmt.Errorf("an output of %d pixels for %d", n, len(e.Input))
	}
	for _, v := range e.Input {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("a pixel is %g", v)
		}
	}
	return nil
}

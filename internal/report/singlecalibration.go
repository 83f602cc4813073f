package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gokfac/gokfac/internal/figures"
)

// calibrationTable holds the probabilities that the model gave to its answers
// against how often they were right. Bins without examples are left out.
func (s *Single) calibrationTable() (t table, note string) {
	t = table{Caption: "Calibration", Head: []string{"probability", "examples", "mean probability", "right"}}
	sum, examples := 0.0, 0
	for _, b := range s.Assessment.Calibration {
		if b.Examples == 0 {
			continue
		}
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("%s–%s %%", percent(float64(b.Low)), percent(float64(b.High))), strconv.Itoa(b.Examples), share(b.Confidence), share(b.Accuracy),
		})
		if gap := float64(b.Confidence - b.Accuracy); finite(gap) {
			sum += gap * float64(b.Examples)
			examples += b.Examples
		}
	}
	if examples == 0 {
		return t, ""
	}
	mean := sum / float64(examples)
	switch text := rates.text(math.Abs(mean)) + " percentage points"; {
	case math.Abs(mean) < 0.005:
		note = "On average, the model's answers are right about as often as their probabilities say."
	case mean > 0:
		note = fmt.Sprintf("On average, the model is too sure: its answers are right less often than their probabilities say, by %s.", text)
	default:
		note = fmt.Sprintf("On average, the model is not sure enough: its answers are right more often than their probabilities say, by %s.", text)
	}
	return t, note
}

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 0, 64) }

// reliability is the diagram of the same; nil if there is nothing to draw.
func (s *Single) reliability() *figures.Reliability {
	d := &figures.Reliability{Title: "Calibration"}
	examples := 0
	for _, b := range s.Assessment.Calibration {
		d.Bins = append(d.Bins, figures.ReliabilityBin{
			Low: float64(b.Low), High: float64(b.High), Examples: b.Examples, Confidence: float64(b.Confidence), Accuracy: float64(b.Accuracy),
		})
		examples = max(examples, b.Examples)
	}
	if examples == 0 {
		return nil
	}
	return d
}

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

// calibrationChart is nil if there is nothing to draw.
func (s *Single) calibrationChart() *figures.Chart {
	c := &figures.Chart{
		Title: "Calibration", Direct: true,
		X: figures.Axis{Label: "mean probability (%)", Percent: true}, Y: figures.Axis{Label: "right (%)", Percent: true, Min: 0, Max: 1},
	}
	model := figures.Series{Label: "model", Markers: true}
	low := 1.0
	for _, b := range s.Assessment.Calibration {
		if v := float64(b.Confidence); b.Examples > 0 && finite(v) {
			low = min(low, v)
			model.Points = append(model.Points, figures.Point{X: v, Y: float64(b.Accuracy)})
		}
	}
	if len(model.Points) == 0 {
		return nil
	}
	c.X.Min, c.X.Max = max(0, min(low-0.02, 0.9)), 1.001
	c.Series = []figures.Series{model, {Label: "ideal", Style: 3, Points: []figures.Point{{X: c.X.Min, Y: c.X.Min}, {X: 1, Y: 1}}}}
	return c
}

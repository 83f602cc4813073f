package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"github.com/gokfac/gokfac/internal/results"
)

// mostExamples is the greatest number of examples on a page, mostFeatures that of
// values of one.
const (
	mostExamples = 60
	mostFeatures = 16
)

// examples are some for a person to look at.
type examples struct {
	Title, Note string
	Pictures    []examplePicture // nil: they are no pictures
	Table       table
}

// examplePicture is one, with its reconstruction where there is one.
type examplePicture struct {
	Caption       string
	Input, Output template.URL
}

// examples is nil if there are none.
func (s *Single) examples() *examples {
	list := s.Assessment.Examples
	if len(list) == 0 {
		return nil
	}
	e := &examples{Title: "Misclassified examples", Note: "Those of which the model was most certain."}
	switch {
	case len(s.Run.Targets) > 0:
		e.Title, e.Note = "Predicted values", "Those that the model misses furthest, in the targets' own units."
	case reconstructed(list):
		e.Title, e.Note = "Reconstructed examples", "Each example with what the model made of it."
	}
	if len(list) > mostExamples {
		e.Note += fmt.Sprintf(" The first %d of %d.", mostExamples, len(list))
		list = list[:mostExamples]
	}
	rows := list[:0:0]
	for i := range list {
		if p, ok := pictured(&list[i]); ok {
			e.Pictures = append(e.Pictures, p)
			continue
		}
		rows = append(rows, list[i])
	}
	e.Table = exampleTable(rows)
	return e
}

// reconstructed tells examples that have outputs of the inputs' kind.
func reconstructed(list []results.Example) bool {
	for i := range list {
		if ex := &list[i]; len(ex.Output) == 0 || len(ex.Output) != len(ex.Input) || ex.Truth != "" {
			return false
		}
	}
	return true
}

// pictured is an example as a picture, if it is one.
func pictured(ex *results.Example) (p examplePicture, ok bool) {
	if !ex.Image {
		return p, false
	}
	if p.Input, ok = pixels(ex.Shape, ex.Input); !ok {
		return p, false
	}
	p.Output, _ = pixels(ex.Shape, ex.Output)
	p.Caption = fmt.Sprintf("#%d", ex.Index)
	if ex.Truth != "" || ex.Predicted != "" {
		p.Caption += fmt.Sprintf(": %s, predicted %s%s", shorten(ex.Truth, longest), shorten(ex.Predicted, longest), certainty(ex))
	}
	return p, true
}

// certainty is the probability of the predicted class, if there is one.
func certainty(ex *results.Example) string {
	if v := float64(ex.Probability); finite(v) && v > 0 {
		return fmt.Sprintf(" (%s %%)", strconv.FormatFloat(100*v, 'f', 1, 64))
	}
	return ""
}

// exampleTable has a row for each example, and one more for its reconstruction.
func exampleTable(list []results.Example) table {
	t := table{Caption: "Examples, with their values as the data have them", Head: []string{"number", "true", "predicted"}}
	largest := columnsOf(list)
	width := len(largest)
	for i := range min(width, mostFeatures) {
		t.Head = append(t.Head, "value "+strconv.Itoa(i+1))
	}
	if width > mostFeatures {
		t.Head = append(t.Head, "and more")
	}
	for i := range list {
		ex := &list[i]
		name := "#" + strconv.Itoa(ex.Index)
		same := len(ex.Output) > 0 && len(ex.Output) == len(ex.Input) && ex.Truth == ""
		predicted := shorten(ex.Predicted, longest) + certainty(ex)
		if ex.Predicted == "" && !same {
			predicted = valueList(ex.Output)
		}
		t.Rows = append(t.Rows, valueRow([]string{name, shorten(ex.Truth, longest), predicted}, ex.Input, largest))
		if same {
			t.Rows = append(t.Rows, valueRow([]string{name + ", reconstructed", "", ""}, ex.Output, largest))
		}
	}
	return t
}

// columnsOf are the largest magnitudes of each value among the examples.
func columnsOf(list []results.Example) (largest []float64) {
	for i := range list {
		for j, v := range list[i].Input {
			if j == len(largest) {
				largest = append(largest, 0)
			}
			if m := math.Abs(float64(v)); finite(m) {
				largest[j] = max(largest[j], m)
			}
		}
	}
	return largest
}

func valueRow(row []string, values []float32, largest []float64) []string {
	for i := range min(len(largest), mostFeatures) {
		text := ""
		if i < len(values) {
			text = exact(values[i], largest[i])
		}
		row = append(row, text)
	}
	if len(largest) > mostFeatures {
		row = append(row, fmt.Sprintf("%d more", max(0, len(values)-mostFeatures)))
	}
	return row
}

func valueList(values []float32) (text string) {
	for i, v := range values {
		if i > 0 {
			text += ", "
		}
		text += exact(v, 0)
	}
	return text
}

// exact is a value as a file would have it: to six digits, of the largest in its
// column if there is one. What is below them is the rounding of the scaling.
func exact(v float32, largest float64) string {
	switch {
	case math.IsNaN(float64(v)):
		return absent
	case math.Abs(float64(v)) < 1e-6*largest:
		return "0"
	}
	return strconv.FormatFloat(float64(v), 'g', 6, 64)
}

package report

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/internal/results"
)

// family is one metric on several parts of the data, which share a picture.
type family struct {
	name    score
	members []score
}

// families are in the order of the run's scores, the losses first.
func (s *Single) families() []family {
	list := []family{}
	for _, name := range s.scores() {
		metric, _ := name.split()
		known := false
		for i := range list {
			if list[i].name == metric {
				list[i].members = append(list[i].members, name)
				known = true
			}
		}
		if !known {
			list = append(list, family{metric, []score{name}})
		}
	}
	return list
}

// familyChart has a curve for each part of the data.
func (s *Single) familyChart(f family, x abscissa) *figures.Chart {
	c := &figures.Chart{
		Title: fmt.Sprintf("%s over %s", capital(f.name.axis()), x.noun), Direct: true,
		X: figures.Axis{Label: x.label}, Y: figures.Axis{Label: f.name.axis(), Percent: f.name.rate()},
	}
	if f.name.rate() {
		c.Y.Label += " (%)"
	}
	for i, name := range f.members {
		_, part := name.split()
		c.Series = append(c.Series, figures.Series{Label: part, Style: i + 1, Points: s.points(x, func(rec *results.Record) float64 {
			return f.name.charted(rec.Score(string(name)))
		})})
		if t := s.Run.Target; t != nil && score(t.Metric) == name {
			c.Lines = append(c.Lines, figures.Line{Y: f.name.charted(t.Value), Label: "target: " + goalWords(results.Goal{Metric: t.Metric, Value: t.Value})})
		}
	}
	higher, known := s.higher(f.name)
	c.Y.Log = (f.name.rate() || known && !higher) && positive(c.Series)
	return c
}

// points follow a value of the records. Those that are not finite are left out.
func (s *Single) points(x abscissa, value func(*results.Record) float64) (points []figures.Point) {
	for i := range s.Run.History {
		rec := &s.Run.History[i]
		if v := value(rec); finite(v) {
			at := x.of(results.Point{Step: rec.Step, Seconds: float64(rec.TrainSeconds)})
			points = append(points, figures.Point{X: at, Y: v})
		}
	}
	return points
}

func (s *Single) familyCaption(f family, x abscissa) string {
	text := capital(f.name.axis())
	if f.name.rate() {
		text += " (one minus " + f.name.words() + ")"
	}
	text += " over " + x.noun
	if s.logarithmic(f) {
		text += ", on a logarithmic scale"
	}
	text += "."
	if f.name == "loss" && len(f.members) > 1 {
		text += " The train loss is a mean over the steps since the evaluation before, with penalties and dropout."
	}
	return text
}

func (s *Single) logarithmic(f family) bool { return s.familyChart(f, bySteps).Y.Log }

func (s *Single) noCurves() string {
	if len(s.Run.History) == 0 {
		return "There are no curves, since the model was not evaluated."
	}
	return "There are no curves, since no evaluation has a finite loss or score."
}

// phaseChart has a curve for each part of a step: its time, as the mean over the
// steps since the record before.
func (s *Single) phaseChart() *figures.Chart {
	c := &figures.Chart{
		Title: "Time of a step", Direct: true, X: figures.Axis{Label: bySteps.label}, Y: figures.Axis{Label: "time of a step (ms)"},
	}
	style := map[string]int{}
	last := &results.Record{}
	for i := range s.Run.History {
		rec := &s.Run.History[i]
		for _, p := range rec.Phases {
			ms := 1000 * float64(p.Value) / float64(rec.Step-last.Step)
			n, known := style[p.Name]
			if !known {
				n = len(c.Series)
				style[p.Name] = n
				c.Series = append(c.Series, figures.Series{Label: p.Name, Style: n + 1})
			}
			if finite(ms) {
				c.Series[n].Points = append(c.Series[n].Points, figures.Point{X: float64(rec.Step), Y: ms})
			}
		}
		last = rec
	}
	return c
}

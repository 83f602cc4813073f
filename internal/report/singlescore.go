package report

import (
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// prefixes are of scores, and name the examples that they are of.
var prefixes = []struct{ prefix, part string }{
	{"test_", "test"}, {"validation_", "validation"}, {"train_subset_", "train subset"}, {"train_", "train"},
}

// split divides the name of a score into the metric and the examples that it is
// of. Scores without a prefix are of a part of the training examples.
func (s score) split() (metric score, part string) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(string(s), p.prefix); ok && rest != "" {
			return score(rest), p.part
		}
	}
	return s, "train subset"
}

// value writes a score, or that there is none.
func (s score) value(v float64) string {
	if !finite(v) {
		return absent
	}
	return s.quantity().median(results.Spread{Median: v})
}

// higher tells in which direction a score improves. Of a name that neither the
// assessment nor this package knows, nothing is guessed.
func (s *Single) higher(name score) (higher, known bool) {
	metric, _ := name.split()
	if s.Assessment != nil {
		for _, n := range []score{name, metric} {
			if higher, known := s.Assessment.HigherIsBetter[string(n)]; known {
				return higher, true
			}
		}
	}
	switch {
	case metric.rate():
		return true, true
	case strings.HasSuffix(string(metric), "loss"), strings.HasSuffix(string(metric), "error"):
		return false, true
	}
	return false, false
}

func (s *Single) direction(name score) string {
	switch higher, known := s.higher(name); {
	case !known:
		return absent
	case higher:
		return "higher is better"
	}
	return "lower is better"
}

// best is the record with the best value of a score; nil if there is none, or the
// direction is unknown.
func (s *Single) best(name score) (best *results.Record) {
	higher, known := s.higher(name)
	if !known {
		return nil
	}
	for i := range s.Run.History {
		rec := &s.Run.History[i]
		v := rec.Score(string(name))
		if !finite(v) {
			continue
		}
		if best == nil || v != best.Score(string(name)) && v > best.Score(string(name)) == higher {
			best = rec
		}
	}
	return best
}

// scores are the run's, the train loss first.
func (s *Single) scores() []score {
	list := []score{trainLoss}
	for _, f := range s.Run.Scores {
		list = append(list, score(f.Name))
	}
	return list
}

// main is the score that the run is judged by: the validation part's, the
// target's, or the first that is no loss.
func (s *Single) main() score {
	if metric, ok := s.Run.Best.Get("metric"); ok {
		return score(settingText(metric))
	}
	if t := s.Run.Target; t != nil {
		return score(t.Metric)
	}
	list := s.scores()
	for _, name := range list[1:] {
		if metric, _ := name.split(); metric != "loss" {
			return name
		}
	}
	return list[len(list)-1]
}

// scoreTable has a row for each score.
func (s *Single) scoreTable() table {
	t := table{Caption: "Scores", Head: []string{"", "direction", "first", "best", "at step", "last"}}
	kept, hasKept := s.Run.Best.Get("step")
	if hasKept {
		t.Head = append(t.Head, "at step "+settingText(kept))
	}
	for _, name := range s.scores() {
		first, best, at := absent, absent, absent
		if len(s.Run.History) > 0 {
			first = name.value(s.Run.History[0].Score(string(name)))
		}
		if rec := s.best(name); rec != nil {
			best, at = name.value(rec.Score(string(name))), fmt.Sprint(rec.Step)
		}
		row := []string{name.words(), s.direction(name), first, best, at, name.value(s.Run.Score(string(name)))}
		if hasKept {
			row = append(row, name.value(numberOf(s.Run.Best, string(name))))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (s *Single) scoresNote() string {
	note := "First, best and last are of the evaluations. The train loss is the mean over the steps since the evaluation before, each measured before its step, with penalties."
	if step, ok := s.Run.Best.Get("step"); ok {
		note += fmt.Sprintf(" Step %s has the best %s.", settingText(step), s.main().words())
	}
	for _, name := range s.scores() {
		if _, part := name.split(); part == "test" && s.best(name) != nil {
			return note + " The best of a test score was chosen by the test examples, so that new examples may score worse."
		}
	}
	return note
}

package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

func flag(name string) string { return "-" + strings.ReplaceAll(shorten(name, longest), "_", "-") }

// settingTables are the settings that are not the defaults, or else those that the
// command names; and all that was in force.
func (s *Single) settingTables() (different, all table, none string) {
	different = table{Caption: "Different from the defaults", Head: []string{"", "in force", "default"}}
	none = "Everything was as it is by default."
	if s.Defaults == nil {
		different = table{Caption: "Set by the command", Head: []string{"", "in force"}}
		none = "The command sets nothing of it."
	}
	all = table{Caption: "All that was in force", Head: []string{"", "in force"}}
	named := s.named()
	for _, field := range s.Run.Config {
		text := settingText(field.Value)
		all.Rows = append(all.Rows, []string{flag(field.Name), text})
		switch {
		case s.Defaults == nil && slices.Contains(named, field.Name):
			different.Rows = append(different.Rows, []string{flag(field.Name), text})
		case s.Defaults != nil:
			usual := absent
			if v, ok := s.Defaults.Get(field.Name); ok {
				usual = settingText(v)
			}
			if usual != text {
				different.Rows = append(different.Rows, []string{flag(field.Name), text, usual})
			}
		}
	}
	if len(s.Run.Config) == 0 {
		return table{}, table{}, "The run has no record of its settings."
	}
	all.Rows = append(all.Rows, []string{"parameters", strconv.Itoa(s.Run.Params)}, []string{"steps of an epoch", strconv.Itoa(s.Run.PerEpoch)})
	return different, all, none
}

// named are the settings that the run's command names.
func (s *Single) named() (list []string) {
	for _, word := range strings.Fields(s.Run.Command) {
		if name, dashed := strings.CutPrefix(word, "-"); dashed {
			name, _, _ = strings.Cut(strings.TrimPrefix(name, "-"), "=")
			list = append(list, strings.ReplaceAll(name, "-", "_"))
		}
	}
	return list
}

func (s *Single) environmentTable() table {
	t := table{Caption: "Machine, versions and data", Head: []string{"", "of the run"}}
	if e := s.Run.Environment; e != nil {
		for _, row := range environmentRows() {
			t.Rows = append(t.Rows, []string{row.name, orUnknown(row.of(*e))})
		}
		t.Rows = append(t.Rows, []string{"run began", orUnknown(e.Started)})
	}
	if s.Run.DataDigest != "" {
		t.Rows = append(t.Rows, []string{"digest of the data", s.Run.DataDigest})
	}
	return t
}

// mostRecords is the greatest number of rows of the table of evaluations.
const mostRecords = 200

// historyTable has a row for each evaluation, or for some of them.
func (s *Single) historyTable() table {
	n := len(s.Run.History)
	every := (n + mostRecords - 1) / mostRecords
	t := table{Caption: plural(n, "evaluation"), Head: []string{"step", "epoch", "seconds"}}
	if every > 1 {
		t.Caption = fmt.Sprintf("Every %dth of %d evaluations, and the last", every, n)
	}
	for _, name := range s.scores() {
		t.Head = append(t.Head, name.words())
	}
	for i := range s.Run.History {
		if i%max(every, 1) != 0 && i != n-1 {
			continue
		}
		rec := &s.Run.History[i]
		row := []string{strconv.Itoa(rec.Step), strconv.Itoa(rec.Epoch), scalar(float64(rec.TrainSeconds))}
		for _, name := range s.scores() {
			row = append(row, name.value(rec.Score(string(name))))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// targetTable is a regression's targets, whose losses are in units of their
// variance.
func (s *Single) targetTable() (t table, note string) {
	if len(s.Run.Targets) == 0 {
		return t, ""
	}
	t = table{Caption: "Targets in the training data, in their own units", Head: []string{"", "mean", "standard deviation"}}
	for i, target := range s.Run.Targets {
		name := target.Name
		if name == "" {
			name = "target " + strconv.Itoa(i+1)
		}
		t.Rows = append(t.Rows, []string{shorten(name, 60), scalar(float64(target.Mean)), scalar(float64(target.Deviation))})
	}
	note = "The model was trained on (value − mean) / standard deviation. Its loss is half the squared error in that unit, summed over the targets: ½ for each target that is always predicted as its mean."
	if mean, ok := s.rootMeanSquare(); ok {
		note += fmt.Sprintf(" The last test loss, %s, is a root mean square error of %s in the unit of the target.", losses.median(results.Spread{Median: s.Run.Score("test_loss")}), scalar(mean))
	}
	return t, note
}

// rootMeanSquare is that of the test part's errors, in the unit of the only target.
func (s *Single) rootMeanSquare() (v float64, ok bool) {
	loss := s.Run.Score("test_loss")
	if len(s.Run.Targets) != 1 || !(loss >= 0) {
		return 0, false
	}
	v = float64(s.Run.Targets[0].Deviation) * math.Sqrt(2*loss)
	return v, finite(v)
}

package report

import (
	"encoding/json"

	"github.com/gokfac/gokfac/internal/results"
)

// Summary is what comparison.json holds: the numbers of the tables. Numbers that
// are not finite are null: a median or end of a range that a run did not reach
// or diverged before, and a ratio of such.
type Summary struct {
	Version int            `json:"version"` // 1
	Title   string         `json:"title"`
	Command string         `json:"command"`
	Scores  []string       `json:"scores"` // the main one first
	Goals   []results.Goal `json:"goals"`  // the easiest first
	Verdict []string       `json:"verdict"`
	Groups  []GroupSummary `json:"groups"`
}

// GroupSummary is a group's part of a [Summary].
type GroupSummary struct {
	Label         string                  `json:"label"`
	Optimizer     string                  `json:"optimizer"`
	Baseline      bool                    `json:"baseline"` // not K-FAC
	BatchSize     int                     `json:"batch_size"`
	Seeds         []uint64                `json:"seeds"` // of its runs
	Diverged      int                     `json:"diverged"`
	Reach         []ReachSummary          `json:"reach"` // by goal
	Steps         Spread                  `json:"steps"` // of whole runs, as the seconds
	Seconds       Spread                  `json:"seconds"`
	MillisPerStep Spread                  `json:"ms_per_step"`
	PhaseMillis   results.Fields[float64] `json:"phase_ms"` // of a step, by part
	Final         results.Fields[Spread]  `json:"final"`    // scores at the end of the runs
}

// ReachSummary tells when a group reached a goal.
type ReachSummary struct {
	Metric       string         `json:"metric"`
	Value        float64        `json:"value"`
	Reached      int            `json:"reached"` // runs, of those in of
	Of           int            `json:"of"`
	Steps        Spread         `json:"steps"`
	Epochs       Spread         `json:"epochs"`
	Seconds      Spread         `json:"seconds"`
	StepsRatio   results.Number `json:"steps_ratio"` // of medians, against the best baseline's
	SecondsRatio results.Number `json:"seconds_ratio"`
}

// Spread is a median with its range.
type Spread struct {
	Median results.Number `json:"median"`
	Low    results.Number `json:"low"`
	High   results.Number `json:"high"`
}

func spread(s results.Spread) Spread {
	return Spread{results.Number(s.Median), results.Number(s.Low), results.Number(s.High)}
}

// Summary puts the comparison's numbers together.
func (r *Report) Summary() *Summary {
	s := &Summary{
		Version: 1, Title: r.Title, Command: r.Command, Scores: append([]string{}, r.Scores...),
		Goals: append([]results.Goal{}, r.Comparison.Goals...), Verdict: append([]string{}, r.verdict()...), Groups: []GroupSummary{},
	}
	standings := r.standings()
	for i, g := range r.groups() {
		part := GroupSummary{
			Label: g.Label, Optimizer: g.Runs[0].Optimizer, Baseline: g.Baseline(), BatchSize: g.Runs[0].BatchSize,
			Diverged: g.Diverged(), Reach: []ReachSummary{},
			Steps: spread(g.Steps()), Seconds: spread(g.Seconds()), MillisPerStep: spread(g.StepMillis()),
			PhaseMillis: finiteFields(g.PhaseMillis()),
		}
		for _, run := range g.Runs {
			part.Seeds = append(part.Seeds, run.Seed)
		}
		for _, standing := range standings {
			p := standing.places[i]
			part.Reach = append(part.Reach, ReachSummary{
				standing.goal.Metric, standing.goal.Value, p.reach.Runs, p.reach.Of,
				spread(p.reach.Steps), spread(p.reach.Epochs), spread(p.reach.Seconds),
				results.Number(p.steps), results.Number(p.seconds),
			})
		}
		for _, name := range r.scores() {
			part.Final = append(part.Final, results.Field[Spread]{Name: string(name), Value: spread(r.Comparison.Final(g, string(name)))})
		}
		s.Groups = append(s.Groups, part)
	}
	return s
}

func (r *Report) json() ([]byte, error) {
	text, err := json.MarshalIndent(r.Summary(), "", "  ")
	return append(text, '\n'), err
}

package experiment

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/regular"
	"github.com/gokfac/gokfac/internal/results"
)

// Tuning is what a search found, as it is kept in a file.
type Tuning struct {
	Version     int                  `json:"version"`
	Command     string               `json:"command"`
	Task        job.Choices          `json:"task"` // model, data and what else all runs share
	Budget      Budget               `json:"budget"`
	Goals       []results.Goal       `json:"goals"`
	Score       string               `json:"score"` // that ranks trials which reach no goal
	Optimizers  []Tuned              `json:"optimizers"`
	Environment *results.Environment `json:"environment"`

	Path string `json:"-"` // where it was read
}

// Budget is the same for each optimizer.
type Budget struct {
	Search    string  `json:"search"`
	Trials    int     `json:"trials"` // the most of an entry: a small space has fewer
	Seeds     int     `json:"seeds"`
	FirstSeed uint64  `json:"first_seed"`
	RankedBy  string  `json:"ranked_by"` // steps or seconds
	CutAt     float64 `json:"cut_at"`    // times what the best trial took; such a run did not reach the goal
}

// Tuned is what was found for one entry.
type Tuned struct {
	Label     string      `json:"label"`
	Optimizer string      `json:"optimizer"`
	Fixed     job.Choices `json:"fixed"` // the same in all trials
	Space     Space       `json:"space"`
	Best      []Best      `json:"best"` // by goal; without goals, by the final score
	Trials    []Tried     `json:"trials"`
}

// Best is the first in rank.
type Best struct {
	Goal     *results.Goal `json:"goal"` // nil: the final score counts, as where no trial reached it
	Reached  bool          `json:"reached"`
	Trial    int           `json:"trial"`
	Settings job.Choices   `json:"settings"` // all that were given, the fixed ones included
}

// Tried is a trial: medians over its seeds.
type Tried struct {
	Settings job.Choices    `json:"settings"` // as drawn
	Reached  []TriedGoal    `json:"reached"`
	Score    results.Number `json:"score"` // at the end
	Steps    results.Number `json:"steps"` // in all
	Seconds  results.Number `json:"seconds"`
	Endings  []string       `json:"endings"` // by seed
}

// TriedGoal is what a goal took; null where it was not reached.
type TriedGoal struct {
	Value   float64        `json:"value"`
	Runs    int            `json:"runs"` // that reached it
	Steps   results.Number `json:"steps"`
	Seconds results.Number `json:"seconds"`
}

// Fits tells whether what is given agrees with the flags that were the same in
// all trials. What the search chose itself may be set otherwise.
func (t *Tuned) Fits(given job.Choices) bool {
	return !slices.ContainsFunc(given, func(v job.Choice) bool {
		return slices.ContainsFunc(t.Fixed, func(f job.Choice) bool { return f.Name == v.Name && f.Value != v.Value })
	})
}

// For is the best for the last of some goals, or without any for the hardest
// that was tuned for; nil if it was not tuned for.
func (t *Tuned) For(goals []results.Goal) *Best {
	if len(goals) == 0 && len(t.Best) > 0 {
		return &t.Best[len(t.Best)-1]
	}
	for i := range t.Best {
		if g := t.Best[i].Goal; g != nil && len(goals) > 0 && *g == goals[len(goals)-1] {
			return &t.Best[i]
		}
	}
	return nil
}

// largestTuning is the most bytes that a file of tuned settings may have: a
// trial takes about a thousand.
const largestTuning = 1 << 28

// ReadTuning reads a file that -tune wrote.
func ReadTuning(path string) (*Tuning, error) {
	text, err := regular.Read(path, largestTuning)
	if err != nil {
		return nil, err
	}
	t := &Tuning{Path: path}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("%s is not a file of tuned settings: %w", path, err)
	}
	if t.Version != 1 || len(t.Optimizers) == 0 {
		return nil, fmt.Errorf("%s is not a file of tuned settings of version 1", path)
	}
	return t, nil
}

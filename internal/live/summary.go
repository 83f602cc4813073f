package live

import (
	"fmt"
	"path"
	"slices"

	"github.com/gokfac/gokfac/internal/results"
)

// summary is what the page of a directory is sent of a run.
type summary struct {
	Path      string         `json:"path"`
	Problem   string         `json:"problem"` // why it cannot be read; empty: it was
	State     string         `json:"state"`   // how it ended, or "unfinished"
	Model     string         `json:"model"`
	Dataset   string         `json:"dataset"`
	Optimizer string         `json:"optimizer"`
	Seed      string         `json:"seed"` // as text: a script has no such whole numbers
	Batch     int            `json:"batch_size"`
	Params    int            `json:"params"`
	Steps     int            `json:"steps"`
	Seconds   results.Number `json:"train_seconds"`
	Speed     results.Number `json:"steps_per_second"`
	TrainLoss results.Number `json:"train_loss"`
	Scores    [][2]any       `json:"scores"`
	Started   string         `json:"started"`
	Config    [][2]string    `json:"config"`
	Curves    *curves        `json:"curves"`
	Files     []string       `json:"files"` // names
	Report    bool           `json:"report"`
}

// unfinished is a run without a result.
const unfinished = "unfinished"

// summary reads a run's directory. ok is false of one that is none, though it has a file of that name.
func (d *directory) summary(dir string, files []string) (s summary, ok bool) {
	slices.Sort(files)
	s = summary{Path: dir, Scores: [][2]any{}, Config: [][2]string{}, Report: slices.Contains(files, reportFile)}
	s.TrainLoss, s.Seconds, s.Speed = nan, nan, nan
	s.Files = files[:min(len(files), maxFiles)]
	var run *results.Run
	var err error
	if slices.Contains(files, resultFile) {
		run, err = d.result(path.Join(dir, resultFile))
	} else {
		logged := slices.Contains(files, metricsFile)
		if run, err = d.unfinished(dir, logged); err != nil && !logged {
			return s, false // a config.json of something else
		}
	}
	if err != nil {
		s.Problem = oneLine(err)
		return s, true
	}
	s.State, s.Model, s.Dataset, s.Optimizer = short(run.Ending), short(run.Model), short(run.Dataset), short(run.Optimizer)
	if run.Label != "" {
		s.Optimizer = short(run.Label)
	}
	s.Seed, s.Batch, s.Params, s.Steps = fmt.Sprint(run.Seed), run.BatchSize, run.Params, run.Steps
	s.Seconds, s.Speed, s.TrainLoss = run.TrainSeconds, run.StepsPerSecond, run.TrainLoss
	a := aboutOf(run)
	s.Scores, s.Config = a.Scores, a.Config
	if run.Environment != nil {
		s.Started = short(run.Environment.Started)
	}
	s.Curves = curvesOf(run, runPoints)
	s.Curves.Columns = slices.DeleteFunc(s.Curves.Columns, func(c column) bool { return c.Group == "phase" || c.Group == "kfac" })
	return s, true
}

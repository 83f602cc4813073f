package report

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// Whatever a run came to, there is a page of it.
func TestOddRuns(t *testing.T) {
	nan, inf := results.Number(math.NaN()), results.Number(math.Inf(1))
	for _, c := range []struct {
		name   string
		change func(*results.Run)
		page   []string
		not    []string
	}{
		{"no evaluation", func(r *results.Run) { r.History = nil }, []string{"The model was not evaluated.", "There are no curves", "There was none."}, []string{"<svg"}},
		{"one evaluation", func(r *results.Run) { r.History = r.History[:1] }, []string{"At the only evaluation, test accuracy was", "<caption>1 evaluation</caption>", "Loss over steps"}, nil},
		{"bare", func(r *results.Run) { *r = results.Run{} }, []string{"The run has 0 steps", "The run has no record of its settings."}, []string{"NaN"}},
		{"no scores", func(r *results.Run) {
			r.Scores = nil
			for i := range r.History {
				r.History[i].Scores = nil
			}
		}, []string{"Train loss ended at"}, []string{"Error over"}},
		{"diverged at the end", func(r *results.Run) {
			r.Ending, r.TrainLoss = results.Diverged, inf
			last := &r.History[len(r.History)-1]
			last.TrainLoss, last.Scores[0].Value, last.Scores[1].Value = inf, nan, inf
			r.Scores = last.Scores
		}, []string{"its loss is infinite or not a number", "Test accuracy ended at –; the best was", "<td>–</td>", "At 1 evaluation the train loss is infinite or not a number"}, []string{"NaN", "Inf<"}},
		{"nothing finite", func(r *results.Run) {
			r.Ending = results.Diverged
			for i := range r.History {
				r.History[i] = results.Record{Step: 20 * (i + 1), TrainLoss: nan, Scores: results.Fields[results.Number]{{Name: "test_accuracy", Value: nan}}}
			}
			r.TrainLoss, r.Scores = nan, r.History[0].Scores
		}, []string{"since no evaluation has a finite loss or score"}, []string{"NaN", "<svg"}},
		{"far above", func(r *results.Run) {
			for i := range r.History[5:] {
				r.History[5+i].TrainLoss = results.Number(1e30 * math.Pow(10, float64(i)))
			}
		}, []string{"Loss over steps"}, []string{"NaN", "infinite"}},
		{"warnings", func(r *results.Run) {
			r.Warnings = []string{"the test loss ended at 0.7705, and the training loss began at 0.6982", "no parameter has changed by as much as a millionth: the steps are too small", ""}
		}, []string{`class="warning" role="note"`, "<p>The test loss ended at 0.7705, and the training loss began at 0.6982.</p>", "<p>No parameter has changed by as much as a millionth"}, nil},
		{"loss rose", func(r *results.Run) { r.TrainLoss = 9 }, []string{"The train loss rose from"}, nil},
		{"times that are no numbers", func(r *results.Run) {
			r.TrainSeconds = nan
			for i := range r.History {
				r.History[i].TrainSeconds = nan
			}
		}, []string{"in – s of training"}, []string{"NaN"}},
		{"steps that do not rise", func(r *results.Run) {
			for i := range r.History {
				r.History[i].Step = -i % 3
			}
		}, nil, []string{"NaN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := kfacRun()
			c.change(run)
			page := htmlOf(t, &Single{Run: run})
			for _, text := range c.page {
				assert.Contains(t, page, text)
			}
			for _, text := range c.not {
				assert.NotContains(t, page, text)
			}
		})
	}
}

// A run that diverges has no other beside it that its curve would flatten: all of it is shown.
func TestWholeCurve(t *testing.T) {
	run := adamRun()
	run.History[7].TrainLoss = 1e40
	s := &Single{Run: run}
	chart := s.familyChart(s.families()[0], bySteps)
	assert.True(t, chart.Y.Log)
	assert.Equal(t, 1e40, chart.Series[0].Points[7].Y)
	assert.Equal(t, []float64{0, 0}, []float64{chart.Y.Min, chart.Y.Max}, "the axis has the range of the data")
}

func TestRunEscapes(t *testing.T) {
	const evil = `<b>"x"</b><script>alert(1)</script>`
	long := strings.Repeat("very long ", 2000)
	for _, name := range []string{evil, long} {
		run := kfacRun()
		run.Model, run.Dataset, run.Label, run.Command, run.Warnings, run.DataDigest, run.Ending = name, name, name, name, []string{name}, name, name
		run.Config = append(run.Config, results.Field[any]{Name: name, Value: name})
		*run.Environment = results.Environment{Version: name, CPU: name, Started: name}
		run.Targets = []results.Standardized{{Name: name, Mean: 1, Deviation: 2}}
		run.Target = &results.Target{Metric: name}
		for i := range run.History {
			run.History[i].Scores = append(run.History[i].Scores, results.Field[results.Number]{Name: name, Value: 1})
			run.History[i].Phases = append(run.History[i].Phases, results.Field[results.Number]{Name: name, Value: 1})
		}
		run.Scores = run.History[0].Scores
		a := classified(3)
		a.Part = name
		a.Classes[0].Name, a.Examples[0].Truth, a.Examples[0].Predicted, a.Examples[1].Truth = name, name, name, name
		a.Metrics = append(a.Metrics, results.Field[results.Number]{Name: name, Value: 1})
		page := htmlOf(t, &Single{Run: run, Assessment: a})
		assert.NotContains(t, page, "<b>")
		assert.NotContains(t, page, "<script")
		require.NoError(t, WriteRun(t.TempDir(), run, a), "names of files are short")
	}
}

// A run that was read back reports as the one that was made.
func TestRunFromFile(t *testing.T) {
	for _, made := range []*results.Run{kfacRun(), adamRun()} {
		text, err := json.Marshal(made)
		require.NoError(t, err)
		read := &results.Run{}
		require.NoError(t, json.Unmarshal(text, read))
		for i := range made.History { // JSON has no infinity
			if k := made.History[i].KFAC; k != nil && math.IsInf(float64(k.Rho), 0) {
				k.Rho = results.Number(math.NaN())
			}
		}
		assert.Equal(t, htmlOf(t, &Single{Run: made}), htmlOf(t, &Single{Run: read}))
	}
}

func FuzzSingle(f *testing.F) {
	for _, run := range []*results.Run{kfacRun(), adamRun(), {}} {
		if len(run.History) > 2 {
			run.History = run.History[:2]
		}
		text, err := json.Marshal(run)
		require.NoError(f, err)
		a, err := json.Marshal(classified(3))
		require.NoError(f, err)
		f.Add(text, a)
	}
	f.Add([]byte(`{"":1,"config":{"patience":1e300},"history":[{"step":1,"":null,"kfac":{}},{"step":1}]}`), []byte(`{"confusion":[[1],[]],"classes":null,"examples":[{"image":true,"shape":[-1,-4],"input":[1]}]}`))
	f.Fuzz(func(t *testing.T, run, assessment []byte) {
		s := &Single{Run: &results.Run{}, Assessment: &results.Assessment{}}
		if json.Unmarshal(run, s.Run) != nil || json.Unmarshal(assessment, s.Assessment) != nil {
			return
		}
		p, err := s.page(context.Background())
		require.NoError(t, err)
		page, err := execute("run.html", p)
		require.NoError(t, err)
		balanced(t, string(page))
	})
}

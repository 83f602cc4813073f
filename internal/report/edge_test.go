package report

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// Whatever was run, there is a report of it.
func TestOddComparisons(t *testing.T) {
	for _, c := range []struct {
		name   string
		seeds  int
		change func(*Report)
		page   []string // what it says
		not    []string
	}{
		{"one group", 3, func(r *Report) { r.Comparison.Groups = r.Comparison.Groups[:1] }, []string{"kfac reached test accuracy 98 % after"}, []string{"× steps"}},
		{"baselines only", 3, func(r *Report) { r.Comparison.Groups = r.Comparison.Groups[1:] }, []string{"Test accuracy 97 % was reached by adam after", "× steps"}, []string{`id="diagnostics"`}},
		{"no baseline", 2, func(r *Report) {
			r.Comparison.Groups[1] = r.Comparison.Groups[0]
			r.Comparison.Groups = r.Comparison.Groups[:2]
		}, nil, []string{"× steps", "best baseline"}},
		{"one seed", 1, func(*Report) {}, []string{"one seed only"}, []string{"Medians over seeds", "median and range"}},
		{"no goals", 2, func(r *Report) { r.Comparison.Goals = nil }, []string{"Whole runs"}, []string{"To reach", "× is"}},
		{"no runs", 0, func(*Report) {}, []string{"There are no runs."}, nil},
		{"no groups", 1, func(r *Report) { r.Comparison.Groups = nil }, []string{"There are no runs."}, nil},
		{"no scores", 2, func(r *Report) { r.Scores = nil }, []string{"train loss"}, nil},
		{"no title", 2, func(r *Report) { r.Title, r.Command, r.Samples = "", "", nil }, []string{"<h1>Comparison</h1>"}, []string{"Samples", "This comparison"}},
		{"unknown score", 2, func(r *Report) { r.Scores = []string{"no_such"} }, []string{"not measured", "No group has a median no such"}, nil},
		{"all diverged", 2, diverge, []string{"No group reached test accuracy 97 % in its median run.", "2 of 2 runs of kfac diverged.", "<td>diverged</td>"}, []string{"NaN"}},
		{"bare runs", 2, bare, []string{"4 runs of 6 did not record the machine"}, nil},
		{"a crowded machine", 2, func(r *Report) {
			run := r.Comparison.Groups[0].Runs[0]
			e := *run.Environment
			e.Beside = 1 + e.Processors/max(run.Workers, 1)
			run.Environment = &e
		}, []string{"with more workers than processors: seconds say little"}, nil},
		{"no steps", 2, func(r *Report) {
			for _, run := range r.Comparison.Groups[0].Runs {
				*run = results.Run{Optimizer: "kfac", Ending: results.Diverged}
			}
		}, []string{"not measured"}, nil},
		{"another machine", 2, func(r *Report) { r.Comparison.Groups[1].Runs[1].Environment.CPU = "another" }, []string{"different machines or versions", "<td>another</td>"}, nil},
		{"other seeds", 2, func(r *Report) { r.Comparison.Groups[1].Runs[1].Seed = 9 }, []string{"Not all groups were run with the same seeds."}, []string{"begin with the same weights"}},
		{"other model", 2, func(r *Report) { r.Comparison.Groups[1].Runs[1].Params++ }, []string{"Not all runs trained the same model.", "669706; 669707"}, []string{"begin with the same weights"}},
		{"cut", 2, func(r *Report) { r.Comparison.Groups[1].Runs[1].Ending = results.Cut }, []string{"1 run ended at a limit from outside"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := fake(c.seeds)
			c.change(r)
			var table strings.Builder
			require.NoError(t, r.WriteTable(&table))
			assert.NotContains(t, table.String(), "NaN")
			page := pageOf(t, r)
			parse(t, page)
			for _, text := range c.page {
				assert.Contains(t, page, text)
			}
			for _, text := range c.not {
				assert.NotContains(t, page, text)
			}
		})
	}
}

// diverge makes all runs diverge before the first evaluation.
func diverge(r *Report) {
	for _, g := range r.Comparison.Groups {
		for _, run := range g.Runs {
			run.Ending, run.TrainLoss, run.Steps, run.TrainSeconds = results.Diverged, results.Number(math.NaN()), 3, 0.1
			run.Scores, run.History = nil, nil
		}
	}
}

// bare takes from four of six runs what a record may lack.
func bare(r *Report) {
	for _, g := range r.Comparison.Groups[1:] {
		for _, run := range g.Runs {
			run.Environment, run.Config, run.Command, run.PerEpoch = nil, nil, "", 0
			for i := range run.History {
				run.History[i].Phases = nil
			}
		}
	}
}

// Several of K-FAC's groups are many sentences.
func TestVerdictOfSeveral(t *testing.T) {
	r := fake(2)
	r.Comparison.Goals = append(r.Comparison.Goals, results.Goal{Metric: "test_loss", Value: 0.001})
	g := r.Comparison.Groups[0]
	g.Label = "another"
	r.Comparison.Groups = append(r.Comparison.Groups, g)
	text := strings.Join(r.verdict(), "\n")
	assert.NotContains(t, text, "98 %, ")
	assert.Equal(t, 2, strings.Count(text, "To reach test loss 0.04, "))
	assert.Contains(t, text, "No group reached test loss 0.001")
}

func TestUndividedStep(t *testing.T) {
	r := fake(2)
	bare(r)
	c := r.cost()
	assert.Equal(t, []string{"gradient", "inverse", "update", "damping", "other", undivided}, c.parts)
	assert.InDelta(t, 7.3, c.values[1][5], 0.5)
	r.Comparison.Groups = r.Comparison.Groups[1:]
	assert.False(t, r.cost().divided())
}

func TestScaling(t *testing.T) {
	r := fake(2)
	for _, c := range []recipe{
		{"kfac, batch 128", "kfac", 128, 600, 0.02, 0.015, 9}, {"adam, batch 2048", "adam", 2048, 9000, 0.013, 0.0165, 20},
	} {
		r.Comparison.Groups = append(r.Comparison.Groups, results.Group{Label: c.label, Runs: []*results.Run{c.run(1), c.run(2)}})
	}
	chart, goal := r.scaling(bySteps)
	require.NotNil(t, chart)
	assert.Equal(t, 0.04, goal.Value, "the hardest")
	assert.Equal(t, []float64{128, 512, 2048}, chart.X.Ticks)
	require.Len(t, chart.Series, 3)
	assert.Equal(t, "kfac", chart.Series[0].Label)
	assert.Equal(t, 128.0, chart.Series[0].Points[0].X)
	assert.Equal(t, 512.0, chart.Series[0].Points[1].X)
	page := pageOf(t, r)
	assert.Contains(t, page, `href="scaling-seconds.svg"`)
	assert.Contains(t, page, "in batches of different sizes")
	assert.True(t, r.curves("test_loss", bySteps).X.Log, "9000 steps beside 600")

	// Two of one optimizer and batch size cannot be one curve.
	r.Comparison.Groups[3].Runs[0].BatchSize = 512
	chart, _ = r.scaling(bySeconds)
	var labels []string
	for _, s := range chart.Series {
		labels = append(labels, s.Label)
	}
	assert.Equal(t, []string{"kfac", "adam", "sgd", "kfac, batch 128"}, labels)
}

// A run that explodes must not flatten the others.
func TestExplosionIsCutOff(t *testing.T) {
	r := fake(2)
	h := r.Comparison.Groups[2].Runs[0].History
	h[len(h)-1].Scores[1].Value = 1e30
	c := r.curves("test_loss", bySteps)
	assert.InDelta(t, 20, c.Y.Max, 5)
	assert.Positive(t, c.Y.Min)
}

func TestDiagnosticsThatNeedNoFigure(t *testing.T) {
	r := fake(2)
	g := results.Group{Label: "another", Runs: []*results.Run{recipe{"another", "kfac", 512, 100, 0.02, 0.01, 10}.run(1)}}
	for i := range g.Runs[0].History {
		g.Runs[0].History[i].KFAC.Cosine = 0.25
	}
	r.Comparison.Groups = append(r.Comparison.Groups, g)
	set, err := r.figures(context.Background())
	require.NoError(t, err)
	var names []string
	for _, f := range set.Diagnostics {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"kfac-damping", "kfac-rho", "kfac-gamma", "kfac-update_norm", "kfac-grad_norm", "kfac-alpha", "kfac-mu"}, names)
	assert.Equal(t, []string{
		"cosine of update and −gradient: 0.2 (kfac), 0.25 (another)", "clip factor: 1 (kfac, another)",
		"steps undone since the last record: 0 (kfac, another)", "failed inverses: 0 (kfac, another)",
	}, set.Constant)
}

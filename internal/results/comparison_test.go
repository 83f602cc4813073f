package results_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/results"
)

// run has a record for each score, every ten steps of a tenth of a second.
func run(ending string, scores ...float64) *results.Run {
	r := &results.Run{Optimizer: "adam", Ending: ending, PerEpoch: 20}
	for i, v := range scores {
		r.Steps = 10 * (i + 1)
		r.TrainSeconds = results.Number(float64(r.Steps) / 10)
		r.Scores = results.Fields[results.Number]{{Name: "test_accuracy", Value: results.Number(v)}}
		r.History = append(r.History, results.Record{
			Step: r.Steps, TrainSeconds: r.TrainSeconds, Scores: r.Scores,
			Phases: results.Fields[results.Number]{{Name: "gradient", Value: 0.75}},
		})
	}
	return r
}

func higher(metric string, v, w float64) bool {
	if strings.HasSuffix(metric, "accuracy") {
		return v > w
	}
	return v < w
}

func TestSpread(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		values            []float64
		median, low, high float64
	}{
		{[]float64{3}, 3, 3, 3}, {[]float64{3, 1, 2}, 2, 1, 3}, {[]float64{4, 1, 3, 2}, 2.5, 1, 4},
		{[]float64{inf, 1, 2}, 2, 1, inf}, {[]float64{inf, inf, 2}, inf, 2, inf},
	} {
		assert.Equal(t, results.Spread{Median: c.median, Low: c.low, High: c.high}, results.SpreadOf(c.values), c.values)
	}
	assert.True(t, math.IsNaN(results.SpreadOf(nil).Median))
}

// TestReach: a goal is met by equality, and a median is of all runs.
func TestReach(t *testing.T) {
	c := &results.Comparison{Better: higher}
	g := &results.Group{Runs: []*results.Run{
		run(results.Done, 0.5, 0.9, 0.8), run(results.Reached, 0.5, 0.6, 0.95), run(results.Done, 0.5, 0.6, 0.7),
	}}
	reach := c.Reach(g, results.Goal{Metric: "test_accuracy", Value: 0.9})
	assert.Equal(t, 2, reach.Runs)
	assert.Equal(t, 3, reach.Of)
	assert.Equal(t, results.Spread{Median: 30, Low: 20, High: math.Inf(1)}, reach.Steps)
	assert.Equal(t, results.Spread{Median: 1.5, Low: 1, High: math.Inf(1)}, reach.Epochs)
	assert.Equal(t, results.Spread{Median: 3, Low: 2, High: math.Inf(1)}, reach.Seconds)
	none := c.Reach(g, results.Goal{Metric: "test_loss", Value: 0.9})
	assert.Zero(t, none.Runs, "a score that is not there is not reached")
	assert.True(t, math.IsInf(none.Steps.Median, 1))
}

func TestFinal(t *testing.T) {
	c := &results.Comparison{Better: higher}
	g := &results.Group{Runs: []*results.Run{run(results.Done, 0.9), run(results.Diverged, 0.99), run(results.Done, 0.8)}}
	assert.Equal(t, results.Spread{Median: 0.8, Low: math.Inf(-1), High: 0.9}, c.Final(g, "test_accuracy"), "a diverged run is the worst")
	assert.Equal(t, 1, g.Diverged())
}

func TestCosts(t *testing.T) {
	g := &results.Group{Runs: []*results.Run{run(results.Done, 0.1, 0.2), {Optimizer: "adam"}}}
	assert.Equal(t, 100.0, g.StepMillis().Median, "a run without steps does not count")
	phases := g.PhaseMillis()
	gradient, _ := phases.Get("gradient")
	other, _ := phases.Get("other")
	assert.InDelta(t, 75, gradient, 1e-9)
	assert.InDelta(t, 25, other, 1e-9)
}

// TestCurve: places that fewer than half of the runs came to are left out.
func TestCurve(t *testing.T) {
	g := &results.Group{Runs: []*results.Run{run("", 1, 2, 3), run("", 3, 4), run("", 2)}}
	curve := g.Curve(func(r *results.Record) float64 { return r.Score("test_accuracy") })
	assert.Equal(t, []results.Point{
		{Step: 10, Seconds: 1, Spread: results.Spread{Median: 2, Low: 1, High: 3}},
		{Step: 20, Seconds: 2, Spread: results.Spread{Median: 3, Low: 2, High: 4}},
	}, curve)
}

func TestRatio(t *testing.T) {
	assert.Equal(t, 0.5, results.Ratio(1, 2))
	for _, pair := range [][2]float64{{1, 0}, {math.Inf(1), 1}, {1, math.Inf(1)}} {
		assert.True(t, math.IsNaN(results.Ratio(pair[0], pair[1])))
	}
}

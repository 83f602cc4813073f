package report

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// byHand is a run with evaluations every 10 steps, each of which takes a number
// of milliseconds.
func byHand(optimizer string, seed uint64, millis float64, accuracies ...float64) *results.Run {
	run := &results.Run{Optimizer: optimizer, Seed: seed, PerEpoch: 20, BatchSize: 64, Ending: results.Done, TrainLoss: 0.25}
	for i, v := range accuracies {
		run.Steps = 10 * (i + 1)
		run.TrainSeconds = results.Number(millis * float64(run.Steps) / 1000)
		run.Scores = results.Fields[results.Number]{{Name: "test_accuracy", Value: results.Number(v)}}
		run.History = append(run.History, results.Record{Step: run.Steps, TrainLoss: 0.25, Scores: run.Scores, TrainSeconds: run.TrainSeconds})
	}
	return run
}

func smallReport() *Report {
	diverged := byHand("sgd", 2, 100, 0.2)
	diverged.Ending = results.Diverged
	return &Report{
		Title: "small", Scores: []string{"test_accuracy"},
		Comparison: &results.Comparison{
			Better: better, Goals: []results.Goal{{Metric: "test_accuracy", Value: 0.9}, {Metric: "test_accuracy", Value: 0.95}},
			Groups: []results.Group{
				{Label: "kfac", Runs: []*results.Run{byHand("kfac", 1, 300, 0.91, 0.92), byHand("kfac", 2, 300, 0.89, 0.93), byHand("kfac", 3, 300, 0.92, 0.9805)}},
				{Label: "adam", Runs: []*results.Run{byHand("adam", 1, 200, 0.5, 0.9, 0.92), byHand("adam", 2, 200, 0.7, 0.8, 0.91), byHand("adam", 3, 200, 0.8, 0.9, 0.94)}},
				{Label: "sgd", Runs: []*results.Run{byHand("sgd", 1, 100, 0.3, 0.5, 0.6, 0.92), diverged, byHand("sgd", 3, 100, 0.3, 0.5, 0.6, 0.7)}},
			},
		},
	}
}

func TestTableByHand(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, smallReport().WriteTable(&b))
	assert.Equal(t, `small

To reach test accuracy 90 %
      reached  steps               epochs  seconds               × steps  × seconds
kfac  3/3      10 (10–20)          0.500   3.00 (3.00–6.00)      0.50×    0.75×
adam  3/3      20 (20–30)          1.00    4.00 (4.00–6.00)      1.00×    1.00×
sgd   1/3      not reached (40–∞)  -       not reached (4.00–∞)  -        -

To reach test accuracy 95 %
      reached  steps               epochs  seconds               × steps  × seconds
kfac  1/3      not reached (20–∞)  -       not reached (6.00–∞)  -        -
adam  0/3      not reached         -       not reached           -        -
sgd   0/3      not reached         -       not reached           -        -

Whole runs
      runs  diverged  steps       seconds           ms/step
kfac  3     0         20          6.00              300
adam  3     0         30          6.00              200
sgd   3     1         40 (10–40)  4.00 (1.00–4.00)  100

Scores at the end of the runs
      test accuracy             train loss
kfac  93.00 % (92.00–98.05)     0.2500
adam  92.00 % (91.00–94.00)     0.2500
sgd   70.00 % (diverged–92.00)  0.2500 (0.2500–diverged)

Medians over 3 seeds, ranges in brackets.
×: against the best baseline of that column. Seconds are of training steps only.
`, b.String())
}

func TestVerdictByHand(t *testing.T) {
	assert.Equal(t, []string{
		"To reach test accuracy 90 %, kfac took 0.50× the steps (10 against 20) and 0.75× the seconds (3.00 against 4.00) of adam, the best baseline. The ranges of the seconds overlap.",
		"No group reached test accuracy 95 % in its median run.",
		"A step of kfac costs 3.00× one of sgd, the cheapest baseline (300 ms against 100 ms).",
		"In test accuracy at the end of the runs, kfac's median is 93.00 % after 20 steps, that of adam, the best baseline, 92.00 % after 30. kfac wins by 1.00 percentage points. The ranges overlap.",
		"1 of 3 runs of sgd diverged.",
	}, smallReport().verdict())
}

// What K-FAC loses is said as plainly as what it wins.
func TestVerdictOfLosses(t *testing.T) {
	r := smallReport()
	g := r.Comparison.Groups
	g[0].Runs = []*results.Run{byHand("kfac", 1, 900, 0.5, 0.91), byHand("kfac", 2, 900, 0.5, 0.91)}
	g[1].Runs = []*results.Run{byHand("adam", 1, 200, 0.96), byHand("adam", 2, 200, 0.96)}
	text := strings.Join(r.verdict(), "\n")
	assert.Contains(t, text, "kfac took 2.00× the steps (20 against 10) and 9.00× the seconds (18.0 against 2.00) of adam, the best baseline. It loses in both.")
	assert.Contains(t, text, "kfac loses: it did not reach test accuracy 95 % (0 of 2 runs did), which adam reached after 10 steps, 2.00 s.")
	assert.Contains(t, text, "kfac loses by 5.00 percentage points.")

	g[1].Runs[0], g[1].Runs[1] = byHand("adam", 1, 200, 0.5), byHand("adam", 2, 200, 0.5)
	assert.Contains(t, strings.Join(r.verdict(), "\n"), "No baseline reached test accuracy 90 % in its median run.")
}

// The best baseline in steps need not be the best in seconds.
func TestBestBaselineOfEachColumn(t *testing.T) {
	r := smallReport()
	r.Comparison.Goals = r.Comparison.Goals[:1]
	r.Comparison.Groups[2].Runs = []*results.Run{byHand("sgd", 1, 50, 0.5, 0.5, 0.5, 0.91)}
	s := r.standings()[0]
	assert.Equal(t, "adam", s.steps.group.Label)
	assert.Equal(t, "sgd", s.seconds.group.Label)
	assert.InDelta(t, 1.5, s.places[0].seconds, 1e-12)
	assert.Contains(t, r.verdict()[0], "0.50× the steps (10 against 20) of adam and 1.50× the seconds (3.00 against 2.00) of sgd, the best baseline in each. It loses in seconds.")
}

func TestWideTablesContinueBelow(t *testing.T) {
	r := fake(2)
	r.Scores = append(r.Scores, "train_subset_loss", "reconstruction_error", "test_reconstruction_error", "test_other_error")
	r.Comparison.Groups[0].Label = "kfac with\ta long\nlabel"
	var b bytes.Buffer
	require.NoError(t, r.WriteTable(&b))
	assert.Contains(t, b.String(), "\nkfac with a long label  ")
	assert.Contains(t, b.String(), "not measured")
	for _, line := range strings.Split(b.String(), "\n") {
		assert.LessOrEqual(t, len([]rune(line)), terminalWidth, line)
	}
}

func TestNumbers(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ got, want string }{
		{significant(0, 3), "0"}, {significant(9.999, 3), "10.0"}, {significant(1234.4, 3), "1234"}, {significant(0.00012345, 3), "0.000123"},
		{significant(1.5e-7, 3), "1.50e-07"}, {significant(-2.5e9, 2), "-2.5e+09"}, {significant(nan, 3), "NaN"},
		{ratio(nan), "-"}, {ratio(1), "1.00×"}, {ratio(0.0312), "0.031×"}, {ratio(0.0999), "0.10×"}, {ratio(12.34), "12.3×"}, {ratio(1234), "1234×"},
		{steps.of(results.Spread{Median: 12.5, Low: 12, High: 13}), "12.5 (12–13)"},
		{steps.of(results.Spread{Median: 12, Low: 12, High: inf}), "12 (12–∞)"},
		{steps.of(results.Spread{Median: inf, Low: inf, High: inf}), "not reached"},
		{rates.of(results.Spread{Median: 0.98021, Low: 0.9, High: 1}), "98.02 % (90.00–100.00)"},
		{rates.of(results.Spread{Median: math.Inf(-1), Low: math.Inf(-1), High: math.Inf(-1)}), "diverged"},
		{losses.of(results.Spread{Median: nan, Low: nan, High: nan}), "not measured"},
		{losses.of(results.Spread{Median: 1.00001, Low: 1, High: 1.00002}), "1.000"},
		{goalWords(results.Goal{Metric: "test_accuracy", Value: 0.985}), "test accuracy 98.5 %"},
		{goalWords(results.Goal{Metric: "test_accuracy", Value: 0.29}), "test accuracy 29 %"},
		{goalWords(results.Goal{Metric: "reconstruction_error", Value: 10}), "reconstruction error 10"},
	} {
		assert.Equal(t, c.want, c.got)
	}
}

func ExampleReport_WriteTable() {
	r := &Report{Title: "an example", Scores: []string{"test_accuracy"}, Comparison: &results.Comparison{
		Goals: []results.Goal{{Metric: "test_accuracy", Value: 0.95}},
		Groups: []results.Group{
			{Label: "kfac", Runs: []*results.Run{byHand("kfac", 1, 20, 0.94, 0.96)}},
			{Label: "adam", Runs: []*results.Run{byHand("adam", 1, 8, 0.9, 0.92, 0.94, 0.95)}},
		},
		Better: func(_ string, v, w float64) bool { return v > w },
	}}
	if err := r.WriteTable(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// an example
	//
	// To reach test accuracy 95 %
	//       reached  steps  epochs  seconds  × steps  × seconds
	// kfac  1/1      20     1.00    0.400    0.50×    1.25×
	// adam  1/1      40     2.00    0.320    1.00×    1.00×
	//
	// Whole runs
	//       runs  steps  seconds  ms/step
	// kfac  1     20     0.400    20.0
	// adam  1     40     0.320    8.00
	//
	// Scores at the end of the runs
	//       test accuracy  train loss
	// kfac  96.00 %        0.2500
	// adam  95.00 %        0.2500
	//
	// ×: against the best baseline of that column. Seconds are of training steps only.
}

package report

import (
	"context"
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

func kfacRun() *results.Run {
	return recipe{"kfac", "kfac", 512, 600, 0.03, 0.015, 17.4}.run(1)
}

func adamRun() *results.Run {
	return recipe{"adam", "adam", 512, 400, 0.011, 0.0165, 7.3}.run(1)
}

// htmlOf is report.html of a run.
func htmlOf(t *testing.T, s *Single) string {
	t.Helper()
	p, err := s.page(context.Background())
	require.NoError(t, err)
	page, err := execute("run.html", p)
	require.NoError(t, err)
	parse(t, string(page))
	balanced(t, string(page))
	assert.Empty(t, fetches.FindAllString(string(page), -1))
	assert.NotContains(t, string(page), "ZgotmplZ")
	for _, link := range regexp.MustCompile(`href="#([a-z]+)"`).FindAllStringSubmatch(string(page), -1) {
		assert.Contains(t, string(page), `id="`+link[1]+`"`)
	}
	return string(page)
}

// balanced holds that each element of a page is closed by itself, in its order.
func balanced(t *testing.T, page string) {
	t.Helper()
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>`).FindAllStringSubmatch(page, -1) {
		name := tag[2]
		switch {
		case tag[3] == "/", name == "meta", name == "img":
		case tag[1] == "":
			open = append(open, name)
		default:
			require.NotEmpty(t, open, "</%s> of nothing", name)
			require.Equal(t, open[len(open)-1], name, "closed in the wrong order")
			open = open[:len(open)-1]
		}
	}
	assert.Empty(t, open)
}

// cells are the rows of the table with a caption.
func cells(t *testing.T, page, caption string) (rows [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(page, "<caption>"+caption)
	require.True(t, found, caption)
	body, _, _ := strings.Cut(rest, "</tbody>")
	_, body, _ = strings.Cut(body, "<tbody>")
	for _, row := range strings.Split(body, "</tr>") {
		var list []string
		for _, cell := range regexp.MustCompile(`<t[hd][^>]*>([^<]*)</t[hd]>`).FindAllStringSubmatch(row, -1) {
			list = append(list, cell[1])
		}
		if len(list) > 0 {
			rows = append(rows, list)
		}
	}
	return rows
}

func TestWriteRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	run := kfacRun()
	require.NoError(t, WriteRun(dir, run, classified(3)))
	entries, err := os.ReadDir(filepath.Join(dir, "figures"))
	require.NoError(t, err)
	names := []string{"report.html"}
	assert.FileExists(t, filepath.Join(dir, names[0]))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for _, name := range []string{
		"curves-loss-steps", "curves-loss-seconds", "curves-accuracy-steps", "curves-accuracy-seconds", "kfac-damping", "kfac-rho", "kfac-gamma",
		"kfac-alpha", "kfac-mu", "kfac-update_norm", "phases", "phases-steps", "confusion", "calibration",
	} {
		assert.Contains(t, names, name+".svg")
		assert.Contains(t, names, name+".png")
	}
	files, err := (&Single{Run: run, Assessment: classified(3)}).files(context.Background())
	require.NoError(t, err)
	assert.Len(t, names, len(files), "nothing temporary is left")
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.name))
		require.NoError(t, err)
		assert.Equal(t, f.content, text, "%s is not the same twice", f.name)
		switch filepath.Ext(f.name) {
		case ".svg":
			require.NoError(t, xml.Unmarshal(text, new(struct{})), f.name)
			if f.name != "figures/confusion.svg" { // of few classes it is a table
				assert.Contains(t, string(page), string(text), "%s is a part of the page", f.name)
			}
			assert.Contains(t, string(page), `href="`+f.name+`"`)
		case ".png":
			assert.Equal(t, "\x89PNG", string(text[:4]), f.name)
		}
	}
}

func TestWriteRunFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.ErrorContains(t, WriteRun(path, adamRun(), nil), path)
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "figures", "phases.png", "x"), 0o700))
	assert.ErrorContains(t, WriteRun(dir, adamRun(), nil), filepath.Join(dir, "figures", "phases.png"))
	_, err := os.Stat(filepath.Join(dir, "report.html"))
	assert.ErrorIs(t, err, os.ErrNotExist, "the page comes last")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir = filepath.Join(t.TempDir(), "new")
	assert.ErrorIs(t, (&Single{Run: adamRun()}).WriteDir(ctx, dir), context.Canceled)
	_, err = os.Stat(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// Each number of the tables is the run's.
func TestRunNumbers(t *testing.T) {
	run := adamRun()
	page := htmlOf(t, &Single{Run: run})
	rows := cells(t, page, "Scores")
	require.Len(t, rows, 3)
	for i, name := range []string{"train_loss", "test_accuracy", "test_loss"} {
		first, last := run.History[0].Score(name), run.Score(name)
		best, at := first, run.History[0].Step
		for _, rec := range run.History {
			if v := rec.Score(name); better(name, v, best) {
				best, at = v, rec.Step
			}
		}
		for column, want := range map[int]float64{2: first, 3: best, 5: last} {
			assertShown(t, want, rows[i][column])
		}
		assert.Equal(t, strconv.Itoa(at), rows[i][4])
		assert.Equal(t, map[bool]string{true: "higher is better", false: "lower is better"}[name == "test_accuracy"], rows[i][1])
	}
	rows = cells(t, page, "20 evaluations")
	require.Len(t, rows, len(run.History))
	for i, row := range rows {
		rec := &run.History[i]
		assert.Equal(t, []string{strconv.Itoa(rec.Step), strconv.Itoa(rec.Epoch)}, row[:2])
		for column, want := range map[int]float64{2: float64(rec.TrainSeconds), 3: rec.Score("train_loss"), 4: rec.Score("test_accuracy"), 5: rec.Score("test_loss")} {
			assertShown(t, want, row[column])
		}
	}
	assert.Len(t, cells(t, page, "All that was in force"), len(run.Config)+2)
	assert.Contains(t, page, "Adam took 400 steps of 512 examples (3 whole epochs) in "+scalar(float64(run.TrainSeconds))+" s of training")
	assert.Contains(t, page, "the model has 669,706 parameters.")
	assert.Contains(t, page, run.Command)
	assert.Contains(t, page, "<td>A Processor</td>")
	assert.NotContains(t, page, `id="diagnostics"`)
	assert.NotContains(t, page, `id="model"`)
	assert.NotContains(t, page, "medians", "of one run")
	cost := cells(t, page, "Milliseconds of a step, by part")[0]
	assertShown(t, 1000*0.13/20, cost[1]) // the gradient's share of each 20 steps
}

// assertShown holds a number on the page to the run's, up to its last digit.
func assertShown(t *testing.T, want float64, shown string) {
	t.Helper()
	text, percent := strings.CutSuffix(shown, " %")
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	if percent {
		assert.InDelta(t, 100*want, v, 0.0051)
		return
	}
	assert.InEpsilon(t, want, v, 0.00051)
}

func TestRunEndings(t *testing.T) {
	step, took := 380, results.Number(2.5)
	target := &results.Target{Metric: "test_accuracy", Value: 0.98}
	for _, c := range []struct {
		ending string
		change func(*results.Run)
		want   []string
	}{
		{results.Done, func(*results.Run) {}, []string{"The run ended after all of its 400 steps."}},
		{results.Done, func(r *results.Run) { r.Target = target }, []string{"The target, test accuracy 98 %, was not reached."}},
		{results.Reached, func(r *results.Run) {
			r.Target = &results.Target{Metric: "test_accuracy", Value: 0.98, Reached: true, Step: &step, Seconds: &took}
		}, []string{"The run ended at its target, after 400 steps.", "The target, test accuracy 98 %, was reached at step 380, after 2.500 s of training."}},
		{results.Stalled, func(r *results.Run) {
			r.Config = append(r.Config, results.Field[any]{Name: "patience", Value: 8})
		}, []string{"the validation score had been no better for 8 evaluations."}},
		{results.Cut, func(*results.Run) {}, []string{"The run ended after 400 steps, at a limit from outside."}},
		{results.Diverged, func(*results.Run) {}, []string{"The run diverged within 400 steps: its loss ended far above its beginning."}},
		{results.Diverged, func(r *results.Run) { r.TrainLoss = results.Number(math.NaN()) }, []string{"its loss is infinite or not a number"}},
		{results.Interrupted, func(r *results.Run) {
			r.Config = append(r.Config, results.Field[any]{Name: "epochs", Value: 5.0}, results.Field[any]{Name: "max_steps", Value: 0})
		}, []string{"The run was interrupted after 400 steps of 585."}},
		{"", func(*results.Run) {}, []string{"how it ended is not known"}},
	} {
		run := adamRun()
		run.Ending = c.ending
		c.change(run)
		page := htmlOf(t, &Single{Run: run})
		for _, text := range c.want {
			assert.Contains(t, page, text, c.ending)
		}
	}
}

// A run kept by its validation score says so, beside what the test examples say of that moment.
func TestRunWithValidation(t *testing.T) {
	run := adamRun()
	run.Best = results.Fields[any]{
		{Name: "metric", Value: "validation_accuracy"}, {Name: "step", Value: 36.0}, {Name: "epoch", Value: 9.0}, {Name: "train_loss", Value: 0.125},
		{Name: "test_accuracy", Value: 0.875}, {Name: "test_loss", Value: nil}, {Name: "validation_accuracy", Value: 0.9375},
	}
	for i := range run.History {
		run.History[i].Scores = append(run.History[i].Scores, results.Field[results.Number]{Name: "validation_accuracy", Value: 0.9})
	}
	run.Scores = run.History[len(run.History)-1].Scores
	page := htmlOf(t, &Single{Run: run})
	assert.Contains(t, page, `<th scope="col">at step 36</th>`)
	assert.Contains(t, page, "Step 36 has the best validation accuracy.")
	for i, want := range []string{"0.1250", "87.50 %", absent, "93.75 %"} {
		assert.Equal(t, want, cells(t, page, "Scores")[i][6])
	}
	assert.Contains(t, page, "Validation accuracy ended at 90.00 %")
	s := &Single{Run: run}
	families := s.families()
	require.Len(t, families, 2)
	assert.Equal(t, []score{"test_accuracy", "validation_accuracy"}, families[1].members)
	var labels []string
	for _, series := range s.familyChart(families[0], bySteps).Series {
		labels = append(labels, series.Label)
	}
	assert.Equal(t, []string{"train", "test"}, labels, "in one picture")
}

// Where the direction of a score is not known, none of its values is called the best.
func TestUnknownDirection(t *testing.T) {
	run := adamRun()
	for i := range run.History {
		run.History[i].Scores = results.Fields[results.Number]{{Name: "test_wonder", Value: results.Number(i)}}
	}
	run.Scores = run.History[len(run.History)-1].Scores
	page := htmlOf(t, &Single{Run: run})
	assert.Equal(t, []string{"test wonder", absent, "0", absent, absent, "19.00"}, cells(t, page, "Scores")[1])
	assert.Contains(t, page, "Test wonder ended at 19.00.")

	page = htmlOf(t, &Single{Run: run, Assessment: &results.Assessment{HigherIsBetter: map[string]bool{"wonder": true}}})
	assert.Equal(t, []string{"test wonder", "higher is better", "0", "19.00", "400", "19.00"}, cells(t, page, "Scores")[1])
}

func TestRunSettings(t *testing.T) {
	run := adamRun()
	run.Command = "go run ./cmd/train -opt adam --lr=9 -progress none -target 'test_accuracy=0.98' -seed 1"
	page := htmlOf(t, &Single{Run: run})
	assert.Equal(t, [][]string{{"-opt", "adam"}, {"-lr", settingText(run.Config[4].Value)}, {"-target", "none"}, {"-seed", "1"}}, cells(t, page, "Set by the command"))

	defaults := append(results.Fields[any]{}, run.Config...)
	defaults[1].Value, defaults[3].Value = []int{64}, 32.0
	defaults = defaults[:7]
	page = htmlOf(t, &Single{Run: run, Defaults: defaults})
	assert.Equal(t, [][]string{{"-hidden", "512,512", "64"}, {"-batch-size", "512", "32"}, {"-workers", "2", absent}}, cells(t, page, "Different from the defaults"))
	page = htmlOf(t, &Single{Run: run, Defaults: run.Config})
	assert.Contains(t, page, "Everything was as it is by default.")
	run.Command, run.Environment = "", nil
	assert.Contains(t, htmlOf(t, &Single{Run: run}), "The command sets nothing of it.")
}

func TestManyEvaluations(t *testing.T) {
	run := recipe{"adam", "adam", 512, 20 * 1501, 0.011, 0.0165, 7.3}.run(1)
	page := htmlOf(t, &Single{Run: run})
	rows := cells(t, page, "Every 8th of 1501 evaluations, and the last")
	assert.Len(t, rows, 1+1500/8+1)
	assert.Equal(t, "20", rows[0][0])
	assert.Equal(t, "180", rows[1][0])
	assert.Equal(t, "30020", rows[len(rows)-1][0])
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// comparison is what -compare -json prints.
type comparison struct {
	Version int
	Runs    []*results.Run
}

func comparisonOf(t *testing.T, o outcome) comparison {
	t.Helper()
	require.Zero(t, o.status, o.stderr)
	var c comparison
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &c), o.stdout)
	return c
}

// TestCompare: the same weights and batches for each optimizer of a seed, and
// a second call makes nothing again.
func TestCompare(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	args := []string{"-compare", "kfac,adam,sgd:lr=0.1/0.2", "-seeds", "2", "-dataset", blobs(t), "-hidden", "8", "-batch-size", "20",
		"-epochs", "2", "-eval-every", "1", "-momentum", "0.5", "-kfac-polyak", "none", "-target", "test_accuracy=0.5,1", "-out", dir}
	o := execute(append(args, "-json")...)
	c := comparisonOf(t, o)
	assert.Equal(t, 1, c.Version)
	require.Len(t, c.Runs, 8)
	first := map[uint64]results.Number{}
	for i, run := range c.Runs {
		assert.Equal(t, []string{"kfac", "adam", "sgd lr=0.1", "sgd lr=0.2"}[i/2], run.Label)
		assert.Equal(t, uint64(1+i%2), run.Seed)
		loss := run.History[0].TrainLoss // before the first step
		if i < 2 {
			first[run.Seed] = loss
		}
		assert.Equal(t, first[run.Seed], loss, "%s, seed %d", run.Label, run.Seed)
		assert.Equal(t, 1.0, run.Target.Value, "the hardest goal stops a run")
		again := execute(append(strings.Fields(strings.TrimPrefix(run.Command, "go run ./cmd/train ")), "-json")...)
		assert.Contains(t, []int{exitDone, exitMissed}, again.status, again.stderr)
		var single results.Run
		require.NoError(t, json.Unmarshal([]byte(again.stdout), &single))
		assert.Equal(t, run.Scores, single.Scores, "%s is repeated by %s", run.Label, run.Command)
	}
	assert.NotEqual(t, first[1], first[2])
	assert.Equal(t, 8, strings.Count(o.stderr, "\nrun "))
	assert.Contains(t, o.stderr, "report: "+dir+"/report.html")
	for _, name := range []string{"report.html", "comparison.json", "runs.csv", "history.csv", "curves-test_accuracy-steps.svg", "phases.png"} {
		assert.FileExists(t, filepath.Join(dir, name))
	}

	again := execute(args...)
	require.Zero(t, again.status, again.stderr)
	assert.Equal(t, 8, strings.Count(again.stderr, "(kept)"))
	assert.Contains(t, again.stdout, "To reach test accuracy 50 %")
	assert.Contains(t, again.stdout, "To reach test accuracy 100 %")

	other := execute(append(args, "-lr", "0.05")...)
	assert.Equal(t, exitError, other.status)
	assert.Regexp(t, `train: .*runs/kfac-seed-1.json is of another experiment: lr was 1.275, and is 0.05: name another directory with -out\n$`, other.stderr)
}

// TestCompareInterrupted: what is done is kept, and the same command goes on.
func TestCompareInterrupted(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-compare", "adam,sgd", "-seeds", "2", "-dataset", blobs(t), "-hidden", "4", "-epochs", "1", "-out", dir}
	ctx, cancel := context.WithCancel(context.Background())
	stderr := &tripwire{text: "run 2/4", trip: cancel}
	var stdout bytes.Buffer
	status := run(ctx, args, &stdout, stderr)
	assert.Equal(t, 130, status)
	assert.Contains(t, stderr.String(), "of run 3 of 4: finished runs are kept in "+dir+", and the same command goes on from there")
	assert.Empty(t, stdout.String())
	assert.NoFileExists(t, filepath.Join(dir, "report.html"))
	o := execute(args...)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, 2, strings.Count(o.stderr, "(kept)"))
	assert.FileExists(t, filepath.Join(dir, "report.html"))
}

// TestCompareDiverged: a run that diverges is a result, not a failure.
func TestCompareDiverged(t *testing.T) {
	c := comparisonOf(t, execute("-compare", "sgd:lr=0.1,sgd:lr=1e30", "-seeds", "1", "-dataset", blobs(t), "-hidden", "4", "-epochs", "2",
		"-out", t.TempDir(), "-json"))
	assert.Equal(t, results.Done, c.Runs[0].Ending)
	assert.Equal(t, results.Diverged, c.Runs[1].Ending)
}

// TestCompareGotWorse: a run that ends far above its beginning is a result like
// one whose loss is no number, in a comparison and in a search.
func TestCompareGotWorse(t *testing.T) {
	data, ascent := blobs(t), "kfac:lr=1.99:kfac-noise-scale=none:kfac-damping=1e-9:kfac-damping-update-steps=-1:kfac-fisher=empirical"
	args := []string{"-seeds", "1", "-dataset", data, "-hidden", "16,16,16", "-batch-size", "4", "-max-steps", "50", "-json"}
	c := comparisonOf(t, execute(append([]string{"-compare", ascent + ",adam", "-out", t.TempDir()}, args...)...))
	assert.Equal(t, results.Diverged, c.Runs[0].Ending)
	assert.Equal(t, 50, c.Runs[0].Steps)
	assert.Equal(t, results.Done, c.Runs[1].Ending)

	o := execute(append([]string{"-tune", ascent + ":schedule=constant/linear", "-trials", "2", "-out", t.TempDir()}, args...)...)
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, `"diverged"`)
}

func TestSamples(t *testing.T) {
	dir := t.TempDir()
	o := execute("-compare", "kfac,sgd", "-seeds", "1", "-model", "autoencoder", "-dataset", stripes(t), "-hidden", "16,4", "-epochs", "1", "-out", dir)
	require.Zero(t, o.status, o.stderr)
	for _, name := range []string{"input-seed-1", "kfac-seed-1", "sgd-seed-1"} {
		text, err := os.ReadFile(filepath.Join(dir, "samples", name+".png"))
		require.NoError(t, err)
		picture, err := png.Decode(bytes.NewReader(text))
		require.NoError(t, err)
		assert.Equal(t, 8, picture.Bounds().Dy())
		assert.Equal(t, 3*8, picture.Bounds().Dx(), "a picture of each class")
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(string(page), "data:image/png;base64,"))
}

// TestTune: a search with the same budget for each, whose file a comparison
// takes its settings from.
func TestTune(t *testing.T) {
	dir := t.TempDir()
	task := []string{"-dataset", blobs(t), "-hidden", "8", "-batch-size", "20", "-eval-every", "2", "-target", "test_accuracy=0.6,0.9"}
	o := execute(append(task, "-tune", "kfac,adam:lr=1e-4..1e-1,sgd:momentum=0.5:lr=0.01/0.1", "-trials", "3", "-epochs", "3", "-out", dir)...)
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, "random search, up to 3 trials for each, seeds 101 to 101; the best by steps")
	tuning, err := experiment.ReadTuning(filepath.Join(dir, "tune.json"))
	require.NoError(t, err)
	require.Len(t, tuning.Optimizers, 3)
	for i, o := range tuning.Optimizers {
		assert.Len(t, o.Trials, 3, o.Label)
		assert.Empty(t, o.Trials[0].Settings, "the defaults are the first")
		assert.Contains(t, o.Fixed, job.Choice{Name: "batch-size", Value: "20"})
		assert.Contains(t, o.Fixed, job.Choice{Name: "epochs", Value: "3"})
		assert.Equal(t, []string{"kfac", "adam", "sgd momentum=0.5"}[i], o.Label)
		for j, best := range o.Best {
			for k, trial := range o.Trials {
				assert.False(t, trial.Reached[j].Steps < o.Trials[best.Trial-1].Reached[j].Steps, "trial %d is better than the best", k+1)
			}
		}
	}
	assert.Contains(t, tuning.Optimizers[0].Fixed, job.Choice{Name: "kfac-mode", Value: "adaptive"})

	again := execute(append(task, "-tune", "kfac,adam:lr=1e-4..1e-1,sgd:momentum=0.5:lr=0.01/0.1", "-trials", "3", "-epochs", "3", "-out", dir, "-json")...)
	require.Zero(t, again.status, again.stderr)
	assert.Equal(t, 9, strings.Count(again.stderr, "(kept)"))

	compared := comparisonOf(t, execute(append(task, "-compare", "adam,sgd:momentum=0.5", "-tuned", filepath.Join(dir, "tune.json"), "-seeds", "1",
		"-out", filepath.Join(dir, "compare"), "-json")...))
	for i, run := range compared.Runs {
		for _, v := range tuning.Optimizers[1+i].For([]results.Goal{{Metric: "test_accuracy", Value: 0.9}}).Settings {
			assert.Contains(t, run.Command, "-"+v.Name+" "+v.Value)
		}
	}
	flags := append(task, "-compare", "kfac,adam", "-tuned", filepath.Join(dir, "tune.json"), "-seeds", "1")
	first := comparisonOf(t, execute(append(flags, "-kfac-polyak", "none", "-json", "-out", filepath.Join(dir, "own"))...))
	assert.Contains(t, first.Runs[0].Command, "-kfac-polyak none")
	assert.NotContains(t, first.Runs[1].Command, "polyak")
	for args, want := range map[string]string{
		"-compare adam -target test_accuracy=0.95":      "tuned for other targets than test_accuracy=0.95",
		"-compare adam -batch-size 40":                  "nothing was tuned for -opt adam -batch-size 40",
		"-compare kfac:kfac-structure=ekfac":            "-kfac-structure ekfac",
		"-compare adam -hidden 9":                       "this is -hidden 9",
		"-compare adam,sgd:momentum=0.5 -momentum 0.25": "",
	} {
		o := execute(append(append(task, strings.Fields(args)...), "-seeds", "1", "-tuned", filepath.Join(dir, "tune.json"), "-out", filepath.Join(dir, "x"))...)
		assert.Equal(t, want == "", o.status == 0, o.stderr)
		assert.Contains(t, o.stderr, want)
	}
	other := execute("-compare", "adam", "-tuned", filepath.Join(dir, "tune.json"), "-dataset", "digits", "-batch-size", "20", "-out", dir)
	assert.Equal(t, exitUsage, other.status)
	assert.Contains(t, other.stderr, "is of another task: this is -dataset digits, and that is -model mlp -dataset blobs -hidden 8")
}

// TestTuneChecksFirst: nothing is written for a command line that cannot be meant.
func TestTuneChecksFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	for _, entry := range []string{"adam:lr=x", "adam:lr=0.1/1:momentum=0.9", "kfac:lr=1..1.9:kfac-mode=adaptive/fixed:momentum=0.9"} {
		o := execute("-tune", entry, "-search", "grid", "-dataset", blobs(t), "-out", dir)
		assert.Equal(t, exitUsage, o.status, o.stderr)
		assert.NoDirExists(t, dir)
	}
}

// TestTuneInterrupted: finished runs are kept, and cut ones are made again
// only where the limit has risen.
func TestTuneInterrupted(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-tune", "sgd:lr=0.001..1", "-trials", "4", "-dataset", blobs(t), "-hidden", "8", "-batch-size", "20", "-epochs", "8",
		"-eval-every", "2", "-target", "test_accuracy=1", "-out", dir}
	ctx, cancel := context.WithCancel(context.Background())
	stderr := &tripwire{text: "run 2/4", trip: cancel}
	assert.Equal(t, 130, run(ctx, args, &bytes.Buffer{}, stderr))
	assert.NoFileExists(t, filepath.Join(dir, "tune.json"))
	o := execute(args...)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, 2, strings.Count(o.stderr, "(kept)"))
	first, err := os.ReadFile(filepath.Join(dir, "tune.json"))
	require.NoError(t, err)

	whole := execute(append(args[:len(args)-1], t.TempDir(), "-json")...)
	require.Zero(t, whole.status, whole.stderr)
	var a, b experiment.Tuning
	require.NoError(t, json.Unmarshal(first, &a))
	require.NoError(t, json.Unmarshal([]byte(whole.stdout), &b))
	for i := range a.Optimizers[0].Trials {
		assert.Equal(t, a.Optimizers[0].Trials[i].Reached[0].Runs, b.Optimizers[0].Trials[i].Reached[0].Runs, "as if it had not been interrupted")
	}
}

// TestCommandLine: a shell takes it for the same words.
func TestCommandLine(t *testing.T) {
	assert.Equal(t, `-dataset 'it'\''s.csv' -lr 0.1 -out ''`, commandLine([]string{"-dataset", "it's.csv", "-lr", "0.1", "-out", ""}))
}

func TestStudyUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-compare kfa":                                             `-compare: unknown optimizer "kfa": want kfac, adam, sgd, muon, shampoo or soap (did you mean kfac?)`,
		"-compare kfac,":                                           "has an empty entry",
		"-compare adam,adam":                                       "-compare: adam is there twice",
		"-compare adam:lr=0.1..1":                                  "-compare adam: lr=0.1..1: a grid takes values",
		"-compare adam:rate=1":                                     "-compare adam: unknown setting -rate",
		"-compare adam:hidden=3":                                   "-hidden is the same for all: give it outside of -compare",
		"-compare adam:seed=3":                                     "-seed is the same for all",
		"-compare adam:momentum=0.9":                               "-compare adam momentum=0.9: -momentum does not apply to -opt adam",
		"-compare adam:lr=x":                                       `-compare adam lr=x: invalid value "x" for -lr: want a finite number`,
		"-compare adam -opt kfac":                                  "-opt does not go with -compare",
		"-compare=":                                                "has an empty entry",
		"-compare adam -dry-run":                                   "-dry-run is of one run",
		"-compare adam -momentum 0.9":                              "-momentum does not apply to any of what is to be run",
		"-compare adam,sgd -kfac-damping 3":                        "-kfac-damping does not apply to any",
		"-compare kfac:eval-every=1,adam":                          "-eval-every is the same for all",
		"-compare adam -download=0 -seeds 0x":                      "want a whole number",
		"-compare adam -tune adam":                                 "are two commands",
		"-compare adam -tuned none.json":                           "-tuned: open none.json: no such file",
		"-compare adam -seeds 0x":                                  "want a whole number",
		"-compare adam -seed 18446744073709551615 -dataset digits": "there are no 5 seeds from there on",
		"-compare adam -batch-size 30000 -dataset digits -out " + t.TempDir(): "larger than the 20000 training examples",
		"-tune adam:lr=1..2 -search grid":                                     "-tune adam: lr=1..2: a grid takes values",
		"-tune adam:lr=1/2/3 -search grid -trials 2":                          "the grid has 3 settings, and -trials is 2",
		"-tune sgd:lr=1e-3..1,sgd:lr=0.1/1":                                   "-tune: sgd is there twice",
		"-trials 3":                                                           "-trials, -search and -by-seconds are of -tune",
		"-seeds 3":                                                            "-seeds is of -compare and -tune",
		"-compare adam -out none":                                             "-out none: -compare and -tune keep their runs",
		"-tune adam -resume auto":                                             "are of one run",
		"-tuned x":                                                            "-tuned is of -compare",
		"-target test_accuracy=0.5,0.6 -dataset digits":                       "a run has one; -compare and -tune take several",
		"-target test_accuracy=0.5,":                                          "want METRIC=VALUE",
		"-compare adam -target test_accuracy=0.5,2":                           "an accuracy is between 0 and 1",
	} {
		o := execute(strings.Fields(args)...)
		assert.Contains(t, []int{exitUsage, exitError}, o.status, args)
		assert.Contains(t, o.stderr, want, args)
		assert.Empty(t, o.stdout, args)
	}
}

package experiment_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/lock"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

func TestStore(t *testing.T) {
	store := experiment.Store{Dir: filepath.Join(t.TempDir(), "new")}
	release, err := store.Open("command")
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(store.Dir, "command.txt"))
	_, err = store.Open("another command")
	assert.ErrorAs(t, err, new(*lock.HeldError))
	require.NoError(t, release())
	_, err = experiment.Store{Dir: filepath.Join(store.Dir, "command.txt", "below")}.Open("command")
	assert.Error(t, err)
	// A configuration in force has Go's types, one that was read JSON's.
	seed := uint64(math.MaxUint64)
	like := func(dataset string, config ...results.Field[any]) *results.Run {
		config = append(config, results.Field[any]{Name: "seed", Value: seed})
		run := blank("sgd lr=1e+3", seed)
		run.Dataset, run.Config = dataset, config
		return run
	}
	lr, hidden := results.Field[any]{Name: "lr", Value: 0.5}, results.Field[any]{Name: "hidden", Value: []int{8, 4}}
	run, err := store.Load(like("digits", lr, hidden))
	require.NoError(t, err)
	assert.Nil(t, run, "nothing is there yet")
	kept := like("digits", lr, hidden, results.Field[any]{Name: "data_dir", Value: "here"})
	kept.Steps = 7
	kept.StepsPerSecond = 1
	require.NoError(t, store.Save(kept))

	run, err = store.Load(like("digits", lr, hidden, results.Field[any]{Name: "data_dir", Value: "elsewhere"}))
	require.NoError(t, err)
	require.NotNil(t, run, "where the data are changes nothing")
	assert.Equal(t, 7, run.Steps)
	for want, other := range map[string]*results.Run{
		"lr was 0.5, and is 0.25":               like("digits", results.Field[any]{Name: "lr", Value: 0.25}, hidden),
		"hidden was [8,4], and is not set":      like("digits", lr),
		"l2 was not set, and is 1":              like("digits", lr, hidden, results.Field[any]{Name: "l2", Value: 1}),
		"the data set was digits, and is mnist": like("mnist", lr, hidden),
	} {
		_, err = store.Load(other)
		assert.ErrorAs(t, err, new(*experiment.OtherError))
		assert.ErrorContains(t, err, want)
	}
	broken := like("two\nlines", lr, hidden)
	require.NoError(t, store.Save(broken))
	_, err = store.Load(like("digits", lr, hidden))
	assert.ErrorContains(t, err, `the data set was "two\nlines", and is digits`)
	assert.NotEqual(t, experiment.Slug("sgd lr=1e+3"), experiment.Slug("sgd lr=1e-3"))

	files, err := filepath.Glob(filepath.Join(store.Dir, "runs", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.WriteFile(files[0], []byte("{"), 0o600))
	_, err = store.Load(like("digits", lr, hidden))
	assert.ErrorContains(t, err, "is damaged")
}

// blank is a run that has not been made.
func blank(label string, seed uint64) *results.Run {
	return &results.Run{
		Version: 1, Label: label, Optimizer: "sgd", Model: "mlp", Dataset: "digits", Seed: seed, Workers: 2, DType: "float32", BatchSize: 10,
		Params: 7, PerEpoch: 5, Ending: results.Done, DataDigest: "abc", Environment: &results.Environment{Version: "v1"},
		Scores: results.Fields[results.Number]{{Name: "test_loss", Value: results.Number(math.NaN())}, {Name: "test_accuracy", Value: results.Number(math.NaN())}},
	}
}

// made is a run of seven steps.
func made(label string, seed uint64) *results.Run {
	run := blank(label, seed)
	scores := results.Fields[results.Number]{{Name: "test_loss", Value: 0.5}, {Name: "test_accuracy", Value: 0.9}}
	run.Steps, run.Epochs, run.TrainSeconds, run.StepsPerSecond, run.TrainLoss, run.Scores = 7, 1, 2, 3.5, 0.25, scores
	run.History = []results.Record{{Step: 5, Epoch: 1, TrainSeconds: 1, Scores: scores}, {Step: 7, Epoch: 2, TrainLoss: 0.25, TrainSeconds: 2, Scores: scores}}
	return run
}

// TestStale: a run of other data, or of another program, is made again.
func TestStale(t *testing.T) {
	store := experiment.Store{Dir: t.TempDir()}
	require.NoError(t, store.Save(made("sgd", 3)))
	run, err := store.Load(blank("sgd", 3))
	require.NoError(t, err)
	assert.Equal(t, 7, run.Steps)
	for want, change := range map[string]func(*results.Run){
		"the data of digits have changed since":                        func(r *results.Run) { r.DataDigest = "abd" },
		"it was made by version v1 of this program, which is v2":       func(r *results.Run) { r.Environment = &results.Environment{Version: "v2"} },
		"it was kept in format 1, this program keeps runs in format 2": func(r *results.Run) { r.Version = 2 },
	} {
		like := blank("sgd", 3)
		change(like)
		run, err := store.Load(like)
		assert.Nil(t, run)
		assert.ErrorAs(t, err, new(*experiment.StaleError))
		assert.ErrorContains(t, err, want)
	}
	old := made("sgd", 3)
	old.DataDigest = ""
	require.NoError(t, store.Save(old))
	_, err = store.Load(blank("sgd", 3))
	assert.ErrorContains(t, err, "nothing is known of its data but their name")
}

// TestEdited: what no run can say, or another one than its name says, is
// refused.
func TestEdited(t *testing.T) {
	store := experiment.Store{Dir: t.TempDir()}
	for want, change := range map[string]func(*results.Run){
		"steps is -3":                           func(r *results.Run) { r.Steps = -3 },
		"epochs is 2, with 7 steps of 5":        func(r *results.Run) { r.Epochs = 2 },
		"steps_per_epoch is 0":                  func(r *results.Run) { r.PerEpoch = 0 },
		"other sizes":                           func(r *results.Run) { r.Params = 8 },
		"test_accuracy is 7":                    func(r *results.Run) { r.Scores = slices.Clone(r.Scores); r.Scores[1].Value = 7 },
		"test_accuracy is 1, and 0.9 in the":    func(r *results.Run) { r.Scores = slices.Clone(r.Scores); r.Scores[1].Value = 1 },
		"step 5: test_accuracy is 7":            func(r *results.Run) { r.History[0].Scores = slices.Clone(r.Scores); r.History[0].Scores[1].Value = 7 },
		"its scores are":                        func(r *results.Run) { r.Scores = r.Scores[:1] },
		"train_loss is 0, and 0.25":             func(r *results.Run) { r.TrainLoss = 0 },
		"train_seconds is -1":                   func(r *results.Run) { r.TrainSeconds = -1 },
		"train_seconds is NaN":                  func(r *results.Run) { r.TrainSeconds = results.Number(math.NaN()) },
		"the history has step 5 after 5 of 7":   func(r *results.Run) { r.History[1].Step = 5 },
		"the history has step 9 after 5 of 7":   func(r *results.Run) { r.History[1].Step = 9 },
		"the history has second 0 after 1":      func(r *results.Run) { r.History[1].TrainSeconds = 0 },
		"the history has epoch 0 after 1":       func(r *results.Run) { r.History[1].Epoch = 0 },
		`ending is "good"`:                      func(r *results.Run) { r.Ending = "good" },
		`ending is "interrupted"`:               func(r *results.Run) { r.Ending = results.Interrupted },
		`a warning is "\x1b[2J"`:                func(r *results.Run) { r.Warnings = []string{"\x1b[2J"} },
		`ending is "target", and no target`:     func(r *results.Run) { r.Ending = results.Reached },
		"the target is reached at no step of 7": func(r *results.Run) { r.Target = &results.Target{Reached: true} },
		`optimizer is "adam", not "sgd"`:        func(r *results.Run) { r.Optimizer = "adam" },
		`seed is "4", not "3"`:                  func(r *results.Run) { r.Seed = 4 },
		`label is "adam", not "sgd"`:            func(r *results.Run) { r.Label = "adam" },
		`batch_size is "-1", not "10"`:          func(r *results.Run) { r.BatchSize = -1 },
	} {
		run := made("sgd", 3)
		change(run)
		text, err := json.Marshal(run)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Join(store.Dir, "runs"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(store.Dir, "runs", "sgd-seed-3.json"), text, 0o600))
		_, err = store.Load(blank("sgd", 3))
		assert.ErrorContains(t, err, "sgd-seed-3.json has been edited", want)
		assert.ErrorContains(t, err, want)
	}
}

// TestSlug: names of runs stay below 140 bytes, and apart.
func TestSlug(t *testing.T) {
	long := "kfac " + strings.Repeat("momentum=0.9 ", 50)
	store := experiment.Store{Dir: t.TempDir()}
	for _, label := range []string{long + "a", long + "b", "sgd"} {
		require.NoError(t, store.Save(made(label, math.MaxUint64)))
		run, err := store.Load(blank(label, math.MaxUint64))
		require.NoError(t, err)
		assert.Equal(t, label, run.Label)
	}
	files, err := os.ReadDir(filepath.Join(store.Dir, "runs"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, f := range files {
		assert.Less(t, len(f.Name()), 140)
	}
}

func trial(lr string, steps ...int) *experiment.Trial {
	t := &experiment.Trial{Settings: job.Choices{{Name: "lr", Value: lr}}}
	for _, n := range steps {
		run := &results.Run{PerEpoch: 1}
		for _, v := range []struct {
			step  int
			score float64
		}{{n, 0.9}, {2 * n, 0.98}} {
			if n > 0 {
				run.Scores = results.Fields[results.Number]{{Name: "test_accuracy", Value: results.Number(v.score)}}
				run.History = append(run.History, results.Record{Step: v.step, TrainSeconds: results.Number(1 / float64(n)), Scores: run.Scores})
			}
		}
		t.Runs = append(t.Runs, run)
	}
	return t
}

func TestSearch(t *testing.T) {
	s := &experiment.Search{Score: "test_accuracy"}
	s.Goals = []results.Goal{{Metric: "test_accuracy", Value: 0.9}, {Metric: "test_accuracy", Value: 0.98}}
	s.Better = func(_ string, v, w float64) bool { return v > w }
	assert.Nil(t, s.Best(nil, &s.Goals[0]))
	assert.True(t, math.IsInf(s.Limit(nil), 1))
	slow, fast, never := trial("1", 30, 50, 40), trial("2", 10, 20, 30), trial("3", 0, 5, 0)
	trials := []*experiment.Trial{never, slow, fast}
	assert.Equal(t, 20.0, s.Cost(fast, &s.Goals[0]))
	assert.True(t, math.IsInf(s.Cost(never, &s.Goals[0]), 1), "most of its runs did not")
	assert.Same(t, fast, s.Best(trials, &s.Goals[0]))
	assert.Equal(t, []*experiment.Trial{fast, slow, never}, s.Ranked(trials, &s.Goals[1]))
	assert.Equal(t, 40.0, s.Limit(trials), "of the hardest goal")
	s.BySeconds = true
	assert.Same(t, slow, s.Best(trials, &s.Goals[0]))
}

func TestTuning(t *testing.T) {
	goal := results.Goal{Metric: "test_accuracy", Value: 0.98}
	in := &experiment.Tuning{Version: 1, Task: job.Choices{{Name: "model", Value: "mlp"}}, Optimizers: []experiment.Tuned{{
		Optimizer: "kfac", Fixed: job.Choices{{Name: "kfac-mode", Value: "fixed"}, {Name: "batch-size", Value: "512"}},
		Best: []experiment.Best{
			{Goal: &results.Goal{Value: 0.9}, Trial: 1},
			{Goal: &goal, Reached: true, Trial: 2, Settings: job.Choices{{Name: "lr", Value: "1"}, {Name: "epochs", Value: "3"}}},
		},
		Trials: []experiment.Tried{{Settings: nil}, {Settings: job.Choices{{Name: "lr", Value: "1"}}}},
	}}}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "tune.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	out, err := experiment.ReadTuning(path)
	require.NoError(t, err)
	o := &out.Optimizers[0]
	assert.Equal(t, in.Optimizers[0].Best[1].Settings, o.For([]results.Goal{{Value: 0.5}, goal}).Settings)
	assert.Equal(t, 2, o.For(nil).Trial, "the hardest")
	assert.Nil(t, o.For([]results.Goal{{Value: 0.99}}), "a goal that was not tuned for")
	assert.True(t, o.Fits(job.Choices{{Name: "kfac-mode", Value: "fixed"}, {Name: "momentum", Value: "0.9"}}))
	assert.False(t, o.Fits(job.Choices{{Name: "batch-size", Value: "4096"}}))

	for _, text := range []string{"", "[]", "{}", `{"version":2,"optimizers":[{}]}`} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := experiment.ReadTuning(path)
		assert.ErrorContains(t, err, "is not a file of tuned settings", text)
	}
	_, err = experiment.ReadTuning(path + "x")
	assert.True(t, strings.Contains(err.Error(), "no such file"), err)
}

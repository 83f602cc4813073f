package experiment_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/results"
)

func TestStore(t *testing.T) {
	store := experiment.Store{Dir: filepath.Join(t.TempDir(), "new")}
	require.NoError(t, store.Open("command"))
	assert.FileExists(t, filepath.Join(store.Dir, "command.txt"))
	assert.Error(t, experiment.Store{Dir: filepath.Join(store.Dir, "command.txt", "below")}.Open("command"))
	// A configuration in force has Go's types, one that was read JSON's.
	seed := uint64(math.MaxUint64)
	like := func(dataset string, config ...results.Field[any]) *results.Run {
		config = append(config, results.Field[any]{Name: "seed", Value: seed})
		return &results.Run{Label: "sgd lr=1e+3", Seed: seed, Dataset: dataset, Config: config}
	}
	lr, hidden := results.Field[any]{Name: "lr", Value: 0.5}, results.Field[any]{Name: "hidden", Value: []int{8, 4}}
	run, err := store.Load(like("digits", lr, hidden))
	require.NoError(t, err)
	assert.Nil(t, run, "nothing is there yet")
	kept := like("digits", lr, hidden, results.Field[any]{Name: "data_dir", Value: "here"})
	kept.Steps = 7
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
	assert.NotEqual(t, experiment.Slug("sgd lr=1e+3"), experiment.Slug("sgd lr=1e-3"))

	files, err := filepath.Glob(filepath.Join(store.Dir, "runs", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.WriteFile(files[0], []byte("{"), 0o600))
	_, err = store.Load(like("digits", lr, hidden))
	assert.ErrorContains(t, err, "is damaged")
}

func trial(lr string, steps ...int) *experiment.Trial {
	t := &experiment.Trial{Settings: experiment.Settings{{Flag: "lr", Value: lr}}}
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
	in := &experiment.Tuning{Version: 1, Task: experiment.Settings{{Flag: "model", Value: "mlp"}}, Optimizers: []experiment.Tuned{{
		Optimizer: "kfac", Fixed: experiment.Settings{{Flag: "kfac-mode", Value: "fixed"}, {Flag: "batch-size", Value: "512"}},
		Best: []experiment.Best{
			{Goal: &results.Goal{Value: 0.9}, Trial: 1},
			{Goal: &goal, Reached: true, Trial: 2, Settings: experiment.Settings{{Flag: "lr", Value: "1"}, {Flag: "epochs", Value: "3"}}},
		},
		Trials: []experiment.Tried{{Settings: nil}, {Settings: experiment.Settings{{Flag: "lr", Value: "1"}}}},
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
	assert.True(t, o.Fits(experiment.Settings{{Flag: "kfac-mode", Value: "fixed"}, {Flag: "momentum", Value: "0.9"}}))
	assert.False(t, o.Fits(experiment.Settings{{Flag: "batch-size", Value: "4096"}}))

	for _, text := range []string{"", "[]", "{}", `{"version":2,"optimizers":[{}]}`} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := experiment.ReadTuning(path)
		assert.ErrorContains(t, err, "is not a file of tuned settings", text)
	}
	_, err = experiment.ReadTuning(path + "x")
	assert.True(t, strings.Contains(err.Error(), "no such file"), err)
}

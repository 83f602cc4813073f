package trainer_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// checkpointing is a whole run that writes checkpoints.
func checkpointing(t testing.TB, dir string, seed uint64) (*wholeRun, *trainer.Checkpointer) {
	r := newWhole(t, "Adam", seed)
	c := &trainer.Checkpointer{Trainer: r.trainer, Dir: dir, Best: "train_loss"}
	r.trainer.Callbacks = append(r.trainer.Callbacks, c.Callback)
	r.trainer.Keep = append(r.trainer.Keep, trainer.Kept{Name: "checkpoints", State: c})
	return r, c
}

func filesIn(t testing.TB, dir string) (list []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestCheckpointerKeepsTheNewestAndTheBest(t *testing.T) {
	for every, want := range map[int][]string{
		0: {"best.ckpt", "step-000000012.ckpt", "step-000000013.ckpt"}, // evaluations, and the end
		4: {"best.ckpt", "step-000000012.ckpt", "step-000000013.ckpt"},
		8: {"best.ckpt", "step-000000008.ckpt", "step-000000013.ckpt"},
	} {
		dir := filepath.Join(t.TempDir(), "checkpoints")
		r, c := checkpointing(t, dir, 1)
		c.Every = every
		_, err := r.trainer.Fit(context.Background(), r.loader)
		require.NoError(t, err)
		assert.Equal(t, want, filesIn(t, dir), "every %d", every)
	}
	dir := t.TempDir()
	r, c := checkpointing(t, dir, 1)
	c.Every, c.Newest, c.Best = 1, 5, ""
	_, err := r.trainer.Fit(context.Background(), r.loader)
	require.NoError(t, err)
	assert.Len(t, filesIn(t, dir), 5)
}

// TestBestCheckpoint: the best is the state after the best evaluation, also where that
// is the last one or ends the run.
func TestBestCheckpoint(t *testing.T) {
	for _, metric := range []string{"train_loss", "train_accuracy"} {
		dir := t.TempDir()
		r, c := checkpointing(t, dir, 1)
		c.Best = metric
		res, err := r.trainer.Fit(context.Background(), r.loader)
		require.NoError(t, err)
		best := res.History[0]
		for _, rec := range res.History {
			if metric == "train_loss" && rec.Scores[metric] < best.Scores[metric] || metric == "train_accuracy" && rec.Scores[metric] > best.Scores[metric] {
				best = rec
			}
		}
		state, err := os.ReadFile(filepath.Join(dir, "best.ckpt"))
		require.NoError(t, err)
		again, _ := checkpointing(t, t.TempDir(), 2)
		again.trainer.MaxSteps = 20
		require.NoError(t, again.trainer.UnmarshalBinary(state))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		at, err := again.trainer.Fit(ctx, again.loader)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, best.Step, at.Steps, metric)
		score, err := again.model.Evaluate(context.Background(), again.loader, trainer.Accuracy())
		require.NoError(t, err)
		assert.Equal(t, best.Scores["train_loss"], score["loss"])
	}
}

// TestResumeFromFiles: a run that is cut at any checkpoint goes on from the directory,
// passing over what is damaged, with the history of one that was not.
func TestResumeFromFiles(t *testing.T) {
	plain, _ := checkpointing(t, t.TempDir(), 1)
	want, err := plain.trainer.Fit(context.Background(), plain.loader)
	require.NoError(t, err)

	dir := t.TempDir()
	r, c := checkpointing(t, dir, 1)
	c.Every = 2
	ctx, cancel := context.WithCancel(context.Background())
	r.trainer.Callbacks = append(r.trainer.Callbacks, func(e *trainer.Event) error {
		if e.Kind == trainer.StepDone && e.Step == 7 {
			cancel()
		}
		return nil
	})
	_, err = r.trainer.Fit(ctx, r.loader)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, c.Save())
	require.Equal(t, []string{"best.ckpt", "step-000000006.ckpt", "step-000000007.ckpt"}, filesIn(t, dir))

	again, _ := checkpointing(t, dir, 3)
	file, skipped, err := again.trainer.Resume(dir)
	require.NoError(t, err)
	require.NoError(t, skipped)
	assert.Equal(t, filepath.Join(dir, "step-000000007.ckpt"), file)
	got, err := again.trainer.Fit(context.Background(), again.loader)
	require.NoError(t, err)
	assert.Equal(t, history(want), history(got))

	// The newest is damaged: each way of it leaves the one before.
	newest := filepath.Join(dir, "step-000000013.ckpt")
	whole, err := os.ReadFile(newest)
	require.NoError(t, err)
	for name, damage := range map[string][]byte{
		"no checkpoint": []byte("x"), "cut short": whole[:len(whole)-1], "too long": append(whole[:len(whole):len(whole)], 0),
		"checksum": append(append([]byte{}, whole[:len(whole)-9]...), 1, 2, 3, 4, 5, 6, 7, 8, 9), "no saved state": make([]byte, 100),
	} {
		require.NoError(t, os.WriteFile(newest, damage, 0o644))
		file, skipped, err := newWhole(t, "Adam", 1).trainer.Resume(dir)
		require.NoError(t, err)
		assert.ErrorContains(t, skipped, name)
		assert.NotEqual(t, newest, file)
	}
	for _, f := range filesIn(t, dir) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f), []byte("x"), 0o644))
	}
	_, _, err = newWhole(t, "Adam", 1).trainer.Resume(dir)
	assert.ErrorContains(t, err, "no checkpoint")
	file, _, err = newWhole(t, "Adam", 1).trainer.Resume(filepath.Join(dir, "none"))
	require.NoError(t, err)
	assert.Empty(t, file)
}

// TestCheckpointsThatCannotBeWritten end the run, or are told of while it goes on.
func TestCheckpointsThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	r, _ := checkpointing(t, file, 1)
	_, err := r.trainer.Fit(context.Background(), r.loader)
	assert.ErrorContains(t, err, file)

	r, c := checkpointing(t, file, 1)
	told := 0
	c.OnError = func(err error) {
		told++
		assert.ErrorContains(t, err, file)
	}
	res, err := r.trainer.Fit(context.Background(), r.loader)
	require.NoError(t, err)
	assert.Equal(t, 13, res.Steps)
	assert.Positive(t, told)

	r, c = checkpointing(t, t.TempDir(), 1)
	c.Best = "test_loss"
	_, err = r.trainer.Fit(context.Background(), r.loader)
	assert.ErrorContains(t, err, `no score "test_loss"`)
}

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/lock"
)

// kept are the arguments of a short run that is kept in a directory.
func kept(t *testing.T, dir string, more ...string) []string {
	return append([]string{"-dataset", blobs(t), "-hidden", "5", "-batch-size", "40", "-max-steps", "20", "-opt", "adam",
		"-progress", "none", "-json", "-out", dir}, more...)
}

// TestKeptRun: what a run leaves in its directory, a new one for each.
func TestKeptRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "run")
	args := kept(t, dir)
	o := execute(args...)
	require.Zero(t, o.status, o.stderr)
	for _, name := range []string{"config.json", "result.json", "checkpoints/step-000000020.ckpt", "checkpoints/best.ckpt"} {
		assert.FileExists(t, filepath.Join(dir, name))
	}
	again := execute(args...)
	assert.Equal(t, exitError, again.status)
	assert.Equal(t, "train: -out "+dir+": there is a run already: go on with it by -resume "+dir+", or name another directory\n", lastLine(again.stderr))

	var fresh [2]string
	for i := range fresh {
		o := executeKept(append(args[:len(args)-2:len(args)-2], "-progress", "plain")...)
		require.Zero(t, o.status, o.stderr)
		_, rest, _ := strings.Cut(o.stderr, "kept in   ")
		fresh[i], _, _ = strings.Cut(rest, "\n")
		assert.DirExists(t, fresh[i])
	}
	assert.NotEqual(t, fresh[0], fresh[1])
	assert.Regexp(t, `^runs/mlp-blobs-adam-\d{3}$`, fresh[1])

	before, err := os.ReadDir("runs")
	require.NoError(t, err)
	for _, nothing := range [][]string{{"-out", "none"}, {"-dry-run"}} {
		o := execute(append(args[:len(args)-2:len(args)-2], nothing...)...)
		require.Zero(t, o.status, o.stderr)
	}
	after, err := os.ReadDir("runs")
	require.NoError(t, err)
	assert.Len(t, after, len(before))
}

// TestInterruptedRunResumes: a run that is interrupted saves, says how to go on, and
// ends as one that was not interrupted. Resumed again, it ends at once with the same.
func TestInterruptedRunResumes(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole")
	o := execute(kept(t, whole)...)
	require.Zero(t, o.status, o.stderr)

	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	var stdout strings.Builder
	stderr := &tripwire{text: " 8/20 ", trip: cancel}
	status := run(ctx, kept(t, dir, "-progress", "plain", "-eval-every", "1"), &stdout, stderr)
	assert.Equal(t, 130, status, stderr.String())
	assert.Contains(t, stderr.String(), "; go on with: go run ./cmd/train -resume "+dir+"\n")
	assert.Contains(t, stderr.String(), "train: interrupted after step ")

	for range 2 {
		o = execute("-resume", dir, "-progress", "none", "-json")
		require.Zero(t, o.status, o.stderr)
	}
	value := func(dir, key string) string {
		_, values := keys(t, []byte(withoutTimes(t, filepath.Join(dir, "result.json"))))
		return string(values[key])
	}
	for _, key := range []string{"test_loss", "test_accuracy", "steps", "ending"} {
		assert.Equal(t, value(whole, key), value(dir, key), key)
	}

	longer := execute("-resume", dir, "-max-steps", "24", "-progress", "none", "-json")
	require.Zero(t, longer.status, longer.stderr)
	assert.Equal(t, "24", value(dir, "steps"))
}

// TestConfigRunsAgain: -config makes the same run, to the bit; -resume auto takes the newest.
func TestConfigAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	o := execute(kept(t, dir, "-seed", "7", "-weight-decay", "0.01", "-act", "tanh")...)
	require.Zero(t, o.status, o.stderr)
	for _, file := range []string{"config.json", "result.json"} {
		again := filepath.Join(t.TempDir(), "again")
		o = execute("-config", filepath.Join(dir, file), "-progress", "none", "-json", "-out", again)
		require.Zero(t, o.status, o.stderr)
		assert.Equal(t, withoutTimes(t, filepath.Join(dir, "result.json")), withoutTimes(t, filepath.Join(again, "result.json")))
	}
	other := executeKept("-config", filepath.Join(dir, "config.json"), "-opt", "sgd", "-seed", "8", "-progress", "none", "-json")
	require.Zero(t, other.status, other.stderr)
	_, values := keys(t, []byte(other.stdout))
	assert.Equal(t, `"sgd"`, string(values["optimizer"]))
	assert.Equal(t, "8", string(values["seed"]))
	newest := execute("-resume", "auto", "-progress", "none", "-json")
	require.Zero(t, newest.status, newest.stderr)
	_, again := keys(t, []byte(newest.stdout))
	assert.Equal(t, string(values["test_loss"]), string(again["test_loss"]))
}

// TestResumeRefused: other data, a damaged configuration, damaged checkpoints, and a
// directory in which another command is at work.
func TestResumeRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	require.Zero(t, execute(kept(t, dir)...).status)
	resume := func() outcome { return execute("-resume", dir, "-progress", "none") }

	release, err := lock.Dir(dir)
	require.NoError(t, err)
	assert.Contains(t, resume().stderr, "train: -resume: another command is at work in "+dir+": wait for its end\n")
	require.NoError(t, release())

	data := firstDataset(t, dir)
	text, err := os.ReadFile(data)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(data, []byte(strings.Replace(string(text), ".", "7.", 1)), 0o600))
	o := resume()
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "the data are not those of the run: blobs has changed since, or another was meant\n")
	require.NoError(t, os.WriteFile(data, text, 0o600))
	require.Zero(t, resume().status)

	checkpoints, err := filepath.Glob(filepath.Join(dir, "checkpoints", "step-*"))
	require.NoError(t, err)
	require.Len(t, checkpoints, 2)
	require.NoError(t, os.WriteFile(checkpoints[1], []byte("no state at all"), 0o600))
	o = resume() // from the one before
	assert.Zero(t, o.status)
	assert.Contains(t, o.stderr, "warning: checkpoint "+checkpoints[1]+": 15 bytes that are no checkpoint\n")
	checkpoints, err = filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	require.NoError(t, err)
	for _, file := range checkpoints {
		require.NoError(t, os.WriteFile(file, []byte("no state at all"), 0o600))
	}
	o = resume()
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "step-000000020.ckpt: 15 bytes that are no checkpoint")

	config := filepath.Join(dir, "config.json")
	for damage, want := range map[string]string{"": "not a configuration", `{"version":9,"config":{"opt":"adam"}}`: "version 9", `{"config":{"opt":"none-such"}}`: "none-such"} {
		require.NoError(t, os.WriteFile(config, []byte(damage), 0o600))
		o := resume()
		assert.NotZero(t, o.status)
		assert.Contains(t, o.stderr, want)
		assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
	}
}

// TestDiskThatTakesNothing: training goes on, and the status says that something is
// missing. A directory that was asked for is refused before training.
func TestDiskThatTakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := kept(t, dir, "-checkpoint-every", "5")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	o := execute(append(args, "-out", filepath.Join(file, "run"))...)
	assert.Equal(t, exitError, o.status)
	assert.Empty(t, o.stdout)

	home, err := os.Getwd()
	require.NoError(t, err)
	work := t.TempDir()
	require.NoError(t, os.Chdir(work))
	defer os.Chdir(home)
	require.NoError(t, os.WriteFile("runs", nil, 0o600)) // no directory can be made below it
	o = executeKept(args[:len(args)-4]...)               // without -out and -checkpoint-every
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stdout, `"ending":"done"`)
	assert.Equal(t, 2, strings.Count(o.stderr, "nothing of the run is kept"), "at once, and at the end: %s", o.stderr)
}

// firstDataset is the file that a kept run was trained on.
func firstDataset(t *testing.T, dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "config.json"))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), `"dataset": "/`)
	name, _, _ := strings.Cut(rest, `"`)
	return "/" + name
}

// TestTensorBoardGoesOn: event files are gone on with, without being asked for again, for
// optimizers whose curvature is measured now and then as well.
func TestTensorBoardGoesOn(t *testing.T) {
	for _, opt := range []string{"adam", "muon", "shampoo", "soap", "kfac"} {
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		stderr := &tripwire{text: " 8/20 ", trip: cancel}
		status := run(ctx, kept(t, dir, "-opt", opt, "-progress", "plain", "-eval-every", "2", "-tensorboard"), &strings.Builder{}, stderr)
		require.Equal(t, 130, status, stderr.String())
		o := execute("-resume", dir, "-progress", "none")
		require.Zero(t, o.status, o.stderr)
		assert.NotContains(t, o.stderr, "warning")
		files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		text, err := os.ReadFile(files[0])
		require.NoError(t, err)
		assert.Contains(t, string(text), "activations/dense1")
		o = execute("-resume", dir, "-max-steps", "26", "-progress", "plain")
		require.Zero(t, o.status, o.stderr)
		assert.Contains(t, o.stderr, "from step 20 on")
		again := execute("-config", filepath.Join(dir, "config.json"), "-progress", "none", "-json")
		require.Zero(t, again.status, again.stderr)
		assert.Contains(t, again.stdout, `"max_steps":26`, "what is in force is what is written")
		o = execute("-resume", dir, "-progress", "plain")
		assert.Contains(t, o.stderr, "and has ended: -epochs or -max-steps give it more to do")
	}
}

// TestAccumulateTakesTheSameSteps as one mini-batch of all the parts.
func TestAccumulateTakesTheSameSteps(t *testing.T) {
	args := []string{"-dataset", blobs(t), "-hidden", "5", "-batch-size", "44", "-epochs", "2", "-opt", "sgd", "-dtype", "float64", "-json", "-progress", "none"}
	_, whole := keys(t, []byte(execute(args...).stdout))
	o := execute(append(args, "-accumulate", "4")...)
	require.Zero(t, o.status, o.stderr)
	_, parts := keys(t, []byte(o.stdout))
	assert.Equal(t, string(whole["steps"]), string(parts["steps"]))
	assert.InEpsilon(t, number(t, whole["test_loss"]), number(t, parts["test_loss"]), 1e-9)
}

// TestDirectoryThatGoes: a directory that somebody removes is missed, however much of it
// could be written again.
func TestDirectoryThatGoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	stderr := &tripwire{text: " 8/20 ", trip: func() { os.RemoveAll(dir) }}
	status := run(context.Background(), kept(t, dir, "-progress", "plain", "-eval-every", "2"), &strings.Builder{}, stderr)
	assert.Equal(t, exitError, status)
	assert.Contains(t, stderr.String(), "config.json has been removed while the run was made")
}

// TestInterruptedBeforeTheFirstStep: what is saved then can be gone on with.
func TestInterruptedBeforeTheFirstStep(t *testing.T) {
	for _, opt := range []string{"-opt sgd", "-opt adam", "-opt muon", "-opt shampoo", "-opt soap", "-opt kfac", "-opt kfac -kfac-mode fixed"} {
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		stderr := &tripwire{text: "kept in", trip: cancel}
		require.Equal(t, 130, run(ctx, append(kept(t, dir, "-progress", "plain"), strings.Fields(opt)...), &strings.Builder{}, stderr), stderr.String())
		require.Contains(t, stderr.String(), "saved at step 0")
		o := execute("-resume", dir, "-progress", "none")
		assert.Zero(t, o.status, o.stderr)
	}
}

// TestForeignStateIsRefused: a checkpoint belongs to its configuration.
func TestForeignStateIsRefused(t *testing.T) {
	dir, other := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "other")
	require.Zero(t, execute(kept(t, dir)...).status)
	require.Zero(t, execute(kept(t, other, "-seed", "7")...).status)
	files, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	require.NoError(t, err)
	for _, file := range files {
		require.NoError(t, os.Remove(file))
	}
	text, err := os.ReadFile(filepath.Join(other, "checkpoints", "step-000000020.ckpt"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "checkpoints", "step-000000020.ckpt"), text, 0o600))
	o := execute("-resume", dir, "-progress", "none")
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "it is of another run: its seed is 7, and here it is 1")
}

// TestDamagedNewestIsNotKept: the newest good checkpoints are left, and not files of later
// steps that are damaged. Where all are damaged the best is gone on with.
func TestDamagedNewestIsNotKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	require.Zero(t, execute(kept(t, dir, "-checkpoint-every", "4", "-keep", "3")...).status)
	for _, step := range []string{"16", "20"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "checkpoints", "step-0000000"+step+".ckpt"), []byte("damaged"), 0o600))
	}
	ctx, cancel := context.WithCancel(context.Background())
	stderr := &tripwire{text: " 16/20 ", trip: cancel}
	status := run(ctx, []string{"-resume", dir, "-keep", "1", "-checkpoint-every", "1"}, &strings.Builder{}, stderr)
	require.Equal(t, 130, status, stderr.String())
	assert.Contains(t, stderr.String(), "-resume "+dir+" -checkpoint-every 1 -keep 1\n")
	o := execute("-resume", dir, "-progress", "none")
	require.Zero(t, o.status, o.stderr)
	files, err := filepath.Glob(filepath.Join(dir, "checkpoints", "step-*"))
	require.NoError(t, err)
	for _, file := range files {
		require.NoError(t, os.WriteFile(file, []byte("damaged"), 0o600))
	}
	o = execute("-resume", dir, "-progress", "none")
	assert.Zero(t, o.status, "from the best: %s", o.stderr)
}

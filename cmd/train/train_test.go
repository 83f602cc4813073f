package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestJSON holds the keys of the contract, in their order.
func TestJSON(t *testing.T) {
	data, images := blobs(t), stripes(t)
	const head = "version optimizer model dataset seed workers dtype batch_size params steps epochs steps_per_epoch train_seconds steps_per_second train_loss "
	for _, c := range []struct {
		args, scores string
		target       bool
	}{
		{"-dataset " + data + " -hidden 8 -epochs 2", "test_loss test_accuracy", false},
		{"-dataset " + data + " -hidden 8 -opt adam -target test_accuracy=0", "test_loss test_accuracy", true},
		{"-dataset " + images + " -model autoencoder -hidden 16,4 -opt sgd -epochs 2",
			"train_subset_loss reconstruction_error test_loss test_reconstruction_error", false},
		{"-model regression -hidden 4 -max-steps 2 -target test_loss=100", "test_loss", true},
	} {
		o := execute(append(strings.Fields(c.args), "-json")...)
		require.Zero(t, o.status, o.stderr)
		assert.Equal(t, 1, strings.Count(o.stdout, "\n"))
		names, values := keys(t, []byte(o.stdout))
		want := head + c.scores
		if c.target {
			want += " target"
			targetNames, target := keys(t, values["target"])
			assert.Equal(t, "metric value reached step seconds", strings.Join(targetNames, " "))
			assert.JSONEq(t, "true", string(target["reached"]))
		}
		assert.Equal(t, want+" ending history config command environment", strings.Join(names, " "))

		var records []json.RawMessage
		require.NoError(t, json.Unmarshal(values["history"], &records))
		require.NotEmpty(t, records)
		recordNames, last := keys(t, records[len(records)-1])
		want = "step epoch train_loss " + c.scores + " train_seconds phase_seconds"
		if string(values["optimizer"]) == `"kfac"` {
			want += " kfac"
		}
		assert.Equal(t, want, strings.Join(recordNames, " "))
		for _, name := range strings.Fields("train_loss " + c.scores) {
			assert.Equal(t, string(last[name]), string(values[name]))
		}
	}
}

// TestConfig: what was given and what was not are both in the result.
func TestConfig(t *testing.T) {
	o := execute("-dataset", blobs(t), "-hidden", "8,4", "-dry-run", "-json", "-kfac-mode", "fixed", "-kfac-damping", "0.1", "-momentum", "none",
		"-kfac-damping-update-steps", "-1", "-kfac-min-damping", "0.05", "-workers", "1", "-dtype", "float64", "-progress", "none")
	require.Zero(t, o.status, o.stderr)
	_, values := keys(t, []byte(o.stdout))
	assert.Equal(t, "1", string(values["workers"]))
	assert.Equal(t, `"float64"`, string(values["dtype"]))
	_, config := keys(t, values["config"])
	for name, want := range map[string]string{
		"hidden": "[8,4]", "act": `"relu"`, "init": `"torch"`, "kfac_damping": "0.1", "kfac_min_damping": "0.05", "momentum": "0",
		"kfac_damping_update_steps": "-1", "kfac_fisher": `"mc"`, "batch_size": "80", "lr": "0.264",
	} {
		assert.Equal(t, want, string(config[name]), name)
	}
	assert.Equal(t, 1, strings.Count(o.stderr, "\n"), "-progress none leaves the data set: %s", o.stderr)
}

func TestTarget(t *testing.T) {
	args := []string{"-dataset", blobs(t), "-hidden", "16", "-batch-size", "20", "-epochs", "5", "-opt", "adam", "-lr", "0.01", "-json", "-target"}
	o := execute(append(args, "test_accuracy=0.9")...)
	require.Zero(t, o.status, o.stderr)
	var result struct {
		Steps  int
		Target struct {
			Reached bool
			Step    *int
			Seconds *float64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &result))
	assert.True(t, result.Target.Reached)
	assert.Equal(t, result.Steps, *result.Target.Step)
	assert.Less(t, result.Steps, 40, "the run stops there")

	o = execute(append(args, "test_loss=0")...)
	assert.Equal(t, exitMissed, o.status)
	assert.Contains(t, o.stderr, "train: target test_loss=0 was not reached: the best was 0.")
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &result))
	assert.False(t, result.Target.Reached)
	assert.Nil(t, result.Target.Step)
	assert.Equal(t, 40, result.Steps)
}

// TestDeterminism: the same seed gives the same bits, which Go prints as the
// same digits, and another seed others.
func TestDeterminism(t *testing.T) {
	data, images := blobs(t), stripes(t)
	for _, args := range []string{
		"-opt kfac -dropout 0.2", "-opt adam", "-opt sgd", "-opt kfac -dtype float64 -kfac-fisher exact",
		"-model autoencoder -hidden 16,4 -init sparse", "-kfac-mode fixed -init orthogonal -schedule cosine -warmup-steps 3 -clip-grad 1 -l2 1e-4",
		"-kfac-mode adaptive -dropout 0.2 -kfac-factor-fraction 0.5 -kfac-product-fraction 0.25 -kfac-polyak 0.9",
		"-kfac-mode adaptive -kfac-structure block-tridiagonal -kfac-fisher ggn", "-kfac-structure ekfac",
	} {
		full := append(strings.Fields("-hidden 32,16 "+args), "-dataset", data, "-batch-size", "32", "-max-steps", "12", "-json", "-workers", "2")
		if strings.Contains(args, "autoencoder") {
			full = append(full, "-dataset", images)
		}
		first := execute(append(full, "-seed", "7")...)
		require.Zero(t, first.status, first.stderr)
		assert.Equal(t, history(t, first), history(t, execute(append(full, "-seed", "7")...)), args)
		assert.NotEqual(t, history(t, first), history(t, execute(append(full, "-seed", "8")...)), args)
	}
}

func TestDryRun(t *testing.T) {
	o := execute("-dry-run", "-dataset", blobs(t), "-target", "test_accuracy=1", "-epochs", "9", "-warmup-steps", "4", "-json")
	require.Zero(t, o.status, o.stderr)
	_, values := keys(t, []byte(o.stdout))
	assert.Equal(t, "1", string(values["steps"]))
}

// TestInterrupted: a signal ends the run at the next step, and what was done
// is printed.
func TestInterrupted(t *testing.T) {
	args := []string{"-dataset", blobs(t), "-hidden", "8", "-max-steps", "1000", "-eval-every", "5", "-json", "-target", "test_loss=0"}
	for _, c := range []struct {
		when   string
		cause  error
		status int
		steps  string
	}{
		{" 5/1000 ", &signalError{syscall.SIGTERM}, 143, "5"},
		{" 5/1000 ", &signalError{syscall.SIGINT}, 130, "5"},
		{" 5/1000 ", context.Canceled, 130, "5"},
		{"data set:", &signalError{syscall.SIGINT}, 130, "0"},
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		var stdout strings.Builder
		stderr := &tripwire{text: c.when, trip: func() { cancel(c.cause) }}
		assert.Equal(t, c.status, run(ctx, args, &stdout, stderr), stderr.String())
		assert.Contains(t, stderr.String(), "train: interrupted")
		_, values := keys(t, []byte(stdout.String()))
		assert.Equal(t, c.steps, string(values["steps"]))
		assert.Equal(t, `"interrupted"`, string(values["ending"]))
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr strings.Builder
	assert.Equal(t, 130, run(ctx, args, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Equal(t, "train: interrupted before the first step\n", stderr.String())
}

var numbers = regexp.MustCompile(`\d+(\.\d+)?(e[-+]\d+)?`)

// TestPlain holds the screen of a run without a terminal, but for its numbers.
func TestPlain(t *testing.T) {
	data := blobs(t)
	o := execute("-dataset", data, "-hidden", "8", "-opt", "sgd", "-epochs", "2", "-batch-size", "80", "-workers", "1",
		"-lr", "0.1", "-momentum", "0.9", "-schedule", "linear", "-out", "none")
	require.Zero(t, o.status, o.stderr)
	dir, _ := filepath.Split(data)
	lines := strings.Split(strings.ReplaceAll(o.stderr, dir, ""), "\n")
	assert.Equal(t, []string{
		"data set: blobs (blobs.csv: 160 training and 40 test examples in 3 classes); the label is column 1",
		"160 training and 40 test examples of 4 in 3 classes, standardised",
		"",
		"layer            output  parameters",
		"input            4       0",
		"Flatten          4       0",
		"Dense(8) dense1  8       40",
		"ReLU             8       0",
		"Dense(3) dense2  3       27",
		"total                    67",
		"",
		"model     -model mlp  -hidden 8  -act relu  -init torch",
		"data      -dataset blobs.csv",
		"training  -opt sgd  -epochs 2  -batch-size 80  -lr 0.1  -momentum 0.9  -schedule linear",
		"run       -seed 1  -workers 1  -dtype float32",
		"steps     4, each of 80 examples; an epoch has 2",
		"",
		"   step    epoch  train loss  test loss  test accuracy  seconds",
	}, lines[:18])
	assert.Regexp(t, `^    2/4      1/2      \d\.\d{4}     \d\.\d{4}         \d\.\d{4}      \d\.\d$`, lines[18])
	assert.Regexp(t, `^    4/4      2/2 `, lines[19])
	assert.Equal(t, []string{"", ""}, lines[20:])

	assert.Equal(t, strings.Join([]string{
		"optimizer      sgd",
		"model          mlp N-N-N, N parameters",
		"data set       blobs",
		"steps          N (N epochs)",
		"training time  N s (N steps/s)",
		"train loss     N",
		"test loss      N",
		"test accuracy  N",
		"",
	}, "\n"), numbers.ReplaceAllString(o.stdout, "N"))
}

// TestBar: the bar is drawn, and gone at the end.
func TestBar(t *testing.T) {
	o := execute("-dataset", blobs(t), "-hidden", "8", "-opt", "sgd", "-batch-size", "160", "-epochs", "2", "-progress", "bar")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "starting   0% [")
	assert.Contains(t, o.stderr, "    2/2      2/2 ")
	assert.Regexp(t, `\r\x1b\[2K\n$`, o.stderr)
}

func TestProfilesAndWorkers(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	cpu, mem := filepath.Join(t.TempDir(), "cpu"), filepath.Join(t.TempDir(), "mem")
	o := execute("-dataset", blobs(t), "-dry-run", "-cpuprofile", cpu, "-memprofile", mem, "-workers", "1")
	require.Zero(t, o.status, o.stderr)
	for _, path := range []string{cpu, mem} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Positive(t, info.Size())
	}
	assert.Equal(t, before, runtime.GOMAXPROCS(0))
}

func TestDigits(t *testing.T) {
	o := execute("-dataset", "digits", "-max-steps", "3", "-hidden", "16", "-json")
	require.Zero(t, o.status, o.stderr)
	assert.True(t, strings.HasPrefix(o.stderr, "data set: digits (built in"), o.stderr)
}

// TestMNIST trains for a third of an epoch, which tells wiring that is wrong
// from wiring that is right.
func TestMNIST(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on MNIST")
	}
	dir := os.Getenv("GOKFAC_MNIST_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "mnist")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("MNIST is not in %s: name its directory in $GOKFAC_MNIST_DIR", dir)
	}
	o := execute("-dataset", "mnist", "-data-dir", dir, "-max-steps", "60", "-target", "test_accuracy=0.95", "-json")
	assert.Zero(t, o.status, o.stderr)
}

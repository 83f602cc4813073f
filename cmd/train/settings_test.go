package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// resolved is the spec of a command line on a large training set.
func resolved(t *testing.T, args string) *job.Spec {
	t.Helper()
	c, err := parse(strings.Fields(args), nil)
	require.NoError(t, err)
	require.NoError(t, c.spec.Resolve(1_000_000))
	return c.spec
}

// TestMessage: one line, without package names, settings as flags, and nothing that
// moves a cursor.
func TestMessage(t *testing.T) {
	assert.Equal(t, "other", message(errors.New("kfac: other")))
	assert.Equal(t, `a; b\x1b[2J\tc ü`, message(errors.New("a\nb\x1b[2J\tc ü")))
	assert.Equal(t, "a larger -kfac-damping than 2", message(errors.New("a larger ⟨kfac-damping⟩ than 2")))
	assert.Equal(t, exitDiverged, exitStatus(fmt.Errorf("x: %w", &trainer.DivergedError{Step: 3, Err: errors.New("x")})))
	assert.Equal(t, exitError, exitStatus(kfac.ErrNotPositive))
}

// TestNoneIsReported: what is off is off in the steps, 0 in the result, and none
// in the configuration as it is printed.
func TestNoneIsReported(t *testing.T) {
	data := blobs(t)
	for _, opt := range []string{"kfac", "sgd"} {
		args := strings.Fields("-dataset " + data + " -hidden 4 -max-steps 8 -eval-every 1 -json -progress plain -opt " + opt)
		if opt == "kfac" {
			args = append(args, "-kfac-mode", "fixed", "-kfac-factor-decay", "none", "-kfac-min-damping", "none")
		}
		o := execute(append(args, "-momentum", "none")...)
		require.Zero(t, o.status, o.stderr)
		assert.Contains(t, o.stderr, "-momentum none")
		_, values := keys(t, []byte(o.stdout))
		_, config := keys(t, values["config"])
		assert.Equal(t, "0", string(config["momentum"]))
		assert.NotEqual(t, string(values["train_loss"]), func() string {
			_, values := keys(t, []byte(execute(args...).stdout))
			return string(values["train_loss"])
		}(), "the default is another run")
		if opt != "kfac" {
			continue
		}
		assert.Contains(t, o.stderr, "-kfac-factor-decay none")
		assert.Contains(t, o.stderr, "-kfac-min-damping none")
		assert.Equal(t, []string{"0", "0"}, []string{string(config["kfac_factor_decay"]), string(config["kfac_min_damping"])})
		for _, s := range steps(t, o) {
			assert.Equal(t, "0", string(s["mu"]))
		}
	}
}

func TestEmpiricalWarns(t *testing.T) {
	data := blobs(t)
	for estimator, want := range map[string]int{"empirical": 1, "mc": 0} {
		o := execute("-dataset", data, "-hidden", "4", "-dry-run", "-progress", "none", "-kfac-fisher", estimator)
		require.Zero(t, o.status, o.stderr)
		assert.Equal(t, want, strings.Count(o.stderr, "\nwarning: -kfac-fisher empirical is not the Fisher: its G vanishes"), o.stderr)
		assert.Equal(t, 1+want, strings.Count(o.stderr, "\n"), o.stderr)
	}
}

// TestSubsetLoss: without a penalty on the weights, the loss of the first
// training examples can be a target, and the screen shows it.
func TestSubsetLoss(t *testing.T) {
	o := execute("-dataset", stripes(t), "-model", "autoencoder", "-hidden", "16,4", "-opt", "adam", "-epochs", "1", "-batch-size", "96", "-target", "train_subset_loss=1000")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "train loss  subset loss    error  test loss  test error")
	assert.Contains(t, o.stdout, "target                     train_subset_loss=1000 reached at step 1")
}

// TestL2: the penalty is in train_loss alone.
func TestL2(t *testing.T) {
	args := []string{"-dataset", blobs(t), "-hidden", "8", "-opt", "sgd", "-lr", "1e-12", "-max-steps", "1", "-json", "-l2"}
	with, without := execute(append(args, "10")...), execute(append(args, "none")...)
	require.Zero(t, with.status, with.stderr)
	_, a := keys(t, []byte(with.stdout))
	_, b := keys(t, []byte(without.stdout))
	assert.InDelta(t, decimal(t, b["test_loss"]), decimal(t, a["test_loss"]), 1e-6)
	assert.Greater(t, decimal(t, a["train_loss"]), decimal(t, b["train_loss"])+1)
}

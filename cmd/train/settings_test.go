package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// resolved are the settings of a command line on a large training set.
func resolved(t *testing.T, args string) *settings {
	t.Helper()
	s, err := parse(strings.Fields(args))
	require.NoError(t, err)
	require.NoError(t, s.resolve(1_000_000))
	return s
}

// TestNone: the word switches off what has a default, and 0 is the default.
func TestNone(t *testing.T) {
	table := defaultsFor("kfac", "autoencoder")
	require.Positive(t, table.kfac.KLClip)
	assert.Equal(t, table.kfac.KLClip, resolved(t, "-model autoencoder -kfac-kl-clip 0").kfac.KLClip)
	assert.Zero(t, resolved(t, "-model autoencoder -kfac-kl-clip none").kfac.KLClip)
	s := resolved(t, "-momentum none -weight-decay none -l2 none -clip-grad none")
	assert.Equal(t, []float64{0, 0, 0, 0, 0}, []float64{s.momentum, s.kfac.Momentum, s.weightDecay, s.l2, s.clip})
	assert.Equal(t, []float64{0, 3, 0}, []float64{unlessNone(-1, 3), unlessNone(0, 3), unlessNone(0, 0)})
}

// TestMinDamping: the table's floor goes with the table's damping, and another
// damping has package kfac's.
func TestMinDamping(t *testing.T) {
	for _, model := range []string{"mlp", "autoencoder"} {
		table, err := kfac.New(defaultsFor("kfac", model).kfac)
		require.NoError(t, err)
		floor := table.Config().MinDamping
		for args, want := range map[string]float64{
			"":                       floor,
			"-kfac-damping 0":        floor,
			"-kfac-min-damping 0.02": 0.02,
			"-kfac-damping 7":        3.5,
			"-kfac-damping 1e-5":     5e-6,
			"-kfac-damping 5000":     2500,
			"-kfac-damping 7 -kfac-min-damping 0.0625": 0.0625,
		} {
			assert.Equal(t, want, resolved(t, "-model "+model+" "+args).kfac.MinDamping, "%s %s", model, args)
		}
	}
	assert.Regexp(t, `(?m)momentum +kfac-damping +kfac-min-damping +kfac-kl-clip$`, execute("-list").stdout)
	assert.Regexp(t, `(?m)^  autoencoder kfac .* 1 +0\.01 +0\.2$`, execute("-list").stdout)
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

func TestRemedies(t *testing.T) {
	for args, want := range map[string]string{
		"-lr 2": "a smaller -lr than 2, a larger -kfac-damping than 0.5, -kfac-kl-clip 0.01 or -warmup-steps",
		"-lr 2 -l2 0.5 -weight-decay 3 -kfac-kl-clip 4": "a smaller -lr than 2, a smaller -l2 than 0.5, a smaller -weight-decay than 3, " +
			"a larger -kfac-damping than 0.5, a smaller -kfac-kl-clip than 4 or -warmup-steps",
		"-opt adam -lr 2":                   "a smaller -lr than 2, -clip-grad 1 or -warmup-steps",
		"-opt sgd -lr 2 -clip-grad 1":       "a smaller -lr than 2 or -warmup-steps",
		"-opt sgd -lr 2 -l2 2 -clip-grad 1": "a smaller -lr than 2, a smaller -l2 than 2 or -warmup-steps",
	} {
		r := &training{s: resolved(t, args)}
		assert.Equal(t, want, r.remedies(), args)
	}
}

// TestHint: each way a run can fail numerically names the flags that help.
func TestHint(t *testing.T) {
	r := &training{s: resolved(t, "-kfac-damping 2")}
	err := r.hint(kfac.ErrNotPositive)
	assert.Equal(t, "a factor has no Cholesky decomposition, even with its damping raised 10⁵ times; try a larger -kfac-damping than 2", message(err))
	assert.Equal(t, exitError, exitStatus(err))
	err = r.hint(&trainer.DivergedError{Step: 3, Err: errors.New("x")})
	assert.Equal(t, "diverged at step 3: x; try "+r.remedies(), message(err))
	assert.Equal(t, exitDiverged, exitStatus(err))
	other := errors.New("kfac: other")
	assert.Equal(t, other, r.hint(other))
	assert.Equal(t, "other", message(other))
}

// TestSubsetLoss: without a penalty on the weights, the loss of the first
// training examples can be a target, and the screen shows it.
func TestSubsetLoss(t *testing.T) {
	o := execute("-dataset", stripes(t), "-model", "autoencoder", "-hidden", "16,4", "-opt", "adam", "-epochs", "1", "-target", "train_subset_loss=1000")
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

package main

import (
	"errors"
	"fmt"
	"io"
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
	for _, model := range namesOf(models()) {
		table := defaultsFor("kfac", model, kfac.Fixed).kfac
		assert.Equal(t, table.KLClip, resolved(t, "-kfac-mode fixed -kfac-kl-clip 0 -model "+model).kfac.KLClip)
		assert.Zero(t, resolved(t, "-kfac-mode fixed -kfac-kl-clip none -model "+model).kfac.KLClip)
		assert.Zero(t, resolved(t, "-kfac-polyak none -model "+model).kfac.Polyak)
	}
	s := resolved(t, "-kfac-mode fixed -momentum none -weight-decay none -l2 none -clip-grad none")
	assert.Equal(t, []float64{0, kfac.None, 0, 0, 0}, []float64{s.momentum, s.kfac.Momentum, s.weightDecay, s.l2, s.clip})
	assert.Equal(t, []float64{0, 3, 0}, []float64{unlessNone(trainer.None, 3), unlessNone(0, 3), unlessNone(0, 0)})
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

// TestMinDamping: the table's floor goes with the table's damping, and another
// damping, or one that is to be found, has package kfac's, which in adaptive
// mode is found at the first step.
func TestMinDamping(t *testing.T) {
	for _, model := range namesOf(models()) {
		for mode, own := range map[kfac.Mode]map[string]float64{
			kfac.Fixed:    {"-kfac-damping 7": 3.5, "-kfac-damping 1e-5": 5e-6, "-kfac-damping 5000": 2500},
			kfac.Adaptive: {"-kfac-damping 7": 0, "-kfac-damping 5000": 0, "-kfac-damping found": 0},
		} {
			table, err := kfac.New(withMode(defaultsFor("kfac", model, mode).kfac, mode))
			require.NoError(t, err)
			usual := table.Config().MinDamping
			own[""], own["-kfac-damping 0"], own["-batch-size 35"] = usual, usual, usual
			own["-kfac-min-damping 0.02"], own["-kfac-damping 7 -kfac-min-damping 0.0625"] = 0.02, 0.0625
			for args, want := range own {
				s := resolved(t, fmt.Sprintf("-model %s -kfac-mode %s %s", model, mode, args))
				assert.Equal(t, want, s.kfac.MinDamping, "%s %s %s", model, mode, args)
				assert.Contains(t, kfacInForce(s.kfac), setting{"kfac", "kfac-min-damping", orFound(want)})
				if strings.HasSuffix(args, "found") {
					assert.Zero(t, s.kfac.Damping)
				}
			}
		}
	}
}

func withMode(c kfac.Config, mode kfac.Mode) kfac.Config {
	c.Mode = mode
	return c
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
		"-kfac-mode fixed -lr 2 -kfac-damping 3 -kfac-kl-clip none": "a smaller -lr than 2, a larger -kfac-damping than 3, " +
			"-kfac-kl-clip 0.01 or -warmup-steps",
		"-kfac-mode fixed -lr 2 -l2 0.5 -weight-decay 0.3 -kfac-damping 3 -kfac-kl-clip 4": "a smaller -lr than 2, a smaller -l2 than 0.5, " +
			"a smaller -weight-decay than 0.3, a larger -kfac-damping than 3, a smaller -kfac-kl-clip than 4 or -warmup-steps",
		"-kfac-mode adaptive -lr 1 -batch-size 64 -kfac-damping 3": "a larger -kfac-damping than 3, " +
			"a larger -batch-size than 64 or -kfac-mode fixed",
		"-kfac-mode adaptive -lr 1.5 -l2 1 -batch-size 64 -kfac-damping found -kfac-min-damping 2": "a smaller -lr than 1.5, a smaller -l2 than 1, " +
			"-kfac-damping 10, a larger -kfac-min-damping than 2, a larger -batch-size than 64 or -kfac-mode fixed",
		"-opt adam -lr 2":                   "a smaller -lr than 2, -clip-grad 1 or -warmup-steps",
		"-opt sgd -lr 2 -clip-grad 1":       "a smaller -lr than 2 or -warmup-steps",
		"-opt sgd -lr 2 -l2 2 -clip-grad 1": "a smaller -lr than 2, a smaller -l2 than 2 or -warmup-steps",
	} {
		r := &training{s: resolved(t, args)}
		assert.Equal(t, want, alternatives(r.remedies()), args)
	}
}

// TestRemedyNamesTheFloor that is in force, found or not.
func TestRemedyNamesTheFloor(t *testing.T) {
	for args, want := range map[string]float64{"": 0, "-kfac-min-damping 0.125": 0.125} {
		s, err := parse(strings.Fields("-dataset " + blobs(t) + " -hidden 4 -progress none -max-steps 1 " + args))
		require.NoError(t, err)
		d, _, err := openData(t.Context(), s, newDownload("none", io.Discard))
		require.NoError(t, err)
		require.NoError(t, s.resolve(d.Train.Len()))
		r, err := newTraining(s, d)
		require.NoError(t, err)
		assert.Equal(t, want > 0, strings.Contains(alternatives(r.remedies()), "-kfac-min-damping"), "before the first step")
		require.NoError(t, r.fit(t.Context(), newDisplay("none", io.Discard, s.scores(), r.total, r.perEpoch).callback))
		floor := r.kfac.Stats().LeastDamping
		assert.Positive(t, floor)
		if want > 0 {
			assert.Equal(t, want, floor)
		}
		assert.Contains(t, alternatives(r.remedies()), fmt.Sprintf("a larger -kfac-min-damping than %.4g", floor))
	}
}

// TestHint: each way a run can fail numerically names the flags that help.
func TestHint(t *testing.T) {
	r := &training{s: resolved(t, "-kfac-damping 2")}
	err := r.hint(kfac.ErrNotPositive)
	assert.Equal(t, "a factor has no Cholesky decomposition, even with its damping raised 10⁵ times; try a larger -kfac-damping than 2", message(err))
	assert.Equal(t, exitError, exitStatus(err))
	err = r.hint(&trainer.DivergedError{Step: 3, Err: errors.New("x")})
	assert.Equal(t, "diverged at step 3: x; try "+alternatives(r.remedies()), message(err))
	assert.Equal(t, exitDiverged, exitStatus(err))
	err = r.hint(&kfac.TooLargeError{Params: 9000, Most: 8192})
	assert.Contains(t, message(err), "9000 parameters: want at most 8192, or another structure; try smaller -hidden, or another -kfac-structure")
	other := errors.New("kfac: other")
	assert.Equal(t, other, r.hint(other))
	assert.Equal(t, "other", message(other))
	assert.Equal(t, `a; b\x1b[2J\tc ü`, message(errors.New("a\nb\x1b[2J\tc ü")))

	r = &training{s: resolved(t, "-kfac-mode adaptive -kfac-damping found"), found: 0.1234}
	assert.Contains(t, message(r.hint(kfac.ErrNotPositive)), "; try a larger -kfac-damping than the 0.12 that was found")
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

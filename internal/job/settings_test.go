package job

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// TestNone: the word switches off what has a default, and 0 is the default.
func TestNone(t *testing.T) {
	for _, model := range Names(Models()) {
		table := DefaultsFor("kfac", "fixed", model).KFAC
		assert.Equal(t, table.KLClip, resolved(t, "-kfac-mode fixed -kfac-kl-clip 0 -model "+model).KFAC.KLClip)
		assert.Zero(t, resolved(t, "-kfac-mode fixed -kfac-kl-clip none -model "+model).KFAC.KLClip)
		assert.Zero(t, resolved(t, "-kfac-polyak none -model "+model).KFAC.Polyak)
	}
	s := resolved(t, "-kfac-mode fixed -momentum none -weight-decay none -l2 none -clip-grad none")
	assert.Equal(t, []float64{0, kfac.None, 0, 0, 0}, []float64{s.Momentum, s.KFAC.Momentum, s.WeightDecay, s.L2, s.ClipNorm})
	assert.Equal(t, []float64{0, 3, 0}, []float64{unlessNone(trainer.None, 3), unlessNone(0, 3), unlessNone(0, 0)})
}

// TestMinDamping: the table's floor goes with the table's damping, and another
// damping, or one that is to be found, has package kfac's, which in adaptive
// mode is found at the first step.
func TestMinDamping(t *testing.T) {
	for _, model := range Names(Models()) {
		for mode, own := range map[kfac.Mode]map[string]float64{
			kfac.Fixed:    {"-kfac-damping 7": 3.5, "-kfac-damping 1e-5": 5e-6, "-kfac-damping 5000": 2500},
			kfac.Adaptive: {"-kfac-damping 7": 0, "-kfac-damping 5000": 0, "-kfac-damping found": 0},
		} {
			table, err := kfac.New(withMode(DefaultsFor("kfac", string(mode), model).KFAC, mode))
			require.NoError(t, err)
			usual := table.Config().MinDamping
			own[""], own["-kfac-damping 0"], own["-batch-size 35"] = usual, usual, usual
			own["-kfac-min-damping 0.02"], own["-kfac-damping 7 -kfac-min-damping 0.0625"] = 0.02, 0.0625
			for args, want := range own {
				s := resolved(t, fmt.Sprintf("-model %s -kfac-mode %s %s", model, mode, args))
				assert.Equal(t, want, s.KFAC.MinDamping, "%s %s %s", model, mode, args)
				assert.Equal(t, orFound(want), inForce(t, s, "kfac-min-damping"))
				if strings.HasSuffix(args, "found") {
					assert.Zero(t, s.KFAC.Damping)
				}
			}
		}
	}
}

func withMode(c kfac.Config, mode kfac.Mode) kfac.Config {
	c.Mode = mode
	return c
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
		"-opt muon -lr 2 -muon-adam-rate 3": "a smaller -lr than 2, a smaller -muon-adam-rate than 3 or -warmup-steps",
		"-opt muon -lr 2":                   "a smaller -lr than 2 or -warmup-steps",
		"-opt adam -lr 2":                   "a smaller -lr than 2, -clip-grad 1 or -warmup-steps",
		"-opt sgd -lr 2 -clip-grad 1":       "a smaller -lr than 2 or -warmup-steps",
		"-opt sgd -lr 2 -l2 2 -clip-grad 1": "a smaller -lr than 2, a smaller -l2 than 2 or -warmup-steps",
	} {
		r := &Run{Spec: resolved(t, args)}
		assert.Equal(t, want, inFlags(Alternatives(r.remedies())), args)
	}
}

// TestRemedyNamesTheFloor that is in force, found or not.
func TestRemedyNamesTheFloor(t *testing.T) {
	for args, want := range map[string]float64{"": 0, "-kfac-min-damping 0.125": 0.125} {
		r := built(t, "-dataset "+blobs(t)+" -hidden 4 -max-steps 1 "+args)
		assert.Equal(t, want > 0, strings.Contains(inFlags(Alternatives(r.remedies())), "-kfac-min-damping"), "before the first step")
		require.NoError(t, r.Fit(t.Context(), unseen))
		floor := r.kfac.Stats().LeastDamping
		assert.Positive(t, floor)
		if want > 0 {
			assert.Equal(t, want, floor)
		}
		assert.Contains(t, inFlags(Alternatives(r.remedies())), fmt.Sprintf("a larger -kfac-min-damping than %.4g", floor))
	}
}

// TestHint: each way a run can fail numerically names the flags that help.
func TestHint(t *testing.T) {
	r := &Run{Spec: resolved(t, "-kfac-damping 2")}
	err := r.hint(kfac.ErrNotPositive)
	assert.Equal(t, "a factor has no Cholesky decomposition, even with its damping raised 10⁵ times; try a larger -kfac-damping than 2", inFlags(Plain(err)))
	err = r.hint(&trainer.DivergedError{Step: 3, Err: errors.New("x")})
	assert.Equal(t, "diverged at step 3: x; try "+inFlags(Alternatives(r.remedies())), inFlags(Plain(err)))
	err = r.hint(&kfac.TooLargeError{Params: 9000, Most: 8192})
	assert.Contains(t, inFlags(Plain(err)), "9000 parameters: want at most 8192, or another structure; try smaller -hidden, or another -kfac-structure")
	other := errors.New("kfac: other")
	assert.Equal(t, other, r.hint(other))
	assert.Equal(t, "other", Plain(other))

	r = &Run{Spec: resolved(t, "-kfac-mode adaptive -kfac-damping found"), found: 0.1234}
	assert.Contains(t, inFlags(Plain(r.hint(kfac.ErrNotPositive))), "; try a larger -kfac-damping than the 0.12 that was found")
}

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

const diagnosticKeys = "loss damping min_damping gamma alpha mu clip_factor rho predicted_change actual_change " +
	"grad_norm update_norm cosine inverse_age failed_inverses condition undone_steps"

// steps are the "kfac" of a run's history.
func steps(t *testing.T, o outcome) []map[string]json.RawMessage {
	t.Helper()
	require.Zero(t, o.status, o.stderr)
	var result struct {
		History []struct {
			Kfac  json.RawMessage
			Phase json.RawMessage `json:"phase_seconds"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &result))
	var all []map[string]json.RawMessage
	for _, record := range result.History {
		names, values := keys(t, record.Kfac)
		require.Equal(t, diagnosticKeys, strings.Join(names, " "))
		values["phase_seconds"] = record.Phase
		all = append(all, values)
	}
	return all
}

// TestStructures trains with each in both modes, from the command line to the
// diagnostics.
func TestStructures(t *testing.T) {
	for _, mode := range kfac.Modes() {
		for _, structure := range kfac.Structures() {
			t.Run(string(mode)+" "+string(structure), func(t *testing.T) {
				hidden, last := "8", "kfac_gamma_update_steps"
				if structure == kfac.Full {
					hidden = "1"
				}
				args := fmt.Sprintf("-dataset digits -max-steps 4 -batch-size 64 -eval-every 1 -json -hidden %s -kfac-mode %s "+
					"-kfac-structure %s -kfac-damping-update-steps 3 -kfac-fisher ggn -kfac-polyak 0.5 -kfac-factor-fraction 0.5 "+
					"-kfac-product-fraction 0.25", hidden, mode, structure)
				want := map[string]string{
					"kfac_polyak": "0.5", "kfac_factor_fraction": "0.5", "kfac_product_fraction": "0.25", "kfac_fisher": `"ggn"`,
					"kfac_mode": fmt.Sprintf("%q", mode), "kfac_structure": fmt.Sprintf("%q", structure), "kfac_damping_update_steps": "3",
				}
				if mode == kfac.Adaptive {
					args += " -kfac-gamma-update-steps 2 -kfac-damping found"
					want["kfac_gamma_update_steps"], want["kfac_damping"] = "2", "null"
				} else {
					args += " -kfac-kl-clip 1e-9 -kfac-damping 2 -lr 0.25 -schedule constant -momentum 0.5"
					want["kfac_kl_clip"], want["kfac_damping"], want["momentum"] = "1e-9", "2", "0.5"
					last = "kfac_kl_clip"
				}
				o := execute(strings.Fields(args)...)
				all := steps(t, o)
				_, values := keys(t, []byte(o.stdout))
				_, config := keys(t, values["config"])
				for name, value := range want {
					assert.Equal(t, value, string(config[name]), name)
				}
				assert.Contains(t, config, last)
				require.Len(t, all, 4)
				for i, s := range all {
					measured := i == 2
					assert.Equal(t, measured, string(s["rho"]) != "null", "step %d", i+1)
					assert.Equal(t, measured, string(s["actual_change"]) != "null", "step %d", i+1)
					assert.Equal(t, measured || mode == kfac.Adaptive, string(s["predicted_change"]) != "null", "step %d", i+1)
					for _, name := range strings.Fields("loss damping min_damping gamma grad_norm update_norm cosine condition") {
						assert.Positive(t, decimal(t, s[name]), name)
					}
					names, seconds := keys(t, s["phase_seconds"])
					assert.Equal(t, "gradient inverse product update damping", strings.Join(names, " "))
					assert.Positive(t, decimal(t, seconds["gradient"]))
					assert.Equal(t, measured, decimal(t, seconds["damping"]) > 0, "step %d", i+1)
					assert.Equal(t, "0", string(s["undone_steps"]))
					if mode == kfac.Fixed {
						assert.Equal(t, "0.25 0.5", string(s["alpha"])+" "+string(s["mu"]))
						assert.Less(t, decimal(t, s["clip_factor"]), 0.1)
					} else {
						assert.Positive(t, decimal(t, s["alpha"]))
						assert.Equal(t, "1", string(s["clip_factor"]))
					}
				}
			})
		}
	}
}

// TestKFACFlags: every flag changes the run, and the average of parameters
// what is evaluated alone.
func TestKFACFlags(t *testing.T) {
	data := blobs(t)
	run := func(mode kfac.Mode, flags string) outcome {
		o := execute(strings.Fields(fmt.Sprintf("-dataset %s -hidden 6,5 -batch-size 40 -max-steps 12 -eval-every 3 -json -kfac-mode %s "+
			"-kfac-structure ekfac -kfac-damping 1 -kfac-damping-update-steps 3 -kfac-polyak none -kfac-fisher mc "+
			"-kfac-factor-fraction 1 -kfac-product-fraction 1 %s", data, mode, flags))...)
		require.Zero(t, o.status, o.stderr)
		return o
	}
	flags := map[kfac.Mode][]string{
		kfac.Fixed:    {"-kfac-kl-clip 0.001", "-momentum 0.1", "-clip-grad 0.01"},
		kfac.Adaptive: {"-kfac-gamma-update-steps 3", "-kfac-damping found"},
	}
	for _, mode := range kfac.Modes() {
		plain := run(mode, "")
		for _, args := range append(flags[mode], "-lr 0.1", "-kfac-structure block-diagonal", "-kfac-structure block-tridiagonal",
			"-kfac-structure diagonal", "-kfac-structure full", "-kfac-damping 3", "-kfac-min-damping 0.9", "-kfac-damping-update-steps 2",
			"-kfac-factor-decay 0.1", "-kfac-factor-update-steps 7", "-kfac-inv-update-steps 3", "-kfac-factor-fraction 0.5",
			"-kfac-product-fraction 0.5", "-kfac-polyak 0.9", "-kfac-fisher ggn", "-kfac-fisher exact", "-kfac-fisher empirical") {
			changed := run(mode, args)
			assert.NotEqual(t, history(t, plain), history(t, changed), "%s %s", mode, args)
		}
		average := run(mode, "-kfac-polyak 0.9")
		_, a := keys(t, []byte(plain.stdout))
		_, b := keys(t, []byte(average.stdout))
		assert.Equal(t, string(a["train_loss"]), string(b["train_loss"]))
		assert.NotEqual(t, string(a["test_loss"]), string(b["test_loss"]))
	}
}

// TestOtherMode: a flag of the other mode says so, and goes with that mode.
func TestOtherMode(t *testing.T) {
	for args, want := range map[string]string{
		"-momentum 0.5": "does not apply to -kfac-mode adaptive, the default: leave it out, or choose -kfac-mode fixed",
		"-kfac-mode fixed -kfac-gamma-update-steps 3": "does not apply to -kfac-mode fixed: leave it out, or choose -kfac-mode adaptive",
	} {
		_, err := parse(strings.Fields(args), nil)
		require.Error(t, err)
		assert.Contains(t, message(err), want)
	}
	resolved(t, "-momentum 0.5 -kfac-mode fixed")
	resolved(t, "-kfac-gamma-update-steps 3")
}

// TestFullIsForTinyNetworks: one that is too large is refused at the first
// step.
func TestFullIsForTinyNetworks(t *testing.T) {
	o := execute("-dataset", blobs(t), "-hidden", "90,90", "-kfac-structure", "full", "-progress", "none")
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "\ntrain: structure full keeps the square of 8913 parameters")
	assert.True(t, strings.HasSuffix(o.stderr, "; try smaller -hidden, or another -kfac-structure\n"), o.stderr)
	assert.Empty(t, o.stdout)
}

// TestDampingColumn: λ is shown for K-FAC alone, in rows that fit.
func TestDampingColumn(t *testing.T) {
	args := []string{"-dataset", blobs(t), "-hidden", "4", "-dry-run", "-opt"}
	assert.Contains(t, execute(append(args, "kfac", "-kfac-damping", "0.25", "-kfac-min-damping", "0.125")...).stderr,
		"test accuracy  damping  seconds")
	assert.Contains(t, execute(append(args, "adam")...).stderr, "test accuracy  seconds")
	for _, found := range []string{"found", "0.25"} {
		o := execute(append(args, "kfac", "-kfac-mode", "adaptive", "-kfac-damping", found)...)
		assert.Contains(t, o.stderr, "  -kfac-damping "+found)
	}

	o := execute("-dataset", stripes(t), "-model", "autoencoder", "-hidden", "4", "-max-steps", "9999", "-eval-every", "1",
		"-target", "train_subset_loss=1000000")
	require.Zero(t, o.status, o.stderr)
	_, table, ok := strings.Cut(o.stderr, "\n\n     step")
	require.True(t, ok, o.stderr)
	for line := range strings.Lines(table) {
		assert.LessOrEqual(t, len(line), 100, line)
	}
}

package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDivergence(t *testing.T) {
	for opt, cause := range map[string]string{"sgd": "-lr", "adam": "-lr", "muon": "-lr", "shampoo": "-lr", "soap": "-lr", "kfac -kfac-mode fixed": "-lr"} {
		args := cause + " 1e6 -schedule constant -max-steps 50 -eval-every 1 -json -hidden 16" + strings.Repeat(",16", 9) + " -opt " + opt
		o := execute(append(strings.Fields(args), "-dataset", blobs(t))...)
		require.Equal(t, exitDiverged, o.status, o.stderr)
		assert.Regexp(t, `train: diverged at step \d+: the loss is (NaN|\+Inf); try .*a smaller `+cause+` than 1e\+06(,| or) `, o.stderr)
		assert.NotContains(t, o.stdout, "NaN")
		names, values := keys(t, []byte(o.stdout))
		assert.Contains(t, names, "history")
		assert.NotEmpty(t, values["steps"])
	}
}

// TestGotWorse: a run whose loss ends far above its beginning has diverged, and
// one that ends above it says so, in the result as well. A target that was
// reached was asked for.
func TestGotWorse(t *testing.T) {
	data := blobs(t)
	ascent := "-lr 1.99 -kfac-noise-scale none -batch-size 4 -kfac-fisher empirical -kfac-damping 1e-9 -kfac-damping-update-steps -1 -hidden 16,16,16"
	for _, c := range []struct {
		args, ending string
		status       int
		want         string
		warnings     bool
	}{
		{ascent, "diverged", exitDiverged, `train: diverged at step 50: the train loss ended at \S+, and the training loss began at 1\.\d+; try a smaller -lr than 1.99, `, false},
		{ascent + " -target test_loss=1e9 -eval-every 5", "target", exitDone, "", true},
		{"-opt sgd -hidden 4 -lr 1e-12", "done", exitDone, "warning: no parameter has changed", true},
		{"-opt adam -hidden 4 -lr 0.01 -schedule constant -weight-decay 50", "done", exitDone, "warning: the train loss ended at 1\\.\\d+, and", true},
		{"-opt adam -hidden 16 -lr 0.01 -schedule constant -weight-decay 1", "done", exitDone, "", false},
		{"-opt adam -hidden 4 -lr 0.003 -target test_loss=0", "done", exitMissed, "", false},
	} {
		o := execute(append(strings.Fields("-max-steps 50 -json -progress none "+c.args), "-dataset", data)...)
		assert.Equal(t, c.status, o.status, "%s: %s", c.args, o.stderr)
		assert.Regexp(t, c.want, o.stderr)
		_, values := keys(t, []byte(o.stdout))
		assert.Equal(t, strconv.Quote(c.ending), string(values["ending"]), c.args)
		assert.Equal(t, c.warnings, values["warnings"] != nil, "%s: %s", c.args, o.stderr)
		var warnings []string
		if c.warnings {
			require.NoError(t, json.Unmarshal(values["warnings"], &warnings))
		}
		for _, text := range warnings {
			assert.Contains(t, o.stderr, "\nwarning: "+text+"\n")
		}
	}
}

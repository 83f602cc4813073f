package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRegression: with nothing set, K-FAC learns in a few hundred steps what Adam
// and SGD have not begun to, in float64 as well.
func TestRegression(t *testing.T) {
	const steps = "-model regression -eval-every 50 -max-steps 250 -schedule constant -json -target test_loss="
	for _, opt := range []string{"kfac", "kfac -kfac-mode fixed -dtype float64"} {
		o := execute(append(strings.Fields("-opt "+opt), strings.Fields(steps+"1")...)...)
		require.Zero(t, o.status, o.stderr)
		_, values := keys(t, []byte(o.stdout))
		assert.Less(t, decimal(t, values["test_loss"]), 1.0)
		assert.Equal(t, `"ill-conditioned"`, string(values["dataset"]))
		var result struct{ History []struct{ Step int } }
		require.NoError(t, json.Unmarshal([]byte(o.stdout), &result))
		assert.Equal(t, 39, result.History[0].Step, "an epoch of 20000 examples")
	}
	for _, opt := range []string{"adam", "sgd"} {
		o := execute(append(strings.Fields("-opt "+opt), strings.Fields(steps+"1.5")...)...)
		assert.Equal(t, exitMissed, o.status, o.stderr)
		_, values := keys(t, []byte(o.stdout))
		loss := decimal(t, values["test_loss"])
		assert.Greater(t, loss, 1.5)
		assert.Less(t, loss, 3.0, "that of the mean is 4")
	}
}

// TestRegressionPlain holds what the screen says of the data.
func TestRegressionPlain(t *testing.T) {
	for dataset, why := range map[string]string{
		"auto":            "ill-conditioned (built in: -model regression needs values as targets, and the other data sets have classes)",
		"ill-conditioned": "ill-conditioned (built in)",
	} {
		o := execute("-model", "regression", "-dataset", dataset, "-hidden", "8", "-opt", "sgd", "-dry-run")
		require.Zero(t, o.status, o.stderr)
		lines := strings.Split(o.stderr, "\n")
		assert.Equal(t, []string{
			"data set: " + why,
			"20000 training and 4000 test examples of 64 with targets of 8, values as they are",
		}, lines[:2])
		assert.Contains(t, lines, "model     -model regression  -hidden 8  -act tanh  -init lecun")
		assert.Contains(t, lines, "   step    epoch  train loss  test loss  seconds")
		assert.Contains(t, o.stdout, "model          regression 64-8-8, 592 parameters\n")
	}
}

// TestFigure: losses may become small.
func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{0: "0.0000", 0.00042: "4.2e-04", 0.001: "0.0010", -1e-9: "-1.0e-09", 12.3456: "12.346"} {
		assert.Equal(t, want, figure(v))
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exported writes a kept run's model as an .onnx file.
func exported(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	o := executeKept("-load", dir, "-export", path)
	require.Zero(t, o.status, o.stderr)
	assert.Empty(t, o.stdout)
	assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
	return path
}

// TestExportAndLoad: an exported model scores and predicts as the kept one, with its scaling and the names of its classes.
func TestExportAndLoad(t *testing.T) {
	for name, args := range map[string][]string{
		"table": {blobs(t)}, "convnet": {pictures(t), "-model", "convnet", "-filters", "2,3", "-hidden", "4"},
		"resnet": {pictures(t), "-model", "resnet", "-filters", "2,3"}, "autoencoder": {stripes(t), "-model", "autoencoder", "-hidden", "16,4"},
		"values": {filepath.Join(source, "..", "..", "datasets", "testdata", "sizes.csv"), "-model", "regression"}, "float64": {blobs(t), "-dtype", "float64"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := trained(t, args[0], args[1:]...)
			path := exported(t, dir)
			want := executeKept("-load", dir, "-eval", "-json")
			got := executeKept("-load", path, "-eval", "-json", "-dataset", args[0])
			require.Zero(t, want.status, want.stderr)
			require.Zero(t, got.status, got.stderr)
			_, before := keys(t, []byte(want.stdout))
			_, after := keys(t, []byte(got.stdout))
			assert.Equal(t, string(before["model"]), string(after["model"]))
			assert.Equal(t, string(before["params"]), string(after["params"]))
			for key, v := range before {
				if strings.HasPrefix(key, "test_") {
					assert.InEpsilon(t, number(t, v)+1, number(t, after[key])+1, 1e-4, key)
				}
			}
		})
	}
}

// TestExportOfRun: a run's model is exported when it has ended, with the parameters that were scored, and a network of an
// .onnx file is trained further.
func TestExportOfRun(t *testing.T) {
	data, dir := blobs(t), t.TempDir()
	first, second := filepath.Join(dir, "first.onnx"), filepath.Join(dir, "second.onnx")
	o := executeKept("-dataset", data, "-hidden", "8", "-max-steps", "3", "-out", filepath.Join(dir, "run"), "-export", first, "-progress", "none")
	require.Zero(t, o.status, o.stderr)
	text, err := os.ReadFile(first)
	require.NoError(t, err)
	again := exported(t, filepath.Join(dir, "run"))
	same, err := os.ReadFile(again)
	require.NoError(t, err)
	assert.Equal(t, string(same), string(text))
	o = executeKept("-load", first, "-dataset", data, "-max-steps", "20", "-out", filepath.Join(dir, "fine"), "-export", second, "-json", "-progress", "none")
	require.Zero(t, o.status, o.stderr)
	groups := executeKept("-load", first, "-dataset", data, "-groups", "conv9.*:frozen", "-out", "none", "-progress", "none")
	assert.Equal(t, exitUsage, groups.status)
	assert.Contains(t, groups.stderr, `group "conv9.*" matches no parameter: there are dense1.weight`)
	_, result := keys(t, []byte(o.stdout))
	start := executeKept("-load", first, "-dataset", data, "-eval", "-json")
	_, before := keys(t, []byte(start.stdout))
	assert.Less(t, number(t, result["test_loss"]), number(t, before["test_loss"])/2)
	// What was trained further is kept as any run, and its export is the model of it.
	kept := executeKept("-load", filepath.Join(dir, "fine"), "-eval", "-json")
	loaded := executeKept("-load", second, "-dataset", data, "-eval", "-json")
	_, a := keys(t, []byte(kept.stdout))
	_, b := keys(t, []byte(loaded.stdout))
	assert.InDelta(t, number(t, a["test_loss"]), number(t, b["test_loss"]), 1e-6)
}

// TestLoadLogits: -model says that a network's outputs are the logits of classes.
func TestLoadLogits(t *testing.T) {
	data := filepath.Join(source, "..", "..", "onnx", "testdata", "resnet.onnx")
	rows := filepath.Join(t.TempDir(), "rows.csv")
	require.NoError(t, os.WriteFile(rows, []byte(strings.Repeat("0.5,", 143)+"1\n"), 0o600))
	values := executeKept("-load", data, "-predict", rows, "-progress", "none")
	require.Zero(t, values.status, values.stderr)
	classes := executeKept("-load", data, "-model", "resnet", "-predict", rows, "-progress", "none")
	require.Zero(t, classes.status, classes.stderr)
	assert.Equal(t, "class,probability of 0,probability of 1,probability of 2,probability of 3,probability of 4", strings.Split(classes.stdout, "\n")[0])
	assert.NotContains(t, values.stdout, "class")
}

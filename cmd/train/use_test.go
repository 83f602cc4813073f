package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trained keeps a run, and returns its directory and the data.
func trained(t *testing.T, data string, more ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "model")
	args := []string{"-dataset", data, "-epochs", "6", "-progress", "none", "-out", dir}
	if !slices.Contains(more, "resnet") { // which has no hidden layers
		args = append(args, "-hidden", "8")
	}
	o := execute(append(args, more...)...)
	require.Zero(t, o.status, o.stderr)
	return dir
}

// TestEvalOfKeptModels: a kept model has, to the bit, the scores that its run had: the
// last ones, averaged where those were, or the best on the part that was held back.
func TestEvalOfKeptModels(t *testing.T) {
	sizes := filepath.Join(source, "..", "..", "datasets", "testdata", "sizes.csv")
	for name, args := range map[string][]string{
		"averaged": {blobs(t)}, "fixed": {blobs(t), "-kfac-mode", "fixed"}, "float64": {blobs(t), "-opt", "adam", "-dtype", "float64"},
		"best": {blobs(t), "-validation", "0.2", "-opt", "sgd", "-lr", "0.5"}, "pixels": {stripes(t), "-opt", "adam"},
		"autoencoder": {stripes(t), "-model", "autoencoder", "-hidden", "16,4"}, "values": {sizes, "-model", "regression"},
		"muon": {blobs(t), "-opt", "muon"}, "shampoo": {blobs(t), "-opt", "shampoo"}, "soap": {blobs(t), "-opt", "soap", "-dtype", "float64"},
		"dropout": {blobs(t), "-dropout", "0.3", "-act", "sigmoid"}, "digits": {"digits", "-epochs", "1", "-opt", "sgd"},
		"convnet": {pictures(t), "-model", "convnet", "-filters", "2,3", "-hidden", "4"}, "resnet": {pictures(t), "-model", "resnet", "-filters", "2,3"},
		"rnn": {pictures(t), "-model", "rnn", "-hidden", "5,4", "-dropout", "0.1"}, "gelu": {blobs(t), "-act", "gelu", "-opt", "adam"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := trained(t, args[0], args[1:]...)
			text, err := os.ReadFile(filepath.Join(dir, "result.json"))
			require.NoError(t, err)
			_, want := keys(t, text)
			if best, ok := want["best"]; ok {
				_, want = keys(t, best)
			}
			o := execute("-load", dir, "-eval", "-json")
			require.Zero(t, o.status, o.stderr)
			_, got := keys(t, []byte(o.stdout))
			compared := 0
			for key, v := range got {
				if w, ok := want[key]; ok && (strings.HasSuffix(key, "_loss") && key != "train_loss" || strings.HasSuffix(key, "accuracy") || strings.HasSuffix(key, "error")) {
					assert.Equal(t, string(w), string(v), key)
					compared++
				}
			}
			assert.GreaterOrEqual(t, compared, 1)
			assert.Contains(t, got, "metrics")
			if kind, ok := want["model"]; ok {
				assert.Equal(t, string(kind), string(got["model"]))
			}
			text, err = os.ReadFile(filepath.Join(dir, "report.html"))
			require.NoError(t, err)
			assert.Contains(t, string(text), "</html>")
		})
	}
}

// TestLoadMatchesColumns: a table with its columns in another order than the model's has the model's scores, and columns of
// which some have other names and others another place are refused.
func TestLoadMatchesColumns(t *testing.T) {
	flowers := filepath.Join(source, "..", "..", "datasets", "testdata", "flowers.csv")
	dir := trained(t, flowers)
	text, err := os.ReadFile(flowers)
	require.NoError(t, err)
	rows := readTable(t, string(text))
	eval := func(header string) outcome { // of the table with its first two columns the other way round
		path := filepath.Join(t.TempDir(), "flowers.csv")
		swapped := header + "\n"
		for _, row := range rows[1:] {
			swapped += row[1] + "," + row[0] + "," + row[2] + "\n"
		}
		require.NoError(t, os.WriteFile(path, []byte(swapped), 0o600))
		return execute("-load", dir, "-dataset", path, "-eval", "-json")
	}
	want, got := execute("-load", dir, "-eval", "-json"), eval("width,length,species")
	require.Zero(t, want.status, want.stderr)
	require.Zero(t, got.status, got.stderr)
	_, scores := keys(t, []byte(want.stdout))
	_, again := keys(t, []byte(got.stdout))
	assert.Equal(t, string(scores["test_loss"]), string(again["test_loss"]))
	wrong := eval("width,breadth,species")
	assert.NotZero(t, wrong.status)
	assert.Contains(t, wrong.stderr, `column "width" has another place than in the model, and there is no column "length"`)
}

func readTable(t *testing.T, text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return rows
}

// TestPredict: rows as the file has them, columns in any order, and nothing but the
// features.
func TestPredict(t *testing.T) {
	flowers := filepath.Join(source, "..", "..", "datasets", "testdata", "flowers.csv")
	dir := trained(t, flowers, "-epochs", "60")
	out := filepath.Join(t.TempDir(), "out.csv")
	o := execute("-load", dir, "-predict", flowers, "-to", out)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, "not used, as the model takes no such columns: species\n60 predictions in "+out+"\n", o.stderr)
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	rows := readTable(t, string(text))
	assert.Equal(t, []string{"class", "probability of large flower", "probability of small flower"}, rows[0])
	truth, err := os.ReadFile(flowers)
	require.NoError(t, err)
	right := 0
	for i, line := range strings.Split(strings.TrimSpace(string(truth)), "\n")[1:] {
		if strings.HasSuffix(strings.TrimSpace(line), rows[i+1][0]) {
			right++
		}
		p, err := strconv.ParseFloat(rows[i+1][1], 64)
		require.NoError(t, err)
		q, err := strconv.ParseFloat(rows[i+1][2], 64)
		require.NoError(t, err)
		assert.InDelta(t, 1, p+q, 1e-6)
	}
	assert.Greater(t, right, 55)

	few := filepath.Join(t.TempDir(), "few.csv")
	require.NoError(t, os.WriteFile(few, []byte("width,length\n1.32,4.11\n2.89,6.04\n"), 0o600))
	o = execute("-load", filepath.Join(dir, "model.safetensors"), "-predict", few)
	require.Zero(t, o.status, o.stderr)
	got := readTable(t, o.stdout)
	assert.Equal(t, []string{"small flower", "large flower"}, []string{got[1][0], got[2][0]})
	assert.Equal(t, rows[1:3], got[1:3], "the first rows of the other file")

	sizes := filepath.Join(source, "..", "..", "datasets", "testdata", "sizes.csv")
	o = execute("-load", trained(t, sizes, "-model", "regression", "-epochs", "40"), "-predict", sizes)
	require.Zero(t, o.status, o.stderr)
	assert.Greater(t, len(readTable(t, o.stdout)), 40)
}

// TestLoadTrainsOn: further training begins with the kept weights, on the data of before
// or on others, and is a run as any other.
func TestLoadTrainsOn(t *testing.T) {
	dir := trained(t, blobs(t), "-opt", "adam")
	before := execute("-load", dir, "-eval", "-json")
	_, want := keys(t, []byte(before.stdout))
	further := filepath.Join(t.TempDir(), "further")
	o := execute("-load", dir, "-opt", "sgd", "-lr", "1e-9", "-max-steps", "1", "-progress", "none", "-json", "-out", further)
	require.Zero(t, o.status, o.stderr)
	_, got := keys(t, []byte(o.stdout))
	assert.InDelta(t, number(t, want["test_loss"]), number(t, got["test_loss"]), 1e-5)
	for _, again := range [][]string{{"-resume", further}, {"-config", filepath.Join(further, "config.json")}} {
		o = execute(append(again, "-progress", "none", "-json")...)
		require.Zero(t, o.status, o.stderr)
		_, same := keys(t, []byte(o.stdout))
		assert.Equal(t, string(got["test_loss"]), string(same["test_loss"]))
	}
	other := execute("-load", dir, "-dataset", blobs(t), "-opt", "kfac", "-max-steps", "3", "-progress", "none", "-out", "none")
	require.Zero(t, other.status, other.stderr)
}

func number(t *testing.T, text []byte) float64 {
	v, err := strconv.ParseFloat(string(text), 64)
	require.NoError(t, err)
	return v
}

// TestUseRefused is what cannot be meant, or is damaged.
func TestUseRefused(t *testing.T) {
	dir := trained(t, blobs(t), "-opt", "sgd")
	damaged := filepath.Join(t.TempDir(), "model.safetensors")
	text, err := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	require.NoError(t, err)
	text[len(text)-5] ^= 1
	require.NoError(t, os.WriteFile(damaged, text, 0o600))
	wide := filepath.Join(t.TempDir(), "wide.csv")
	require.NoError(t, os.WriteFile(wide, []byte("1,2,3,4,5\n"), 0o600))
	for args, want := range map[string]string{
		"-eval":                                   "-load DIR",
		"-load " + dir + " -eval -predict x":      "two commands",
		"-to x":                                   "-to is of -predict",
		"-load " + dir + " -hidden 4":             "-hidden does not apply with -load",
		"-load " + dir + " -model regression":     "is of the kind mlp",
		"-load " + dir + " -dataset digits -eval": "the model takes 4 features, and digits has 784",
		"-load no-such-dir -eval":                 "no such file",
		"-load " + damaged + " -eval":             "checksum",
		"-load " + wide + " -eval":                "-load: loading " + wide,
		"-load " + dir + " -predict " + wide:      "line 1 has 5 columns, and the model takes 4",
		"-load " + dir + " -predict no-such.csv":  "no such file",
		"-load " + dir + " -eval -out x":          "train nothing",
		"-load= ":                                 "needs the name",
	} {
		o := execute(strings.Fields(args)...)
		assert.NotZero(t, o.status, args)
		assert.Contains(t, o.stderr, want, args)
		assert.LessOrEqual(t, strings.Count(o.stderr, "\n"), 2, "%s: %s", args, o.stderr)
		assert.Empty(t, o.stdout, args)
	}
}

// TestUseOfKeptNetworksOfImages: each kind is known again by its layers, scored to the
// bit, trained further, and gone on with.
func TestUseOfKeptNetworksOfImages(t *testing.T) {
	data := pictures(t)
	for model, size := range map[string][]string{
		"convnet": {"-filters", "3,4", "-hidden", "5"}, "resnet": {"-filters", "3,4"}, "rnn": {"-hidden", "5"},
	} {
		t.Run(model, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "model")
			o := execute(append(size, "-model", model, "-dataset", data, "-opt", "adam", "-max-steps", "3", "-progress", "none", "-json", "-out", dir)...)
			require.Zero(t, o.status, o.stderr)
			_, want := keys(t, []byte(o.stdout))
			o = execute("-load", dir, "-eval", "-progress", "none", "-json")
			require.Zero(t, o.status, o.stderr)
			_, got := keys(t, []byte(o.stdout))
			assert.Equal(t, string(want["test_loss"]), string(got["test_loss"]))
			o = execute("-load", dir, "-dataset", data, "-max-steps", "2", "-progress", "none", "-json", "-out", "none")
			require.Zero(t, o.status, o.stderr)
			_, further := keys(t, []byte(o.stdout))
			assert.Equal(t, strconv.Quote(model), string(further["model"]))
		})
	}
}

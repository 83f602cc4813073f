package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// content is the report's file of a name.
func content(t *testing.T, files []file, name string) string {
	t.Helper()
	for _, f := range files {
		if f.name == name {
			return string(f.content)
		}
	}
	require.Fail(t, "no file "+name)
	return ""
}

func makeFiles(t *testing.T, r *Report) []file {
	t.Helper()
	files, err := r.files(context.Background())
	require.NoError(t, err)
	return files
}

// pageOf is report.html, without the other files.
func pageOf(t *testing.T, r *Report) string {
	t.Helper()
	figures, err := r.figures(context.Background())
	require.NoError(t, err)
	page, err := r.html(figures)
	require.NoError(t, err)
	return string(page)
}

func TestWriteDir(t *testing.T) {
	r := fake(3)
	dir := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, r.WriteDir(context.Background(), dir))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	files := makeFiles(t, r)
	assert.Len(t, names, len(files), "nothing temporary is left")
	for _, name := range []string{
		"report.html", "runs.csv", "history.csv", "comparison.json", "curves-test_accuracy-steps.svg", "curves-train_loss-seconds.png",
		"phases.svg", "kfac-damping.png", "kfac-rho.svg",
	} {
		assert.Contains(t, names, name)
	}
	assert.NotContains(t, names, "scaling-steps.svg", "of one batch size")
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.name))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(f.content, text), "%s is not the same twice", f.name)
	}
}

func TestWriteDirFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.ErrorContains(t, smallReport().WriteDir(context.Background(), path), path)
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "runs.csv", "x"), 0o700))
	assert.ErrorContains(t, smallReport().WriteDir(context.Background(), dir), "runs.csv")
}

func TestCSV(t *testing.T) {
	files := makeFiles(t, smallReport())
	rows, err := csv.NewReader(strings.NewReader(content(t, files, "runs.csv"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+9)
	assert.Equal(t, []string{
		"label", "optimizer", "seed", "batch_size", "steps", "epochs", "seconds", "ms_per_step", "steps_to_test_accuracy_0.9", "seconds_to_test_accuracy_0.9",
		"steps_to_test_accuracy_0.95", "seconds_to_test_accuracy_0.95", "test_accuracy", "train_loss", "ending", "command",
	}, rows[0])
	assert.Equal(t, []string{"kfac", "kfac", "3", "64", "20", "0", "6", "300", "10", "3", "20", "6", "0.9805", "0.25", "done", ""}, rows[3])
	assert.Equal(t, []string{"adam", "adam", "1", "64", "30", "0", "6", "200", "20", "4", "", "", "0.92", "0.25", "done", ""}, rows[4])

	rows, err = csv.NewReader(strings.NewReader(content(t, files, "history.csv"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+6+9+9)
	assert.Equal(t, []string{"label", "seed", "step", "epoch", "seconds", "test_accuracy", "train_loss"}, rows[0])
	assert.Equal(t, []string{"kfac", "1", "20", "0", "6", "0.92", "0.25"}, rows[2])

	text, err := fake(3).historyCSV()
	require.NoError(t, err)
	rows, err = csv.NewReader(bytes.NewReader(text)).ReadAll()
	require.NoError(t, err)
	for _, row := range rows {
		assert.NotContains(t, strings.Join(row, ","), "Inf")
		assert.NotContains(t, strings.Join(row, ","), "NaN")
	}
}

func TestJSON(t *testing.T) {
	text, err := smallReport().json()
	require.NoError(t, err)
	var s Summary
	require.NoError(t, json.Unmarshal(text, &s))
	assert.Equal(t, 1, s.Version)
	require.Len(t, s.Groups, 3)
	kfac, sgd := s.Groups[0], s.Groups[2]
	assert.False(t, kfac.Baseline)
	assert.True(t, sgd.Baseline)
	assert.Equal(t, []uint64{1, 2, 3}, kfac.Seeds)
	assert.EqualValues(t, 10, kfac.Reach[0].Steps.Median)
	assert.EqualValues(t, 20, kfac.Reach[0].Steps.High)
	assert.EqualValues(t, 0.5, kfac.Reach[0].StepsRatio)
	assert.EqualValues(t, 0.75, kfac.Reach[0].SecondsRatio)
	assert.Equal(t, 1, sgd.Reach[0].Reached)
	assert.Equal(t, 1, sgd.Diverged)
	final, ok := kfac.Final.Get("test_accuracy")
	require.True(t, ok)
	assert.EqualValues(t, 0.93, final.Median)
	assert.Contains(t, string(text), `"steps_ratio": null`)
}

// parse reads a page as its elements nest, which a browser would not insist on.
func parse(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict = false
	d.AutoClose = []string{"meta", "img"}
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
	}
}

// fetches are what a browser would load by itself.
var fetches = regexp.MustCompile(`(?i)(src|srcset|poster|data)\s*=\s*["'](https?:|//)|@import|url\(|<(script|link|iframe|object|embed|base)\b|href\s*=\s*["'](https?:|//)`)

func TestPage(t *testing.T) {
	page := pageOf(t, fake(3))
	parse(t, page)
	assert.Empty(t, fetches.FindAllString(page, -1))
	for _, text := range []string{
		"<title>digits, mlp 784-512-512-10, batch 512</title>", "<caption>To reach test accuracy 98 %</caption>",
		`<img src="data:image/png;base64,`, `alt="Strip of pictures: inputs"`, `role="img" aria-label="Test error over steps`,
		"1 of 3 runs of sgd diverged.", "every 20 steps", "begin with the same weights", "8 after all their steps", "1 diverged",
		`<th scope="row">-opt</th><td>kfac</td><td>adam</td><td>sgd</td>`, `<th scope="row">-hidden</th><td>512,512</td>`,
		`<th scope="row">-kfac-damping</th><td>found</td><td>–</td>`, "go run ./cmd/train -compare kfac,adam,sgd", "-opt adam -batch-size 512 -max-steps 1200 -seed 2",
		"A Processor", "clip factor: 1 (kfac)", `href="runs.csv"`, `href="curves-test_loss-seconds.svg"`,
	} {
		assert.Contains(t, page, text)
	}
	assert.NotContains(t, page, "ZgotmplZ")
	assert.NotContains(t, page, `class="warning" role`, "nothing to doubt")
	assert.NotContains(t, page, "NaN")
	for _, link := range regexp.MustCompile(`href="#([a-z]+)"`).FindAllStringSubmatch(page, -1) {
		assert.Contains(t, page, `id="`+link[1]+`"`)
	}
}

func TestPageEscapes(t *testing.T) {
	r := fake(2)
	const evil = `<b>"x"</b><script>`
	r.Title, r.Command = evil, evil
	r.Samples[0].Label = evil
	r.Comparison.Groups[0].Label = evil
	run := r.Comparison.Groups[0].Runs[0]
	run.Command, run.Config[0].Value, run.Environment.CPU = evil, evil, evil
	page := pageOf(t, r)
	parse(t, page)
	assert.NotContains(t, page, "<b>")
	assert.NotContains(t, page, "<script")
	assert.Contains(t, page, "&lt;b&gt;")
}

// A run that was read back reports as the one that was made.
func TestRunsFromFiles(t *testing.T) {
	made, read := fake(3), fake(3)
	for _, g := range read.Comparison.Groups {
		for i, run := range g.Runs {
			text, err := json.Marshal(run)
			require.NoError(t, err)
			g.Runs[i] = &results.Run{}
			require.NoError(t, json.Unmarshal(text, g.Runs[i]))
		}
	}
	var a, b bytes.Buffer
	require.NoError(t, made.WriteTable(&a))
	require.NoError(t, read.WriteTable(&b))
	assert.Equal(t, a.String(), b.String())
	assert.Equal(t, made.settings(), read.settings())
	for _, write := range []func(*Report) ([]byte, error){(*Report).runsCSV, (*Report).historyCSV, (*Report).json} {
		x, err := write(made)
		require.NoError(t, err)
		y, err := write(read)
		require.NoError(t, err)
		assert.Equal(t, string(x), string(y))
	}
}

package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/live"
	"github.com/gokfac/gokfac/internal/results"
)

// serve serves a directory until the test ends.
func serve(t testing.TB, dir string) (url string) {
	ctx, cancel := context.WithCancel(context.Background())
	at, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- live.Serve(ctx, "127.0.0.1:0", dir, func(url, note string) {
			assert.Empty(t, note)
			at <- url
		})
	}()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended, "Serve ends with its context")
	})
	select {
	case url = <-at:
	case err := <-ended:
		ended <- nil
		require.NoError(t, err)
	}
	return url
}

func write(t testing.TB, dir, name string, content any) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	text, ok := content.(string)
	if !ok {
		b, err := json.Marshal(content)
		require.NoError(t, err)
		text = string(b)
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// config is what a run of the digits would write before its first step.
func config() *job.Config {
	return &job.Config{Version: 1, Model: "mlp", Dataset: "digits", PerEpoch: 20, Steps: 400,
		Config: results.Fields[any]{{Name: "opt", Value: "adam"}, {Name: "batch_size", Value: 128}, {Name: "seed", Value: 3}}}
}

const metrics = "step,epoch,train_loss,test_accuracy,test_loss,train_seconds\n10,1,0.5,0.75,nan,0.25\n20,1,0.25,0.875,0.5,0.5\n30,2,0.1"

type listed struct {
	Directory string
	Notes     []string
	Runs      []struct {
		Path, Problem, State, Model, Optimizer, Seed string
		Batch                                        int `json:"batch_size"`
		Steps                                        int
		Speed                                        *float64 `json:"steps_per_second"`
		Scores                                       [][2]any
		Files                                        []string
		Report                                       bool
		Curves                                       *struct {
			Every int
			Step  []int
		}
	}
}

func list(t testing.TB, url string) (l listed) {
	answer, text := get(t, "GET", url+"runs.json", "")
	require.Equal(t, http.StatusOK, answer.StatusCode, text)
	require.NoError(t, json.Unmarshal([]byte(text), &l))
	return l
}

// kept is a directory with runs of each kind.
func kept(t testing.TB) string {
	dir := t.TempDir()
	write(t, dir, "a/result.json", fake(4))
	write(t, dir, "a/report.html", "<p>the report</p>")
	write(t, dir, "a/report/curve.svg", "<svg/>")
	write(t, dir, "a/.secret", "hidden")
	left := fake(2)
	left.Ending, left.Label, left.Optimizer = results.Interrupted, "adam fast", "adam"
	write(t, dir, "deep/er/b/result.json", left)
	write(t, dir, "c/config.json", config())
	write(t, dir, "c/metrics.csv", metrics)
	write(t, dir, "new/config.json", config())
	write(t, dir, "other/config.json", `{"editor":"no run"}`)
	write(t, dir, "other/key.txt", "not of a run")
	write(t, dir, "broken/result.json", `{"version":1,"steps":"many`)
	edited := fake(2)
	edited.Params = -1
	write(t, dir, "edited/result.json", edited)
	write(t, dir, "future/result.json", `{"version":2}`)
	write(t, dir, "odd/config.json", config())
	write(t, dir, "odd/metrics.csv", "a,b\n")
	write(t, dir, "loose.txt", "not of a run")
	return dir
}

func TestServe(t *testing.T) {
	dir := kept(t)
	url := serve(t, dir)
	l := list(t, url)
	var paths []string
	for _, r := range l.Runs {
		paths = append(paths, r.Path)
	}
	require.Equal(t, []string{"a", "broken", "c", "deep/er/b", "edited", "future", "new", "odd"}, paths)
	a, c, b := l.Runs[0], l.Runs[2], l.Runs[3]
	assert.Equal(t, []string{"done", "mlp", "kfac", "1"}, []string{a.State, a.Model, a.Optimizer, a.Seed})
	assert.Equal(t, []string{"report.html", "result.json"}, a.Files)
	assert.True(t, a.Report)
	assert.Equal(t, []int{10, 20, 30, 40}, a.Curves.Step)
	assert.Equal(t, [2]any{"test_loss", 0.5}, a.Scores[0])
	assert.Equal(t, "unfinished", c.State)
	assert.Equal(t, []any{"adam", "3", 128, 20}, []any{c.Optimizer, c.Seed, c.Batch, c.Steps}, "the line that is being written is left out")
	assert.Equal(t, 40.0, *c.Speed)
	assert.Equal(t, [][2]any{{"test_accuracy", 0.875}, {"test_loss", 0.5}}, c.Scores)
	assert.Equal(t, []string{"interrupted", "adam fast"}, []string{b.State, b.Optimizer})
	assert.Contains(t, l.Runs[1].Problem, "result.json: unexpected end of JSON")
	assert.Equal(t, "result.json: params is -1", l.Runs[4].Problem)
	assert.Contains(t, l.Runs[5].Problem, "version 2")
	assert.Empty(t, l.Runs[6].Curves.Step)
	assert.Contains(t, l.Runs[7].Problem, "metrics.csv: the header is not")

	write(t, dir, "z/result.json", fake(3))
	assert.Len(t, list(t, url).Runs, 9, "it is read anew")
}

// TestServeFiles: what can be read of the directory, and what cannot.
func TestServeFiles(t *testing.T) {
	dir := kept(t)
	outside := filepath.Join(t.TempDir(), "outside.txt")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o644))
	linked := os.Symlink(outside, filepath.Join(dir, "a", "link.txt")) == nil &&
		os.Symlink(filepath.Dir(outside), filepath.Join(dir, "a", "linked")) == nil &&
		os.MkdirAll(filepath.Join(dir, "evil"), 0o755) == nil && os.Symlink(outside, filepath.Join(dir, "evil", "result.json")) == nil
	url := serve(t, dir)
	for path, want := range map[string]string{
		"a/report.html": "<p>the report</p>", "a/report/curve.svg": "<svg/>", "c/metrics.csv": metrics,
		"loose.txt": "", "other/": "", "a": "", "a/": "", "a/.secret": "", "nothing": "", "a/nothing.txt": "",
		"a/link.txt": "", "a/linked/outside.txt": "", "evil/result.json": "", "..%2f..%2f..%2fetc%2fpasswd": "", "a/..%2floose.txt": "",
		"%2fetc/passwd": "", "a%5c..%5cloose.txt": "", "a/%00": "",
	} {
		answer, text := get(t, "GET", url+"files/"+path, "")
		if want == "" {
			assert.Equal(t, 404, answer.StatusCode, path)
			assert.NotContains(t, text, "secret")
			continue
		}
		assert.Equal(t, 200, answer.StatusCode, path)
		assert.Equal(t, want, text)
		assert.Contains(t, answer.Header.Get("Content-Security-Policy"), "sandbox")
		assert.NotContains(t, answer.Header.Get("Content-Security-Policy"), "allow-scripts")
	}
	answer, _ := get(t, "GET", url+"files/a/report.html", "evil.example")
	assert.Equal(t, 403, answer.StatusCode)
	answer, _ = get(t, "POST", url+"runs.json", "")
	assert.Equal(t, 405, answer.StatusCode)
	if linked {
		for _, r := range list(t, url).Runs {
			if r.Path == "evil" {
				assert.Contains(t, r.Problem, "escapes")
			}
		}
	}
}

// TestServeBounded: a directory of any size is shown in part, and says so.
func TestServeBounded(t *testing.T) {
	dir := t.TempDir()
	run, err := json.Marshal(fake(1))
	require.NoError(t, err)
	for i := range 510 {
		write(t, dir, fmt.Sprintf("r%03d/result.json", i), string(run))
	}
	write(t, dir, "1/2/3/4/5/6/result.json", string(run))
	write(t, dir, "0long/result.json", fake(3000))
	f, err := os.Create(filepath.Join(dir, "r000", "result.json"))
	require.NoError(t, err)
	require.NoError(t, f.Truncate(65<<20))
	require.NoError(t, f.Close())
	l := list(t, serve(t, dir))
	require.Len(t, l.Runs, 500)
	assert.LessOrEqual(t, len(l.Runs[0].Curves.Step), 250)
	assert.Equal(t, 30000, l.Runs[0].Curves.Step[len(l.Runs[0].Curves.Step)-1])
	assert.Contains(t, l.Runs[1].Problem, "at most 67108864 are read")
	assert.Equal(t, []string{"Directories more than 4 deep are not looked at.", "The first 500 of 511 runs are shown."}, l.Notes)
}

func TestServeNoDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file", "x")
	for path, want := range map[string]string{"file": "is a file: name a directory", "none": "there is none: name one"} {
		err := live.Serve(context.Background(), "127.0.0.1:0", filepath.Join(dir, path), nil)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
	assert.ErrorContains(t, live.Serve(context.Background(), "8080", dir, nil), "want HOST:PORT")
	assert.Empty(t, list(t, serve(t, t.TempDir())).Runs)
}

// TestServeEnds: no goroutine is left.
func TestServeEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		ctx, cancel := context.WithCancel(context.Background())
		require.NoError(t, live.Serve(ctx, "127.0.0.1:0", t.TempDir(), func(url, _ string) {
			get(t, "GET", url, "")
			cancel()
		}))
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestRunsInBrowser: runs side by side, and names that look like markup.
func TestRunsInBrowser(t *testing.T) {
	browser(t)
	dir := kept(t)
	nasty := fake(2)
	nasty.Model, nasty.Dataset = script, script
	write(t, dir, `<img src=x>#?%/result.json`, nasty)
	url := serve(t, dir)
	dom, console := browse(t, url)
	assert.Empty(t, troubles(console))
	for _, want := range []string{
		">5 runs, and 4 that cannot be read.<", `aria-label="Draw deep/er/b"`, ">interrupted<", ">unfinished<", "adam fast", ">669,706<", ">test accuracy<",
		`href="files/a/report.html"`, `href="files/%3Cimg%20src%3Dx%3E%23%3F%25/result.json"`, "params is -1", "Settings that differ", "&lt;script&gt;document.title",
	} {
		assert.Contains(t, dom, want)
	}
	assert.Equal(t, 1, strings.Count(dom, "<script"), "the page's own")
	assert.NotContains(t, dom, "<img")
	answer, _ := get(t, "GET", url+"files/%3Cimg%20src%3Dx%3E%23%3F%25/result.json", "")
	assert.Equal(t, 200, answer.StatusCode)
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/lock"
)

// TestKeptRuns: a comparison takes no run of other data, none that was edited,
// and nothing from under another command's hands.
func TestKeptRuns(t *testing.T) {
	dir, data := t.TempDir(), blobs(t)
	args := []string{"-compare", "adam,sgd", "-seeds", "1", "-dataset", data, "-hidden", "4", "-batch-size", "160", "-epochs", "1", "-out", dir, "-progress", "none"}
	o := execute(args...)
	require.Zero(t, o.status, o.stderr)
	o = execute(args...)
	require.Zero(t, o.status, o.stderr)
	assert.NotContains(t, o.stderr, "made again")

	// The same name, rows and columns.
	text, err := os.ReadFile(data)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	lines[0] = strings.Replace(lines[0], ".", "1.", 1)
	require.NoError(t, os.WriteFile(data, []byte(strings.Join(lines, "")), 0o600))
	o = execute(args...)
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "adam-seed-1.json: the data of blobs have changed since: this run and others like it are made again\n")
	assert.Equal(t, 1, strings.Count(o.stderr, "made again"), "two runs, one line")
	o = execute(args...)
	require.Zero(t, o.status, o.stderr)
	assert.NotContains(t, o.stderr, "made again")

	release, err := lock.Dir(dir)
	require.NoError(t, err)
	o = execute(args...)
	assert.Equal(t, exitError, o.status)
	assert.Equal(t, "train: -out: another command is at work in "+dir+": wait for its end, or name another directory\n", lastLine(o.stderr))
	require.NoError(t, release())

	path := filepath.Join(dir, "runs", "sgd-seed-1.json")
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	for was, is := range map[string]string{`"steps":1,`: `"steps":-3,`, `"optimizer":"sgd"`: `"optimizer":"adam"`, `"seed":1,"workers"`: `"seed":2,"workers"`,
		`"train_seconds":`: `"train_seconds":9`, `"train_loss":`: `"train_loss":1`, `"checksum":"`: `"checksum":"0`} {
		require.Contains(t, string(text), was)
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), was, is, 1)), 0o600))
		o = execute(args...)
		assert.Equal(t, exitError, o.status)
		assert.Regexp(t, `^train: .*sgd-seed-1.json has been edited or is damaged \(.*\): delete it, and the run is made again\n$`, lastLine(o.stderr))
	}

	// As an older version kept it.
	i := strings.Index(string(text), `,"checksum"`)
	require.Positive(t, i)
	require.NoError(t, os.WriteFile(path, append(text[:i:i], "}\n"...), 0o600))
	o = execute(args...)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, 1, strings.Count(o.stderr, "no checksum, as an older version kept"), o.stderr)
	o = execute(args...)
	assert.NotContains(t, o.stderr, "made again")
}

func lastLine(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1] + "\n"
}

package logs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// withoutStarts is a log but for the starts, of which a resumed run has one more.
func withoutStarts(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, beginning+"start") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestJSONLinesResume: the log of a run that was killed at any byte and resumed from
// any of its checkpoints is the one of a run that was not, with a start more.
func TestJSONLinesResume(t *testing.T) {
	path := filepath.Join(quickDir(t), "log.jsonl")
	ended := objects[:strings.LastIndex(objects, beginning)] // killed before the end
	for length := range len(ended) + 1 {
		whole := ended[:strings.LastIndex(ended[:length], "\n")+1]
		evaluations := strings.Count(whole, beginning+"evaluation")
		for done := range evaluations + 1 { // the checkpoint after this evaluation was written
			require.NoError(t, os.WriteFile(path, []byte(ended[:length]), 0o600))
			j := jsonLines(path)
			require.NoError(t, j.Resume(10*done), "%d bytes", length)
			goOn(t, j, 10*done)
			got := content(t, path)
			require.Equal(t, withoutStarts(objects), withoutStarts(got), "%d bytes, step %d", length, 10*done)
			starts := 1
			if whole != "" {
				starts++
			}
			require.Equal(t, starts, strings.Count(got, beginning+"start"))
			for line := range strings.Lines(got) {
				require.True(t, json.Valid([]byte(line)))
			}
		}
	}
	onlyFile(t, path)
}

// TestJSONLinesHistory: evaluations of the checkpoint that the file lacks are added.
func TestJSONLinesHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(objects[:strings.Index(objects, `{"event":"step","time":"2026-03-01T12:00:00.005Z","step":20`)]), 0o600))
	j := &JSONLines{Path: path, pace: pace{now: noon}}
	require.NoError(t, j.Resume(25, records()...))
	require.NoError(t, j.Close())
	lines := strings.Split(content(t, path), "\n")
	require.Len(t, lines, 6)
	all := strings.Split(objects, "\n")
	assert.Equal(t, []string{all[0], all[1], all[2], all[4], `{"event":"start","time":"2026-03-01T12:00:00.005Z","step":25}`, ""}, lines)
}

// TestJSONLinesResumeRefuses: a file that is foreign or damaged stays as it is.
func TestJSONLinesResumeRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	const when = `"time":"2026-03-01T12:00:00Z"`
	for text, want := range map[string]string{
		"hello\n":                       `line 1: "hello" does not begin with "{\"event\":\""`,
		"hello":                         `it begins with "hello"`,
		`{"event":"x",` + when + "}\n":  "line 1: an event needs a time and a step",
		`{"event":"x","step":1}` + "\n": "line 1: an event needs a time and a step",
		`{"event":"x","step":1` + "\n":  "line 1",
		`{"event":"x",` + when + `,"step":-1}` + "\n":                                               "line 1",
		`{"event":"x","time":"noon","step":1}` + "\n":                                               "line 1",
		`{"event":"x",` + when + `,"step":"1"}` + "\n":                                              "line 1",
		`{"event":"x",` + when + `,"step":9}` + "\n" + `{"event":"x",` + when + `,"step":3}` + "\n": "line 2: step 3 follows step 9",
		objects + "\x00\n":                           "line 9",
		beginning + strings.Repeat("x", longestLine): "line 1: longer than 16777216 bytes",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		j := &JSONLines{Path: path}
		err := j.Resume(5)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "logs: "+path+" cannot be resumed and is left as it is: ")
		assert.NotContains(t, err.Error(), "\n")
		assert.Equal(t, err, j.Callback(&trainer.Event{Kind: trainer.Ended}))
		assert.NoError(t, j.Close())
		assert.Equal(t, text, content(t, path))
	}
	onlyFile(t, path)
}

// FuzzJSONLinesResume: whatever a file has, it is refused and stays, or what is kept is its beginning.
func FuzzJSONLinesResume(f *testing.F) {
	for _, seed := range []string{"", objects, objects[:300], beginning, "{}\n", objects + "x"} {
		f.Add([]byte(seed), 20)
	}
	f.Fuzz(func(t *testing.T, file []byte, step int) {
		path := filepath.Join(t.TempDir(), "log.jsonl")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		j := &JSONLines{Path: path, pace: pace{now: noon}}
		err := j.Resume(step)
		require.NoError(t, j.Close())
		onlyFile(t, path)
		got := content(t, path)
		if err != nil {
			require.Equal(t, string(file), got)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		kept := got[:strings.LastIndex(got, beginning)]
		require.True(t, strings.HasPrefix(string(file), kept))
		for line := range strings.Lines(got) {
			require.True(t, json.Valid([]byte(line)))
		}
	})
}

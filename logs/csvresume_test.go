package logs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// TestCSVResume: the file of a run that was killed at any byte and resumed from any
// of its checkpoints is the one of a run that was not.
func TestCSVResume(t *testing.T) {
	path := filepath.Join(quickDir(t), "metrics.csv")
	all := records()
	for length := range len(table) + 1 {
		for done := range len(all) + 1 { // evaluations until the checkpoint
			step := 10 * done
			rows := max(strings.Count(table[:length], "\n")-1, 0)
			for _, history := range [][]trainer.Record{nil, all[:done]} {
				if history == nil && done > rows { // the checkpoint's rows are written before it
					continue
				}
				require.NoError(t, os.WriteFile(path, []byte(table[:length]), 0o600))
				c := &CSV{Path: path}
				require.NoError(t, c.Resume(step+5, history...), "%d bytes, step %d", length, step)
				for _, r := range all[done:] {
					require.NoError(t, c.Callback(evaluated(r)))
				}
				require.NoError(t, c.Close())
				require.Equal(t, table, content(t, path), "%d bytes, step %d", length, step)
			}
		}
	}
	onlyFile(t, path)
}

// TestCSVResumeRefuses: a file that is foreign or damaged stays as it is.
func TestCSVResumeRefuses(t *testing.T) {
	path := filepath.Join(quickDir(t), "metrics.csv")
	head := "step,epoch,train_loss,a,train_seconds\n"
	for text, want := range map[string]string{
		"name,age\nx,3\n": `line 1: "name,age" is no header of metrics.csv`,
		"name":            `it begins with "name"`,
		"step,epoch,train_loss,train_seconds\r\n":   "line 1",
		"\"step\",epoch,train_loss,train_seconds\n": "line 1",
		head + "1,1,1,1,1\n1,1,1,1,1\n":             "line 3: step 1 follows step 1",
		head + "x,1,1,1,1\n":                        `line 2: "x" is no step`,
		head + "-1,1,1,1,1\n":                       `line 2: "-1" is no step`,
		head + "1,1,1,1\n":                          "line 2: 4 columns, not 5",
		head + "1,1,1,1,1,1\n":                      "line 2: 6 columns, not 5",
		head + "1,1,1,one,1\n":                      `line 2: "one" is no number`,
		head + "9,1,1,1,1\n\x00\x00\n":              "line 3", // of a later step than the one that is kept, too
		head + "\n":                                 "line 2",
		head + strings.Repeat("1", longestRow+1):    "line 2: longer than 1048576 bytes",
		"step,epoch,train_loss,b,train_seconds\n":   `its scores are ["b"], not ["a"]`,
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		c := &CSV{Path: path, Scores: []string{"a"}}
		err := c.Resume(5)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "logs: "+path+" cannot be resumed and is left as it is: ")
		assert.NotContains(t, err.Error(), "\n")
		assert.Equal(t, err, c.Callback(evaluated(records()[0])))
		assert.NoError(t, c.Close())
		assert.Equal(t, text, content(t, path))
	}
	onlyFile(t, path)
	assert.Error(t, (&CSV{Path: filepath.Dir(path)}).Resume(1), "a directory")
}

// FuzzCSVResume: whatever a file has, it is refused and stays, or what is kept is its beginning.
func FuzzCSVResume(f *testing.F) {
	for _, seed := range []string{"", table, table[:60], "step,", "step,epoch,train_loss,\"a,b\",train_seconds\n1,1,1,1,1\n", "a\nb\n"} {
		f.Add([]byte(seed), 20)
	}
	f.Fuzz(func(t *testing.T, file []byte, step int) {
		path := filepath.Join(quickDir(t), "metrics.csv")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		c := &CSV{Path: path}
		err := c.Resume(step)
		require.NoError(t, c.Close())
		onlyFile(t, path)
		got := content(t, path)
		if err != nil {
			require.Equal(t, string(file), got)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.True(t, strings.HasPrefix(string(file), got))
		require.True(t, got == "" || strings.HasSuffix(got, "\n"))
		again := &CSV{Path: path}
		require.NoError(t, again.Resume(step))
		require.NoError(t, again.Close())
		require.Equal(t, got, content(t, path))
	})
}

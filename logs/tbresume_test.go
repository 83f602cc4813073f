package logs

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTensorBoardResume: the events of a run that was killed at any byte and resumed from
// any of its checkpoints are those of a run that was not.
func TestTensorBoardResume(t *testing.T) {
	dir := quickDir(t)
	b := board(t, dir)
	require.NoError(t, b.Create())
	goOnPassing(t, b, 0)
	path, file := eventsOf(t, dir)
	var ends []int // of records
	for at := 0; at < len(file); {
		at += 16 + int(binary.LittleEndian.Uint64([]byte(file[at:])))
		ends = append(ends, at)
	}
	parsed := parse(t, file)
	for length := 0; length <= len(file); length++ {
		last := 0
		for i, end := range ends {
			if end <= length && parsed[i].scalars["evaluation/train_loss"] != 0 {
				last = parsed[i].step
			}
		}
		if length > 100 && length < len(file)-100 && length%7 != 0 && testing.Short() {
			continue
		}
		require.NoError(t, os.WriteFile(path, []byte(file[:length]), 0o600))
		b := board(t, dir)
		require.NoError(t, b.Resume(last), "%d bytes", length)
		goOnPassing(t, b, last)
		require.Equal(t, []byte(file), []byte(content(t, path)), "%d bytes, step %d", length, last)
	}
	onlyFile(t, path)

	require.NoError(t, os.WriteFile(path, []byte(file[:ends[2]]), 0o600)) // the evaluation of step 10 is lost
	b = board(t, dir)
	require.NoError(t, b.Resume(10, records()[0]))
	goOnPassing(t, b, 10)
	assert.Equal(t, []byte(file), []byte(content(t, path)))
}

// TestTensorBoardResumeRefuses: a file that is foreign or damaged stays as it is.
func TestTensorBoardResumeRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "events.out.tfevents.1.gokfac")
	var w eventWriter
	version := string(w.version(1))
	step := func(n int) string {
		w.scalar("", "a", 1)
		return string(w.finish(1, n))
	}
	one := step(1)
	for text, want := range map[string]string{
		"hello":                             "it begins with",
		strings.Repeat("x", 99):             "record 1, at byte 0: its length is damaged",
		one:                                 `version "", not "brain.Event:2"`,
		version + step(5) + one:             "record 3: step 1 follows step 5",
		version + one[:20] + "x" + one[21:]: "record 2, at byte 40: its data are damaged",
		version + "x" + one[1:]:             "record 2, at byte 40: its length is damaged",
		version + string(frame(append(make([]byte, 12), 0xff))):                                                 "record 2: it is no protocol buffer",
		version + string(frame(append(make([]byte, 12), 2<<3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1))): "negative",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		b := &TensorBoard{Dir: dir}
		err := b.Resume(3)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "logs: "+path+" cannot be resumed and is left as it is: ")
		assert.NotContains(t, err.Error(), "\n")
		assert.Equal(t, text, content(t, path))
	}
	assert.ErrorContains(t, (&TensorBoard{Dir: dir}).Create(), "exists")
	require.NoError(t, os.WriteFile(path+eventSuffix, nil, 0o600))
	assert.ErrorContains(t, (&TensorBoard{Dir: dir}).Resume(3), "move one of the two away")
}

// FuzzTensorBoardResume: whatever a file has, it is refused and stays, or what is kept is its beginning.
func FuzzTensorBoardResume(f *testing.F) {
	var w eventWriter
	seed := w.version(1)
	w2 := eventWriter{}
	w2.scalar(evaluationGroup, "a", 1)
	seed = append(append([]byte{}, seed...), w2.finish(1, 10)...)
	for _, n := range []int{0, 5, 12, 40, len(seed) - 1, len(seed)} {
		f.Add(seed[:n], 20, false)
	}
	f.Add([]byte("\x10\x01"), 20, true)
	f.Fuzz(func(t *testing.T, file []byte, step int, framed bool) {
		if framed { // an event of any bytes, behind a good version
			file = append((&eventWriter{}).version(1), frame(append(make([]byte, recordHead), file...))...)
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "events.out.tfevents.1.gokfac")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		b := &TensorBoard{Dir: dir}
		err := b.Resume(step)
		require.NoError(t, b.Close())
		onlyFile(t, path)
		got := content(t, path)
		if err != nil {
			require.Equal(t, string(file), got)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		again := &TensorBoard{Dir: dir}
		require.NoError(t, again.Resume(step))
		require.NoError(t, again.Close())
		require.Equal(t, got, content(t, path))
	})
}

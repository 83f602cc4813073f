package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/atomicfile"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b.txt")
	for _, content := range []string{"first and long", "second", ""} {
		require.NoError(t, atomicfile.Write(path, []byte(content)))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got))
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
}

func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for _, path := range []string{filepath.Join(dir, "taken"), filepath.Join(dir, "file", "below")} {
		assert.ErrorContains(t, atomicfile.Write(path, []byte("x")), path)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "no temporary file is left")
}

// TestWriteFunc: what fails half-way leaves the old content and no temporary file; pieces beyond a buffer come in order.
func TestWriteFunc(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.bin")
	require.NoError(t, atomicfile.Write(path, []byte("old")))
	broken := errors.New("the source ran dry")
	err := atomicfile.WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		return broken
	})
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, path)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	var want []byte
	require.NoError(t, atomicfile.WriteFunc(path, func(w io.Writer) error {
		for i := range 300 {
			piece := make([]byte, i*7)
			for j := range piece {
				piece[j] = byte(i + j)
			}
			want = append(want, piece...)
			if _, err := w.Write(piece); err != nil {
				return err
			}
		}
		return nil
	}))
	got, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
}

// TestClean: what a killed writer left goes, and nothing else.
func TestClean(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[1]")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for _, name := range []string{".123.tmp", ".x.tmp", "123.tmp", ".tmp", "a.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	atomicfile.Clean(dir)
	atomicfile.Clean(filepath.Join(dir, "none"))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 4)
	assert.NoFileExists(t, filepath.Join(dir, ".123.tmp"))
}

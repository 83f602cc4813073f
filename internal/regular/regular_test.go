package regular_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/regular"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o600))
	require.NoError(t, os.Symlink("file", link))
	for _, p := range []string{path, link} {
		text, err := regular.Read(p, 5)
		require.NoError(t, err)
		assert.Equal(t, "12345", string(text))
		_, err = regular.Read(p, 4)
		assert.ErrorAs(t, err, new(*regular.SizeError))
		assert.ErrorContains(t, err, p+" has more than 4 bytes")
	}

	_, err := regular.Read(filepath.Join(dir, "none"), 5)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = regular.Read(dir, 5)
	assert.EqualError(t, err, dir+" is a directory, not a file")

	loop := filepath.Join(dir, "loop")
	require.NoError(t, os.Symlink("loop", loop))
	_, err = regular.Read(loop, 5)
	assert.ErrorContains(t, err, "loop")

	// A sparse file costs its writer nothing.
	sparse := filepath.Join(dir, "sparse")
	require.NoError(t, os.WriteFile(sparse, nil, 0o600))
	require.NoError(t, os.Truncate(sparse, 1<<40))
	_, err = regular.Read(sparse, 1<<20)
	assert.ErrorAs(t, err, new(*regular.SizeError))
}

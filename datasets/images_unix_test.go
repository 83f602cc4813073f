//go:build darwin || freebsd || linux || netbsd

package datasets

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestImageLinks: links are followed, to files and to the directories of classes, and lead nowhere else.
func TestImageLinks(t *testing.T) {
	store := tree(t, flags(t, 5))
	dir := t.TempDir()
	link := func(to, name string) {
		require.NoError(t, os.Symlink(to, filepath.Join(dir, name)))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "red"), 0o777))
	for _, name := range names(t, filepath.Join(store, "red")) {
		link(filepath.Join(store, "red", name), filepath.Join("red", name))
	}
	link(filepath.Join(store, "green"), "green")
	d, err := ReadImages(dir)
	require.NoError(t, err)
	own, err := ReadImages(store)
	require.NoError(t, err)
	assert.Equal(t, own.Digest(), d.Digest())

	for _, c := range []struct{ name, to, want string }{
		{"red/dangling.png", filepath.Join(store, "absent"), "dangling.png is a link to something that is not there"},
		{"red/loop.png", filepath.Join(dir, "red", "loop.png"), "loop.png: too many levels of symbolic links"},
		{"red/up", dir, "up is a directory in that of a class"},
		{"red/zero.png", "/dev/zero", "zero.png is a device, not a file"},
		{"loop", filepath.Join(dir, "loop"), "loop: too many levels of symbolic links"},
		{"self", dir, "is a directory in that of a class"},
	} {
		link(c.to, filepath.FromSlash(c.name))
		_, _, err := Open(t.Context(), dir, Options{})
		assert.ErrorContains(t, err, c.want, c.name)
		require.NoError(t, os.Remove(filepath.Join(dir, filepath.FromSlash(c.name))))
	}
	pipe := filepath.Join(dir, "red", "pipe.png")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	_, err = ReadImages(dir)
	assert.EqualError(t, err, "datasets: "+pipe+" is a pipe, not a file")
	require.NoError(t, os.Remove(pipe))
	_, err = ReadImages(dir)
	assert.NoError(t, err)
}

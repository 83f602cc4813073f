//go:build darwin || freebsd || linux || netbsd

package regular_test

import (
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/regular"
)

// TestKinds: what is no file is refused, and nothing is waited for.
func TestKinds(t *testing.T) {
	dir := t.TempDir()
	pipe, socket := filepath.Join(dir, "pipe"), filepath.Join(dir, "socket")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer l.Close()
	for path, want := range map[string]string{
		pipe: "a pipe", socket: "a socket", "/dev/zero": "a device", "/dev/null": "a device", dir: "a directory",
	} {
		_, err := regular.Read(path, 1<<20)
		assert.ErrorAs(t, err, new(*regular.KindError))
		assert.EqualError(t, err, path+" is "+want+", not a file")
	}
}

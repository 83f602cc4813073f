//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lock_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/lock"
)

func TestDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	release, err := lock.Dir(dir)
	require.NoError(t, err)
	_, err = lock.Dir(dir)
	assert.ErrorAs(t, err, new(*lock.HeldError))
	assert.EqualError(t, err, "another command is at work in "+dir)
	require.NoError(t, release())
	release, err = lock.Dir(dir)
	require.NoError(t, err)
	require.NoError(t, release())

	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = lock.Dir(file)
	assert.ErrorContains(t, err, file)
}

// TestKilled: a killed process leaves no lock behind.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("GOKFAC_LOCK_TEST"); dir != "" { // the process to be killed
		_, err := lock.Dir(dir)
		require.NoError(t, err)
		os.Stdout.WriteString("locked\n")
		select {}
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run", "TestKilled")
	child.Env = append(os.Environ(), "GOKFAC_LOCK_TEST="+dir)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "locked\n", line)
	_, err = lock.Dir(dir)
	assert.ErrorAs(t, err, new(*lock.HeldError))
	require.NoError(t, child.Process.Kill())
	child.Wait()
	release, err := lock.Dir(dir)
	require.NoError(t, err)
	require.NoError(t, release())
}

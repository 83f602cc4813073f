//go:build linux || freebsd || netbsd

package main

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProfilesThatCannotBeWritten: package pprof tells of no failure.
func TestProfilesThatCannotBeWritten(t *testing.T) {
	data, pipe := blobs(t), filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, flag := range []string{"-cpuprofile", "-memprofile"} {
		o := execute("-dataset", data, "-dry-run", flag, "/dev/full")
		assert.Equal(t, exitError, o.status)
		assert.Equal(t, "train: "+flag+": write /dev/full: no space left on device\n", lastLine(o.stderr))
		assert.NotEmpty(t, o.stdout, "the run's result is not lost")
		o = execute("-dataset", data, "-dry-run", flag, pipe)
		assert.Equal(t, exitError, o.status)
		assert.Equal(t, "train: "+flag+": open "+pipe+": no such device or address\n", o.stderr)
	}
}

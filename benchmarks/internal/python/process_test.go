package python

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type workload struct{}

func (workload) String() string { return "4 adam" }

func TestPlainEnvironment(t *testing.T) {
	assert.Equal(t, []string{"HOME=/", "PATH=x"}, plainEnvironment([]string{"HOME=/", "OMP_NUM_THREADS=9", "OPENBLAS_CORETYPE=a", "PATH=x"}))
}

// The protocol, with a shell in Python's place.
func TestProcess(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("echo 1.0 2\nwhile read line; do echo 2.5; done\n"), 0o600))
	p, err := Start("sh", script, "A=1")
	if err != nil {
		t.Skip(err)
	}
	assert.Equal(t, "1.0 2", p.Version)
	assert.Equal(t, "A=1", p.Describe())
	ms, err := p.Run(workload{}, 1)
	require.NoError(t, err)
	assert.Equal(t, 2.5, ms)
	assert.NoError(t, p.Close())

	require.NoError(t, os.WriteFile(script, []byte("echo what >&2\necho why >&2\nexit 1\n"), 0o600))
	_, err = Start("sh", script)
	assert.ErrorContains(t, err, ": why")
}

func TestFind(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("echo no such module >&2\nexit 1\n"), 0o600))
	t.Setenv("PYTHON", "sh")
	_, err := Find(script)
	if _, missing := os.Stat("/bin/sh"); missing != nil {
		t.Skip(missing)
	}
	assert.ErrorContains(t, err, "no Python for "+script)
	assert.ErrorContains(t, err, "no such module")
}

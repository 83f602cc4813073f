//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAbsent: a library that cannot be used is there all the same.
func TestAbsent(t *testing.T) {
	texts := map[string]bool{
		"libmpi.so.40: cannot open shared object file: No such file or directory":                       true,
		"libpmix.so.2: cannot open shared object file: No such file or directory":                       false,
		"/opt/mpi/libmpi.so.40: invalid ELF header":                                                     false,
		"/opt/mpi/libmpi.so.40: undefined symbol: PMIx_Init":                                            false,
		"Error loading shared library libmpi.so.40: No such file or directory":                          true,
		"Error loading shared library libpmix.so.2: No such file or directory (needed by libmpi.so.40)": false,
		"Error loading shared library libmpi.so.40: Exec format error":                                  false,
	}
	if runtime.GOOS == "darwin" {
		texts = map[string]bool{
			"dlopen(libmpi.so.40, 0x000A): tried: 'libmpi.so.40' (no such file), '/usr/lib/libmpi.so.40' (no such file, not in dyld cache)": true,
			"dlopen(libmpi.so.40, 0x000A): Library not loaded: @rpath/libpmix.2.dylib Referenced from: <1> /opt/libmpi.so.40 Reason: " +
				"tried: '/opt/libpmix.2.dylib' (no such file)": false,
			"dlopen(libmpi.so.40, 0x000A): tried: 'libmpi.so.40' (mach-o file, but is an incompatible architecture)": false,
		}
	}
	for text, want := range texts {
		assert.Equal(t, want, isAbsent("libmpi.so.40", errors.New(text)), text)
	}
}

// TestUnusableLibrary: a library that is there and cannot be used is what the error is about.
func TestUnusableLibrary(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("LD_LIBRARY_PATH is Linux's")
	}
	dir := t.TempDir()
	for _, name := range names(openMPI) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("no library"), 0o644))
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "LD_LIBRARY_PATH="+dir, "OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK=0", roleVariable+"=ranks", libraryVariable+"=")
	out, err := c.CombinedOutput()
	assert.Error(t, err)
	assert.Regexp(t, `mpi: cannot open libmpi\.so\.40: \S*libmpi\.so\.40: [^\n]+`, string(out))
	assert.NotContains(t, string(out), "installed")
}

//go:build !accelerate

package accelerate

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWithTag runs the tests that need the tag, which opens a library: here, and in package blas. On a Mac the library is
// Accelerate, with which all tests of package blas are run.
func TestWithTag(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the packages once more")
	}
	products := []string{"-run", "External", "../blas"}
	if runtime.GOOS == "darwin" && runtime.GOARCH == "arm64" {
		products = []string{"-short", "../blas"}
	}
	for _, args := range [][]string{{".", "../isa"}, products, {"-run", "TestVersionUnderWrongISA", "../../cmd/train"}} {
		command := exec.Command(goCommand(t), append([]string{"test", "-tags", "accelerate"}, args...)...)
		command.Env = append(command.Environ(), "GOOS=", "GOARCH=") // this machine's, if an emulator runs the test
		out, err := command.CombinedOutput()
		if strings.Contains(string(out), "fork/exec") && strings.Contains(string(out), "no such file") {
			t.Skipf("programs that open libraries do not start here: %s", out)
		}
		require.NoError(t, err, "%s", out)
		t.Logf("%s", out)
	}
}

// TestOnlyMacsImportIt: without the tag, and with it elsewhere, no program contains this package. On Linux, cmd/train has purego
// for MPI. That it compiles and links for Macs is seen by .ci/cross.
func TestOnlyMacsImportIt(t *testing.T) {
	for _, c := range []struct {
		os, arch, tags string
		contains       bool
	}{
		{"darwin", "arm64", "accelerate", true},
		{"darwin", "arm64", "", false}, {"darwin", "arm64", "accelerate,noasm", false}, {"darwin", "amd64", "accelerate", false},
		{"linux", "arm64", "accelerate", false}, {"linux", "amd64", "accelerate", false}, {"linux", "amd64", "", false},
	} {
		command := exec.Command(goCommand(t), "list", "-deps", "-tags", c.tags, "../../cmd/train")
		command.Env = append(command.Environ(), "GOOS="+c.os, "GOARCH="+c.arch, "CGO_ENABLED=0")
		out, err := command.Output()
		require.NoError(t, err)
		assert.Equal(t, c.contains, strings.Contains(string(out), "github.com/gokfac/gokfac/internal/accelerate\n"), "%+v", c)
		if c.os == "darwin" {
			assert.Equal(t, c.contains, strings.Contains(string(out), "github.com/ebitengine/purego\n"), "%+v", c)
		}
	}
}

func goCommand(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not in PATH")
	}
	return path
}

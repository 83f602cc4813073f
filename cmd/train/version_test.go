package main

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// TestVersionUnderWrongISA: the version is told, and that its kernels are not
// those that were asked for. The variable is read when a program starts.
func TestVersionUnderWrongISA(t *testing.T) {
	const inChild = "GOKFAC_TEST_VERSION"
	if os.Getenv(inChild) != "" {
		o := execute("-version")
		os.Stdout.WriteString(o.stdout)
		os.Stderr.WriteString(o.stderr)
		os.Exit(o.status)
	}
	accelerate := `this build is without it; build with -tags accelerate( and without noasm)?|it is for macOS on arm64; this machine and build have \[.*generic\]`
	for name, reason := range map[string]string{
		"none-such": `this machine and build have \[.*generic\]`, "accelerate": accelerate,
	} {
		child := exec.Command(os.Args[0], "-test.run", "^TestVersionUnderWrongISA$")
		child.Env = append(os.Environ(), inChild+"=1", "GOKFAC_ISA="+name)
		stdout, err := child.Output()
		if name == "accelerate" && slices.Contains(isa.Supported(), isa.Accelerate) {
			assert.NoError(t, err)
			assert.Regexp(t, `^gokfac .*, accelerate kernels\n$`, string(stdout))
			continue
		}
		failed := (*exec.ExitError)(nil)
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, exitError, failed.ExitCode())
		assert.Regexp(t, `^gokfac .* kernels\n$`, string(stdout))
		assert.NotContains(t, string(stdout), name)
		assert.Regexp(t, `^train: GOKFAC_ISA=`+name+`: (`+reason+`)\n$`, string(failed.Stderr))
	}
}

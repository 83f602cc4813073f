package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestVersionUnderWrongISA: the version is told, and that its kernels are not
// those that were asked for. The variable is read when a program starts.
func TestVersionUnderWrongISA(t *testing.T) {
	if os.Getenv("GOKFAC_ISA") == "none-such" {
		o := execute("-version")
		os.Stdout.WriteString(o.stdout)
		os.Stderr.WriteString(o.stderr)
		os.Exit(o.status)
	}
	child := exec.Command(os.Args[0], "-test.run", "^TestVersionUnderWrongISA$")
	child.Env = append(os.Environ(), "GOKFAC_ISA=none-such")
	stdout, err := child.Output()
	failed := (*exec.ExitError)(nil)
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, exitError, failed.ExitCode())
	assert.Regexp(t, `^gokfac .* kernels\n$`, string(stdout))
	assert.Regexp(t, `^train: GOKFAC_ISA=none-such: this machine and build have \[.*generic\]\n$`, string(failed.Stderr))
}

//go:build !race

package main

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/memory"
)

// TestAddressSpaceLimit: under ulimit -v a run that does not fit is refused,
// where the runtime would end the program, and a small one is made. (The race
// detector needs more address space than that to start.)
func TestAddressSpaceLimit(t *testing.T) {
	if args := os.Getenv("GOKFAC_ULIMIT_TEST"); args != "" {
		memory.Claim()
		memory.Restrain(context.Background())
		os.Exit(run(context.Background(), strings.Fields(args), os.Stdout, os.Stderr))
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell to set the limit")
	}
	data := blobs(t)
	for args, status := range map[string]int{"-hidden 3000,3000": exitError, "-hidden 8 -max-steps 2": exitDone} {
		text, err := limited(args, data)
		for range 4 {
			if err == nil || !startUp.Match(text) {
				break
			}
			text, err = limited(args, data)
		}
		if status == exitDone {
			assert.NoError(t, err, string(text))
			continue
		}
		failed := (*exec.ExitError)(nil)
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, status, failed.ExitCode(), string(text))
		assert.Regexp(t, `train: this run would take about 1\.\d+ GiB of memory, and there are \S+ MiB \(1 GiB of address space \(ulimit -v\), \S+ [MG]iB of it in use\): choose smaller -hidden`,
			string(text))
	}
}

// limited runs the program again under the limit.
func limited(args, data string) ([]byte, error) {
	child := exec.Command("sh", "-c", `ulimit -v 1048576 && exec "$0" -test.run '^TestAddressSpaceLimit$'`, os.Args[0])
	// As Claim starts a program again: here the test's flags would be lost.
	child.Env = append(os.Environ(), "MALLOC_ARENA_MAX=1", "GOKFAC_ULIMIT_TEST="+args+" -progress none -dataset "+data)
	return child.CombinedOutput()
}

// startUp is what Go's runtime says, and nothing before it, where the limit
// leaves it no room to start. A run's first words are of its data, so that one
// which was begun, and not refused, does not match.
var startUp = regexp.MustCompile(`^(runtime/cgo: pthread_create failed|runtime: failed to create new OS thread|fatal error: failed to reserve page summary memory)`)

//go:build gomlx

package gomlx

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// On one processor the backend's default stops in the first step, see parallelism.
func TestStepsEndOnOneProcessor(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	steps := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestStepsAreOurs$")
	output, err := onOneProcessor(t, steps.CombinedOutput)
	require.NoError(t, ctx.Err(), "no end in time: %s", output)
	require.NoError(t, err, "%s", output)
}

// onOneProcessor calls start where processes are begun on a single one of the processors that this one may run on.
func onOneProcessor(t *testing.T, start func() ([]byte, error)) ([]byte, error) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, one unix.CPUSet
	require.NoError(t, unix.SchedGetaffinity(0, &all))
	for i := 0; one.Count() == 0; i++ {
		if all.IsSet(i) {
			one.Set(i)
		}
	}
	require.NoError(t, unix.SchedSetaffinity(0, &one))
	defer func() { require.NoError(t, unix.SchedSetaffinity(0, &all)) }()
	return start()
}

package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/memory"
)

// TestTooLarge: what does not fit is refused before anything is made of it,
// with both numbers, in a run, a comparison and a search.
func TestTooLarge(t *testing.T) {
	ctx := memory.With(context.Background(), 300<<20)
	data := blobs(t)
	for _, args := range []string{"-opt kfac", "-compare kfac -out " + t.TempDir(), "-tune kfac -trials 2 -out " + t.TempDir()} {
		var stdout, stderr bytes.Buffer
		status := run(ctx, strings.Fields(args+" -hidden 3000,3000 -dataset "+data), &stdout, &stderr)
		assert.Equal(t, exitError, status)
		assert.Regexp(t, `this run would take about [\d.]+ GiB of memory, and there are 300 MiB \(allowed\): choose smaller -hidden or -batch-size, -kfac-structure diagonal, or another -opt`,
			stderr.String())
		assert.Empty(t, stdout.String())
	}
	var stdout, stderr bytes.Buffer
	status := run(memory.With(context.Background(), 50<<20), []string{"-dataset", "digits"}, &stdout, &stderr)
	assert.Equal(t, exitError, status)
	assert.Equal(t, "train: the built-in digits would take about 71.8 MiB of memory, and there are 50 MiB (allowed)\n", stderr.String())
}

package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/memory"
)

// TestMemoryNeeded holds the estimate to what runs on the built-in digits took
// at their peak beside the data and the program (the peak of resident memory
// less 110 MiB, two workers): it must not be below, nor far above.
func TestMemoryNeeded(t *testing.T) {
	digits := &datasets.Dataset{Shape: []int{28, 28}, Classes: 10}
	for args, measured := range map[string]float64{ // MiB
		"-hidden 1000,1000":                                     243,
		"-hidden 3000":                                          904,
		"-hidden 2000,2000":                                     717,
		"-hidden 2000,2000 -dtype float64":                      1272,
		"-hidden 2000,2000 -kfac-structure ekfac":               919,
		"-hidden 1500,1500 -kfac-structure block-tridiagonal":   1011,
		"-hidden 2000,2000 -kfac-structure diagonal":            359,
		"-hidden 8 -kfac-structure full":                        1044,
		"-hidden 2000,2000 -kfac-mode fixed":                    669,
		"-hidden 2000,2000 -kfac-mode fixed -kfac-fisher exact": 676,
		"-hidden 500 -batch-size 10000":                         388,
		"-model autoencoder -hidden 1000,500,30":                386,
		"-opt adam -hidden 4000,4000":                           554,
		"-opt sgd -hidden 4000,4000":                            480,
		"-opt sgd -hidden 500 -batch-size 10000":                210,
	} {
		s, err := parse(strings.Fields(args))
		require.NoError(t, err)
		s.workers = 2
		if s.batch == 0 { // as it was when this was measured
			s.batch = 512
			if s.model == "autoencoder" {
				s.batch = 1000
			}
		}
		require.NoError(t, s.resolve(20_000))
		need := memoryNeeded(s, widths(s, digits)) / (1 << 20)
		assert.Greater(t, need, 0.98*measured, args)
		assert.Less(t, need, 1.55*measured, args)
	}
}

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

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/cpus"
)

// TestFewerWorkers: the screen says why there are fewer workers than processors.
func TestFewerWorkers(t *testing.T) {
	assert.Empty(t, fewerWorkers(cpus.Count{Workers: 2}))
	assert.Empty(t, fewerWorkers(cpus.Count{Workers: 2, Why: cpus.Asked}), "it stands among the settings")
	assert.Equal(t, "runs on   1 worker (quota of 1.2 processors)\n", fewerWorkers(cpus.Count{Workers: 1, Why: cpus.Quota, Limit: 1.2}))

	before := cpus.Workers()
	o := execute("-dataset", blobs(t), "-dry-run", "-workers", "3", "-json")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, `"workers":3`)
	assert.NotContains(t, o.stderr, "runs on   ")
	assert.Equal(t, before, cpus.Workers(), "as it was before")
}

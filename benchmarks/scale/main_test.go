package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "measured")
	require.NoError(t, os.WriteFile(file, []byte("MLP sgd 2 1234\n"), 0o600))
	var out strings.Builder
	require.NoError(t, run(options{table: "here", measured: file}, &out))
	assert.Contains(t, out.String(), "| 1234 |")
	out.Reset()
	require.NoError(t, run(options{gflops: 500, alpha: 5, beta: 2}, &out))
	assert.Contains(t, out.String(), "| ResNet-50, ImageNet | 1024 |")
	assert.ErrorContains(t, run(options{table: "none"}, &out), `no table "none"`)
	assert.ErrorContains(t, run(options{gflops: 1}, &out), "-beta 0")
}

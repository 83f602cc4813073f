package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const printed = `goos: linux
BenchmarkGrowth/width=512-2         	       4	         3.371 GEMM-ms	 10 sgd-ms	 1.2 sgd-xGEMM	 1 adam-xSGD	 20 kfac-ms	 2 kfac-xSGD	 42 adaptive-ms	 4.2 adaptive-xSGD	 22.16 sgd-MiB	 24.7 adam-MiB	 84.3 kfac-MiB	 90.4 adaptive-MiB
BenchmarkGrowth/width=256           	       4	         1.5 GEMM-ms	 5 sgd-ms	 2.5 kfac-xSGD	 3.6 adaptive-xSGD	 12 sgd-MiB	 50 kfac-MiB	 55 adaptive-MiB
BenchmarkGrowth/width=256           	       4	         2.5 GEMM-ms
BenchmarkStep/mlp/B=64/sgd-2        	       4	         1 ms/step
PASS
`

func TestParse(t *testing.T) {
	s, err := parse(printed)
	require.NoError(t, err)
	assert.Len(t, s, 1)
	assert.Equal(t, []int{256, 512}, s["width"].values())
	assert.Equal(t, 2.0, s["width"][256]["GEMM-ms"], "the median of two lines")
	assert.Equal(t, 4.2, s["width"][512]["adaptive-xSGD"])

	for text, want := range map[string]string{
		"BenchmarkGrowth/width-2 1 1 ms":       "want BenchmarkGrowth/SIZE=NUMBER",
		"BenchmarkGrowth/width=wide-2 1 1 ms":  "want BenchmarkGrowth/SIZE=NUMBER",
		"BenchmarkGrowth/width=0-2 1 1 ms":     "want BenchmarkGrowth/SIZE=NUMBER",
		"BenchmarkGrowth/width=8-2 1 1":        "a figure without a unit",
		"BenchmarkGrowth/width=8-2 1 long ms":  `"long" is no figure`,
		"BenchmarkGrowth/width=8-2 1 1 ms 2 b": "",
	} {
		_, err := parse(text)
		if want == "" {
			assert.NoError(t, err, text)
		} else {
			assert.ErrorContains(t, err, want, text)
		}
	}
}

// TestRun makes tables and figures of two sweeps.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	before, now := filepath.Join(dir, "before.txt"), filepath.Join(dir, "now.txt")
	require.NoError(t, os.WriteFile(before, []byte(printed), 0o644))
	require.NoError(t, os.WriteFile(now, []byte("BenchmarkGrowth/width=512-2 1 3 GEMM-ms 9 sgd-ms 12.6 kfac-ms 1.4 kfac-xSGD 1.8 adaptive-xSGD 22 sgd-MiB 60 kfac-MiB 64 adaptive-MiB\n"), 0o644))
	var out bytes.Buffer
	require.NoError(t, run([]string{before, now}, dir, &out))
	assert.Contains(t, out.String(), "| 512 | 3.00 | 9.00 | – | – | 12.6 | 1.40 (2.00) | – | 1.80 (4.20) | 22.0 | – | 60.0 (84.3) | 64.0 (90.4) |\n")
	assert.NotContains(t, out.String(), "| 256 |")
	for name, texts := range map[string][]string{
		"growth-width.svg":        {"before and now", "K-FAC, fixed, before", "width of two hidden layers"},
		"growth-width-memory.svg": {"MiB", "K-FAC, adaptive"},
	} {
		svg, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for _, text := range texts {
			assert.Contains(t, string(svg), text)
		}
	}
	assert.NoFileExists(t, filepath.Join(dir, "growth-depth.svg"))

	out.Reset()
	require.NoError(t, run([]string{before}, dir, &out))
	assert.Contains(t, out.String(), "| 256 | 2.00 | 5.00 | – | – | – | 2.50 | – | 3.60 | 12.0 | – | 50.0 | 55.0 |\n")
	svg, err := os.ReadFile(filepath.Join(dir, "growth-width.svg"))
	require.NoError(t, err)
	assert.NotContains(t, string(svg), "before")

	require.NoError(t, os.WriteFile(now, []byte("PASS\n"), 0o644))
	assert.ErrorContains(t, run([]string{before, now}, dir, &out), "no lines of BenchmarkGrowth")
	assert.ErrorIs(t, run([]string{filepath.Join(dir, "none")}, dir, &out), os.ErrNotExist)
}

// TestKeptSweep: the sweep that is kept has every size.
func TestKeptSweep(t *testing.T) {
	text, err := os.ReadFile("../results/growth-before.txt")
	require.NoError(t, err)
	s, err := parse(string(text))
	require.NoError(t, err)
	assert.Equal(t, []int{256, 512, 1024, 2048, 4096}, s["width"].values())
	assert.Equal(t, []int{2, 4, 8, 16}, s["depth"].values())
	assert.Equal(t, []int{32, 64, 128, 256, 512, 1024, 2048, 4096, 8192}, s["batch"].values())
}

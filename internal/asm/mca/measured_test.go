package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page has a table as markdown prints it.
const page = `# Performance

| loop | fma | vector | load | store | neoverse-n1 (its own) | Apple M1, at best |
|---|---:|---:|---:|---:|---:|---:|
| blas dgemm4x12 | 96 | 96 | 32 | 0 | 50.0, fma 96 % | 24.0, fma 100 % |
| blas sgemm8x12 | 96 | 96 | 20 | 0 | 48.0, fma 100 % | 24.0, fma 100 % |
| vector sadd | 0 | 8 | 16 | 8 | 12.0, memory 100 % | 6.0, memory 100 % |

By llvm-mca-22:
`

// TestMeasured: at 3 GHz, 96 GFLOPS of float32 are 4 fused multiply-adds of 4 values per cycle, and 24 of float64 are 2 of 2.
func TestMeasured(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o700); err != nil {
		t.Fatal(err)
	}
	document := filepath.Join(root, "docs", "performance.md")
	if err := os.WriteFile(document, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	const benchmark = `goos: linux
BenchmarkGemm/neon/float32/NN/1024x1024x1024+0         	      12	  22369621 ns/op	        96.0 GFLOPS	       0 B/op	       0 allocs/op
BenchmarkSyrk/neon/float64                             	      12	  22369621 ns/op	        24.0 GFLOPS
BenchmarkGemm/generic/float64/NN/1024x1024x1024+0      	      12	  22369621 ns/op	         9.0 GFLOPS
PASS
`
	var out strings.Builder
	if err := measured(&out, strings.NewReader(benchmark), root, 3e9); err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"product", "GFLOPS", "measured", "neoverse-n1", "(its", "own)", "Apple", "M1,", "at", "best"},
		{"Gemm/neon/float32/NN/1024x1024x1024+0", "96.0", "4.00", "2.00", "4.00"},
		{"Syrk/neon/float64", "24.0", "2.00", "1.92", "4.00"},
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "3.00 GHz") {
		t.Fatalf("%q", lines)
	}
	for i, w := range want {
		if got := strings.Join(strings.Fields(lines[i+1]), " "); got != strings.Join(w, " ") {
			t.Errorf("%q, want %q", got, w)
		}
	}
	if err := os.WriteFile(document, []byte("# Performance\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := measured(&out, strings.NewReader(benchmark), root, 3e9); err == nil || !strings.Contains(err.Error(), "no table") {
		t.Errorf("without a table: %v", err)
	}
}

// TestClock: no processor that runs Go's tests has less than 0.2 GHz or more than 8, or the chain is no chain. A busy machine
// looks slower, hence the low limit.
func TestClock(t *testing.T) {
	if hertz := clock(); hertz < 0.2e9 || hertz > 8e9 {
		t.Errorf("%.3g Hz", hertz)
	}
}

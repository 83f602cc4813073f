package benchmarks

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/gomlx"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

// Every benchmark runs and reports its figures, on something tiny, once.
func TestBenchmarksRun(t *testing.T) {
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	require.NoError(t, benchtime.Set("1x"))
	defer func() { require.NoError(t, benchtime.Set(before)) }()

	gemm := []string{"GFLOPS", "xgonum"}
	if _, err := openBLAS(); err == nil {
		gemm = append(gemm, "OpenBLAS-GFLOPS", "xOpenBLAS")
	}
	net := workload.MLP(5, 6)
	peers, scripts := []string{"ms/step", "xGorgonia"}, []script(nil)
	if !testing.Short() { // Python's libraries take seconds to start
		scripts = openScripts(t)
		for _, s := range scripts {
			if s.process != nil {
				peers = append(peers, s.metric)
			}
		}
	}
	if gomlx.Built {
		peers = append(peers, "xGomlx", "xGomlxByHand")
	}
	for name, c := range map[string]struct {
		bench   func(b *testing.B)
		metrics []string
	}{
		"Gemm float32": {func(b *testing.B) { benchGemm[float32](b, workload.Product{M: 3, N: 5, K: 7, TransA: true}) }, gemm},
		"Gemm float64": {func(b *testing.B) { benchGemm[float64](b, workload.Product{M: 3, N: 5, K: 7, TransB: true}) }, gemm},
		"Syrk float32": {func(b *testing.B) { benchSyrk[float32](b, 3, 5) }, gemm},
		"Syrk float64": {func(b *testing.B) { benchSyrk[float64](b, 3, 5) }, gemm},
		"Inverse":      {func(b *testing.B) { benchInverse(b, 5) }, gemm},
		"Step sgd":     {func(b *testing.B) { benchStep(b, net, 4, "sgd") }, []string{"ms/step", "xGEMM"}},
		"Step adam":    {func(b *testing.B) { benchStep(b, net, 4, "adam") }, []string{"ms/step", "xGEMM", "xSGD"}},
		"Step kfac": {func(b *testing.B) { benchStep(b, workload.Autoencoder(6, 3), 4, "kfac") },
			[]string{"ms/step", "xGEMM", "xSGD", "median-ms", "gradient-ms", "inverse-ms", "update-ms", "damping-ms"}},
		"Step kfac-adaptive": {func(b *testing.B) { benchStep(b, workload.Autoencoder(6, 3), 4, "kfac-adaptive") },
			[]string{"ms/step", "xGEMM", "xSGD", "median-ms", "gradient-ms", "inverse-ms", "product-ms", "update-ms", "damping-ms"}},
		"Growth": {func(b *testing.B) { benchGrowth(b, net, 4) },
			[]string{"GEMM-ms", "sgd-ms", "adam-ms", "kfac-ms", "adaptive-ms", "sgd-xGEMM", "adam-xSGD", "kfac-xSGD", "adaptive-xSGD"}},
		"Workers":                  {func(b *testing.B) { benchWorkers(b, net, 4, "sgd", 0) }, []string{"chosen-ms", "1-workers-ms"}},
		"Peers":                    {func(b *testing.B) { benchPeers(b, scripts, net, 4, "sgd") }, peers},
		"Peers of the autoencoder": {func(b *testing.B) { benchPeers(b, nil, workload.Autoencoder(6, 3), 4, "adam") }, []string{"ms/step", "xGorgonia"}},
	} {
		r := testing.Benchmark(c.bench)
		assert.Equal(t, 1, r.N, name)
		for _, metric := range c.metrics {
			assert.Greater(t, r.Extra[metric], 0.0, "%s: %s", name, metric)
		}
	}
}

func TestGemmShapes(t *testing.T) {
	list := gemmShapes()
	assert.Contains(t, list, workload.Product{M: 1024, N: 1024, K: 1024})
	assert.Contains(t, list, workload.Product{M: 784, N: 512, K: 512, TransA: true})
	assert.Contains(t, list, workload.Product{M: 1, N: 512, K: 784})
	assert.Contains(t, list, workload.Product{M: 1000, N: 30, K: 250})
	for i, p := range list {
		assert.NotContains(t, list[:i], p)
	}
}

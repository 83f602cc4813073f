package trainer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// digitClassifier is a predictor of the network that cmd/train trains on MNIST, and raw examples for it: pixels, four
// of five of which are 0.
func digitClassifier(t testing.TB, examples int) (*trainer.Predictor, []float64) {
	t.Helper()
	m, err := trainer.NewModel(layers.Sequential{
		&layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 10},
	}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{784}, Seed: 1})
	require.NoError(t, err)
	p, err := trainer.NewPredictor(m, trainer.Preparation{
		Inputs: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{255}},
	})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 2))
	raw := make([]float64, examples*784)
	for i := range raw {
		if rng.IntN(5) == 0 {
			raw[i] = float64(rng.IntN(256))
		}
	}
	return p, raw
}

// BenchmarkPredict is the latency of one example.
func BenchmarkPredict(b *testing.B) {
	p, raw := digitClassifier(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Predict(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPredictParallel is Predict by as many callers as there are processors.
func BenchmarkPredictParallel(b *testing.B) {
	p, raw := digitClassifier(b, 1)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Predict(raw); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "examples/s")
}

// BenchmarkMeans is the throughput of many examples.
func BenchmarkMeans(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			p, raw := digitClassifier(b, n)
			out := make([]float64, n*10)
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Means(out, raw); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
		})
	}
}

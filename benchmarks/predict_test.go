package benchmarks

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/torch"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// BenchmarkPredict compares predictions with PyTorch's, from raw pixels to probabilities, for one example and for many.
func BenchmarkPredict(b *testing.B) {
	announce()
	pool := openTorch(b, "torch_predict.py")
	n := workload.Default("mlp")
	for _, batch := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("N=%d", batch), func(b *testing.B) { benchPredict(b, pool, n, batch) })
	}
}

func benchPredict(b *testing.B, pool *torch.Pool, n workload.Network, batch int) {
	ours, err := predictions(n, batch)
	if err != nil {
		b.Fatal(err)
	}
	t := raceTorch(b, pool, torch.Prediction{Batch: batch, Widths: n.Widths}, ours)
	b.ReportMetric(1e3*t.ours, "µs/call")
	b.ReportMetric(1e3*t.plain, "torch-µs")
	b.ReportMetric(1e3*t.passive, "passive-µs")
	b.ReportMetric(1e3*t.tuned, "tuned-µs")
	b.ReportMetric(1e3*float64(batch)/t.ours, "examples/s")
	t.report(b)
}

// predictions returns a function that predicts a batch so many times, in milliseconds for one.
func predictions(n workload.Network, batch int) (func(calls int) (float64, error), error) {
	model, err := n.Model()
	if err != nil {
		return nil, err
	}
	predictor, err := trainer.NewPredictor(model, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{255}}})
	if err != nil {
		return nil, err
	}
	raw, out := make([]float64, batch*predictor.Features()), make([]float64, batch*predictor.Outputs())
	for i, v := range workload.Data().Train.X[:len(raw)] {
		raw[i] = float64(int(256 * v))
	}
	return func(calls int) (float64, error) {
		var err error
		seconds := sample.Seconds(func() {
			for range calls {
				if err = predictor.Means(out, raw); err != nil {
					return
				}
			}
		})
		return 1e3 * seconds / float64(calls), err
	}, nil
}

func TestPredictions(t *testing.T) {
	for _, batch := range []int{1, 10} {
		run, err := predictions(workload.MLP(5, 6), batch)
		require.NoError(t, err)
		ms, err := run(2)
		require.NoError(t, err)
		assert.Greater(t, ms, 0.0)
	}
}

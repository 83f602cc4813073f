package benchmarks

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/torch"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

// theConvnet is the network of BenchmarkConvnet: cmd/train's.
func theConvnet(batch int) workload.Convnet {
	return workload.Convnet{Batch: batch, Filters: []int{32, 64}, Hidden: []int{128}}
}

// BenchmarkConvnet compares a training step of the convolutional network by SGD with
// PyTorch's, and those of Adam and K-FAC with SGD's.
func BenchmarkConvnet(b *testing.B) {
	announce()
	for _, batch := range []int{128, 512} {
		b.Run(fmt.Sprintf("torch/B=%d", batch), func(b *testing.B) {
			benchConvnetTorch(b, openTorch(b, "torch_conv_step.py"), theConvnet(batch))
		})
		b.Run(fmt.Sprintf("optimizers/B=%d", batch), func(b *testing.B) { benchConvnet(b, theConvnet(batch)) })
	}
}

func benchConvnetTorch(b *testing.B, pool *torch.Pool, n workload.Convnet) {
	training, err := n.Training("sgd")
	if err != nil {
		b.Fatal(err)
	}
	t := raceTorch(b, pool, torch.Convnet{Batch: n.Batch, Filters: n.Filters, Hidden: n.Hidden}, func(steps int) (float64, error) { return oursMS(training, steps) })
	b.ReportMetric(t.ours, "ms/step")
	b.ReportMetric(t.plain, "torch-ms")
	b.ReportMetric(t.passive, "passive-ms")
	b.ReportMetric(t.tuned, "tuned-ms")
	t.report(b)
}

// benchConvnet takes all optimizers' steps in turns. A turn of K-FAC has whole periods.
func benchConvnet(b *testing.B, n workload.Convnet) {
	var opponents []*opponent
	for _, o := range growthOptimizers {
		training, err := n.Training(o.optimizer)
		if err != nil {
			b.Fatal(err)
		}
		p := newOpponent(b, func(steps int) (float64, error) { return oursMS(training, steps) })
		if period := training.Period(); period > 1 {
			p.steps = (p.steps + period - 1) / period * period
			for range 3 { // past the first inversions, which are more frequent
				if _, err := p.run(p.steps); err != nil {
					b.Fatal(err)
				}
			}
		}
		opponents = append(opponents, p)
	}
	inTurns(b, opponents)
	b.ReportMetric(0, "ns/op") // of all opponents together
	for i, o := range opponents {
		b.ReportMetric(o.median(), growthOptimizers[i].name+"-ms")
		if i > 0 {
			b.ReportMetric(o.median()/opponents[0].median(), growthOptimizers[i].name+"-xSGD")
		}
	}
}

func TestConvnetBenchmarkRuns(t *testing.T) {
	n := workload.Convnet{Batch: 4, Filters: []int{2, 3}, Hidden: []int{5}}
	r := testing.Benchmark(func(b *testing.B) { benchConvnet(b, n) })
	for _, metric := range []string{"sgd-ms", "adam-ms", "kfac-ms", "adaptive-ms", "kfac-xSGD", "adaptive-xSGD"} {
		require.Contains(t, r.Extra, metric)
	}
}

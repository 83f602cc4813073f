package benchmarks

import (
	"fmt"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

func BenchmarkGrowth(b *testing.B) {
	announce()
	for width := 256; width <= 4096; width *= 2 {
		b.Run(fmt.Sprintf("width=%d", width), func(b *testing.B) {
			benchGrowth(b, workload.MLP(width, width), 512)
		})
	}
	for batch := 32; batch <= 4096; batch *= 2 {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			benchGrowth(b, workload.Default("mlp"), batch)
		})
	}
}

// benchGrowth takes all three optimizers' steps in turns.
func benchGrowth(b *testing.B, n workload.Network, batch int) {
	sgd, adam, kfac := newStepper(b, n, batch, "sgd"), newStepper(b, n, batch, "adam"), newStepper(b, n, batch, "kfac")
	pass := race(b, n, batch, []*stepper{sgd, adam, kfac})
	b.ReportMetric(pass, "GEMM-ms")
	b.ReportMetric(sgd.ms(), "sgd-ms")
	b.ReportMetric(adam.ms(), "adam-ms")
	b.ReportMetric(kfac.ms(), "kfac-ms")
	b.ReportMetric(sgd.ms()/pass, "sgd-xGEMM")
	b.ReportMetric(adam.ms()/sgd.ms(), "adam-xSGD")
	b.ReportMetric(kfac.ms()/sgd.ms(), "kfac-xSGD")
}

package benchmarks

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

// BenchmarkGrowth lets one size grow at a time, from the network 784-512-512-10
// at batch 512.
func BenchmarkGrowth(b *testing.B) {
	announce()
	for width := 256; width <= 4096; width *= 2 {
		b.Run(fmt.Sprintf("width=%d", width), func(b *testing.B) {
			benchGrowth(b, workload.MLP(width, width), 512)
		})
	}
	for depth := 2; depth <= 16; depth *= 2 {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			benchGrowth(b, workload.MLP(slices.Repeat([]int{512}, depth)...), 512)
		})
	}
	for batch := 32; batch <= 8192; batch *= 2 {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			benchGrowth(b, workload.Default("mlp"), batch)
		})
	}
}

// growthOptimizers are those of BenchmarkGrowth, with their names in its metrics.
// A step of the others is compared with the first one's.
var growthOptimizers = []struct{ optimizer, name string }{
	{"sgd", "sgd"}, {"adam", "adam"}, {"kfac", "kfac"}, {"kfac-adaptive", "adaptive"},
}

// benchGrowth takes all optimizers' steps in turns. The figures of memory are of
// one optimizer with its model, without the data and without the buffers that all
// share.
func benchGrowth(b *testing.B, n workload.Network, batch int) {
	workload.Data() // not to be counted, like the products' buffers
	n.Pass(batch)()
	var steppers []*stepper
	peaks := map[string]float64{} // bytes, reported at the end: b.Loop forgets what was reported before
	for _, o := range growthOptimizers {
		peak := startPeak()
		s := newStepper(b, n, batch, o.optimizer)
		s.warmUp()
		if bytes, ok := peak.bytes(); ok {
			peaks[o.name] = bytes
		}
		steppers = append(steppers, s)
	}
	pass := race(b, n, batch, steppers)
	b.ReportMetric(pass, "GEMM-ms")
	sgd := steppers[0]
	b.ReportMetric(sgd.ms()/pass, "sgd-xGEMM")
	for i, s := range steppers {
		name := growthOptimizers[i].name
		b.ReportMetric(s.ms(), name+"-ms")
		if s != sgd {
			b.ReportMetric(s.ms()/sgd.ms(), name+"-xSGD")
		}
	}
	for i, s := range steppers {
		with := liveBytes()
		s.training = nil
		name := growthOptimizers[i].name
		b.ReportMetric((with-liveBytes())/(1<<20), name+"-MiB")
		if bytes, ok := peaks[name]; ok {
			b.ReportMetric(bytes/(1<<20), name+"-peak-MiB")
		}
	}
}

// liveBytes is the memory in use on the heap after a collection of garbage.
func liveBytes() float64 {
	runtime.GC()
	runtime.GC() // what pools hold survives the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

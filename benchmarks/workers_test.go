package benchmarks

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/internal/cpus"
)

// BenchmarkWorkers takes steps with one worker, two, … as many as there are
// processors, and with the number that package cpus chooses, a second each in
// turns.
func BenchmarkWorkers(b *testing.B) {
	announce()
	fmt.Printf("gokfac: %v\n", cpus.Now())
	for _, optimizer := range []string{"sgd", "kfac", "kfac-adaptive"} {
		b.Run(optimizer, func(b *testing.B) { benchWorkers(b, workload.Default("mlp"), 512, optimizer, time.Second) })
	}
}

func benchWorkers(b *testing.B, n workload.Network, batch int, optimizer string, turn time.Duration) {
	s := newStepper(b, n, batch, optimizer)
	s.warmUp()
	most := runtime.NumCPU()
	ms := make([][]float64, most+1) // by the number of workers; 0: of the package's choice
	var turns []func()
	for workers := range ms {
		turns = append(turns, func() { ms[workers] = append(ms[workers], s.mean(workers, turn)) })
	}
	for round := 0; b.Loop(); round++ {
		sample.InTurns(round, turns...)
	}
	b.ReportMetric(0, "ns/op") // of all together
	b.ReportMetric(sample.Median(ms[0]), "chosen-ms")
	for workers := 1; workers <= most; workers++ {
		b.ReportMetric(sample.Median(ms[workers]), fmt.Sprintf("%d-workers-ms", workers))
	}
}

// mean returns the mean milliseconds of a step, over whole periods that together
// take at least a turn. With a quota of processor time a program stands still for tens
// of milliseconds at a time, which a median of steps would leave out.
func (s *stepper) mean(workers int, turn time.Duration) float64 {
	if workers > 0 {
		defer cpus.Use(workers)()
	}
	s.take(s.period)
	start, steps := time.Now(), 0
	for steps == 0 || time.Since(start) < turn {
		s.take(s.period)
		steps += s.period
	}
	return 1e3 * time.Since(start).Seconds() / float64(steps)
}

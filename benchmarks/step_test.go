package benchmarks

import (
	"fmt"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

func BenchmarkStep(b *testing.B) {
	announce()
	for _, name := range []string{"mlp", "autoencoder"} {
		for _, batch := range []int{64, 128, 512, 1000} {
			for _, optimizer := range []string{"sgd", "adam", "kfac", "kfac-adaptive"} {
				b.Run(fmt.Sprintf("%s/B=%d/%s", name, batch, optimizer), func(b *testing.B) {
					benchStep(b, workload.Default(name), batch, optimizer)
				})
			}
		}
	}
}

// benchStep takes the optimizer's steps, SGD's and passes over the products in
// turns.
func benchStep(b *testing.B, n workload.Network, batch int, optimizer string) {
	sgd := newStepper(b, n, batch, "sgd")
	own, contenders := sgd, []*stepper{sgd}
	if optimizer != "sgd" {
		own = newStepper(b, n, batch, optimizer)
		contenders = append(contenders, own)
	}
	pass := race(b, n, batch, contenders)
	b.ReportMetric(own.ms(), "ms/step")
	b.ReportMetric(own.ms()/pass, "xGEMM")
	if own != sgd {
		b.ReportMetric(own.ms()/sgd.ms(), "xSGD")
	}
	if len(own.phases) > 0 { // K-FAC
		b.ReportMetric(1e3*sample.Median(own.seconds), "median-ms")
		for phase, seconds := range own.phases {
			b.ReportMetric(1e3*sample.PeriodMean(seconds, own.period), phase+"-ms")
		}
	}
}

// turnSeconds is the least length of a turn that is shorter than a K-FAC period.
// The first step after another contender's finds caches cold; in so long a turn
// that is nothing.
const turnSeconds = 0.05

// race lets the contenders take steps and the products their passes, in turns,
// and returns a pass's median milliseconds. Each iteration of the benchmark is
// one K-FAC period, at least leastSteps, of every contender.
func race(b *testing.B, n workload.Network, batch int, contenders []*stepper) float64 {
	steps := 1
	for _, s := range contenders {
		for first := steps; steps%s.period != 0; {
			steps += first
		}
	}
	steps *= (leastSteps + steps - 1) / steps

	products := n.Pass(batch)
	shortest := sample.Seconds(products)
	for _, s := range contenders {
		shortest = min(shortest, s.warmUp())
	}
	turn := 1
	for turn < steps && (float64(turn)*shortest < turnSeconds || steps%turn != 0) {
		turn++
	}
	var passes []float64
	turns := []func(){func() {
		for range turn {
			passes = append(passes, sample.Seconds(products))
		}
	}}
	for _, s := range contenders {
		turns = append(turns, func() { s.take(turn) })
	}
	round := 0
	for b.Loop() {
		for range steps / turn {
			sample.InTurns(round, turns...)
			round++
		}
	}
	b.ReportMetric(0, "ns/op") // of all contenders together
	return 1e3 * sample.Median(passes)
}

// leastSteps of each contender make an iteration.
const leastSteps = 10

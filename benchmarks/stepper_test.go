package benchmarks

import (
	"slices"
	"testing"
	"time"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/kfac"
)

// stepper takes training steps and keeps their times.
type stepper struct {
	b        *testing.B
	training *workload.Training
	period   int
	shortest float64 // seconds of a step in warmUp; 0 before
	seconds  []float64
	phases   map[string][]float64 // of K-FAC's steps, in seconds
}

func newStepper(b *testing.B, n workload.Network, batch int, optimizer string) *stepper {
	b.Helper()
	training, err := workload.NewTraining(n, batch, optimizer)
	if err != nil {
		b.Fatal(err)
	}
	return &stepper{b: b, training: training, period: training.Period(), phases: map[string][]float64{}}
}

// take takes steps, each on the loader's next mini-batch. Fetching that is not
// timed.
func (s *stepper) take(steps int) {
	for range steps {
		s.training.Load()
		s.seconds = append(s.seconds, sample.Seconds(s.step))
		if o, ok := s.training.Optimizer.(*kfac.Optimizer); ok {
			stats := o.Stats()
			s.phase("gradient", stats.GradientTime)
			s.phase("inverse", stats.InverseTime)
			s.phase("product", stats.ProductTime)
			s.phase("update", stats.UpdateTime)
			s.phase("damping", stats.DampingTime)
		}
	}
}

func (s *stepper) step() {
	if err := s.training.Step(); err != nil {
		s.b.Fatal(err)
	}
}

func (s *stepper) phase(name string, d time.Duration) {
	s.phases[name] = append(s.phases[name], d.Seconds())
}

// warmUp takes a period of steps, or only leastWarm where they take longer than
// warmSeconds, and forgets their times. It returns the shortest in seconds. Only the
// first call does so.
func (s *stepper) warmUp() float64 {
	if s.shortest == 0 {
		total := 0.0
		for len(s.seconds) < max(s.period, leastWarm) && (len(s.seconds) < leastWarm || total < warmSeconds) {
			s.take(1)
			total += s.seconds[len(s.seconds)-1]
		}
		s.shortest = slices.Min(s.seconds)
		s.seconds = nil
		clear(s.phases)
	}
	return s.shortest
}

// leastWarm steps include K-FAC's first adaptation of λ, after the first few steps,
// which invert each time.
const (
	leastWarm   = 6
	warmSeconds = 3
)

// ms is the milliseconds of a step: the median, and of steps that differ within
// a period its mean.
func (s *stepper) ms() float64 { return 1e3 * sample.PeriodMean(s.seconds, s.period) }

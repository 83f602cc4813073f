package benchmarks

import (
	"runtime"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/torch"
)

// turnMS is the length of a turn, where a step is not longer. Who needs slowMS for one is warm after a step and has slowTurns
// turns only.
const (
	turnMS = 300
	slowMS = 1500
)

// opponent is who takes steps: it returns the milliseconds of one, on average
// over so many.
type opponent struct {
	run   func(steps int) (float64, error)
	steps int
	slow  bool
	ms    []float64 // by turn
}

// newOpponent takes some steps to warm up and to see how long they are.
func newOpponent(b *testing.B, run func(steps int) (float64, error)) *opponent {
	b.Helper()
	o := &opponent{run: run}
	var ms float64
	for _, steps := range []int{1, 2, 3} {
		var err error
		if ms, err = run(steps); err != nil {
			b.Fatal(err)
		}
		if o.slow = ms > slowMS; o.slow {
			break
		}
	}
	o.steps = torch.Steps(ms, turnMS)
	return o
}

// turn is some steps, after one that finds others' data in the caches.
func (o *opponent) turn(b *testing.B) {
	if !o.slow {
		if _, err := o.run(1); err != nil {
			b.Fatal(err)
		}
	}
	ms, err := o.run(o.steps)
	if err != nil {
		b.Fatal(err)
	}
	o.ms = append(o.ms, ms)
	runtime.GC() // what this one has left must not be swept in the next one's time
	torch.Rest()
}

func (o *opponent) median() float64 { return sample.Median(o.ms) }

// inTurns gives every opponent a turn in each iteration of the benchmark.
func inTurns(b *testing.B, opponents []*opponent) {
	torch.Rest()
	for round := 0; b.Loop(); round++ {
		var turns []func()
		for _, o := range opponents {
			if !o.slow || round < slowTurns {
				turns = append(turns, func() { o.turn(b) })
			}
		}
		sample.InTurns(round, turns...)
	}
}

package benchmarks

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/torch"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/internal/isa"
)

func BenchmarkTorch(b *testing.B) {
	announce()
	pool := openTorch(b, "torch_step.py")
	for _, name := range []string{"mlp", "autoencoder"} {
		for _, batch := range []int{64, 128, 512, 1000} {
			for _, optimizer := range []string{"sgd", "adam"} {
				b.Run(fmt.Sprintf("%s/B=%d/%s", name, batch, optimizer), func(b *testing.B) {
					benchTorch(b, pool, workload.Default(name), batch, optimizer)
				})
			}
		}
	}
}

// openTorch starts a script, until the benchmark ends. It skips the benchmark where there is no PyTorch.
func openTorch(b *testing.B, script string) *torch.Pool {
	b.Helper()
	pool, err := torch.Open(script, coreOf(isa.Supported()[0]), runtime.GOMAXPROCS(0))
	if err != nil {
		fmt.Printf("torch: not measured: %v\n", err) // the reason for a skip is shown under -v only
		b.SkipNow()
	}
	b.Cleanup(func() {
		if err := pool.Close(); err != nil {
			b.Error(err)
		}
	})
	fmt.Printf("torch: %s, version and threads as it comes: %s\n", pool.Python, pool.Plain().Version)
	return pool
}

// turnMS is the length of a turn, where a step is not longer.
const turnMS = 300

// opponent is who takes steps: it returns the milliseconds of one, on average
// over so many.
type opponent struct {
	run   func(steps int) (float64, error)
	steps int
	ms    []float64 // by turn
}

// newOpponent takes some steps to warm up and to see how long they are.
func newOpponent(b *testing.B, run func(steps int) (float64, error)) *opponent {
	b.Helper()
	o := &opponent{run: run}
	var ms float64
	for range 2 {
		var err error
		if ms, err = run(3); err != nil {
			b.Fatal(err)
		}
	}
	o.steps = torch.Steps(ms, turnMS)
	return o
}

// benchTorch compares steps with everything that belongs to them, fetching a
// mini-batch included, with PyTorch as it comes and at its fastest.
func benchTorch(b *testing.B, pool *torch.Pool, n workload.Network, batch int, optimizer string) {
	training, err := workload.NewTraining(n, batch, optimizer)
	if err != nil {
		b.Fatal(err)
	}
	w := torch.Workload{Batch: batch, Optimizer: optimizer, Rate: training.Optimizer.LearningRate(), Loss: "softmax", Widths: n.Widths}
	if n.Autoencoder {
		w.Loss = "sigmoid"
	}
	ours := func(steps int) (float64, error) { return oursMS(training, steps) }
	t := raceTorch(b, pool, w, ours)
	b.ReportMetric(t.ours, "ms/step")
	b.ReportMetric(t.plain, "torch-ms")
	b.ReportMetric(t.tuned, "tuned-ms")
	t.report(b)
}

// torchTimes are medians in milliseconds.
type torchTimes struct {
	ours, plain, tuned float64
	how                string // the tuned one is tuned
}

func (t torchTimes) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // of all opponents together
	b.ReportMetric(t.plain/t.ours, "xTorch")
	b.ReportMetric(t.tuned/t.ours, "xTorchTuned")
	b.Logf("tuned: %s", t.how)
}

// raceTorch lets PyTorch as it comes, PyTorch at its fastest and ours do their work in turns.
func raceTorch(b *testing.B, pool *torch.Pool, w fmt.Stringer, run func(steps int) (float64, error)) torchTimes {
	best, err := pool.Tuned(w)
	if err != nil {
		b.Fatal(err)
	}
	ours := newOpponent(b, run)
	plain := newOpponent(b, func(steps int) (float64, error) { return pool.Plain().Run(w, steps) })
	tuned := plain
	opponents := []*opponent{ours, plain}
	if best != pool.Plain() {
		tuned = newOpponent(b, func(steps int) (float64, error) { return best.Run(w, steps) })
		opponents = append(opponents, tuned)
	}
	var turns []func()
	for _, o := range opponents {
		turns = append(turns, func() {
			_, err := o.run(1) // the first finds the others' data in the caches
			if err != nil {
				b.Fatal(err)
			}
			ms, err := o.run(o.steps)
			if err != nil {
				b.Fatal(err)
			}
			o.ms = append(o.ms, ms)
			torch.Rest()
		})
	}
	torch.Rest()
	for round := 0; b.Loop(); round++ {
		sample.InTurns(round, turns...)
	}
	return torchTimes{sample.Median(ours.ms), sample.Median(plain.ms), sample.Median(tuned.ms), best.Describe()}
}

// oursMS takes steps, each on a mini-batch fetched for it.
func oursMS(t *workload.Training, steps int) (float64, error) {
	var err error
	seconds := sample.Seconds(func() {
		for range steps {
			t.Load()
			if err = t.Step(); err != nil {
				return
			}
		}
	})
	return 1e3 * seconds / float64(steps), err
}

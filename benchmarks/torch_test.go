package benchmarks

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
	"github.com/gokfac/gokfac/benchmarks/internal/python"
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
	fmt.Printf("torch: %s, version and threads as it comes: %s\n", pool.Plain().Python, pool.Plain().Version)
	return pool
}

// benchTorch compares steps with everything that belongs to them, fetching a
// mini-batch included, with PyTorch as it comes and at its fastest.
func benchTorch(b *testing.B, pool *torch.Pool, n workload.Network, batch int, optimizer string) {
	training, err := workload.NewTraining(n, batch, optimizer)
	if err != nil {
		b.Fatal(err)
	}
	task, err := peer.Of(n, batch, training)
	if err != nil {
		b.Fatal(err)
	}
	ours := func(steps int) (float64, error) { return oursMS(training, steps) }
	t := raceTorch(b, pool, torch.Of(task), ours)
	b.ReportMetric(t.ours, "ms/step")
	b.ReportMetric(t.plain, "torch-ms")
	b.ReportMetric(t.passive, "passive-ms")
	b.ReportMetric(t.tuned, "tuned-ms")
	t.report(b)
}

// torchTimes are medians in milliseconds.
type torchTimes struct {
	ours, plain, passive, tuned float64
	how                         string // the tuned one is tuned
}

func (t torchTimes) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // of all opponents together
	b.ReportMetric(t.plain/t.ours, "xTorch")
	b.ReportMetric(t.passive/t.ours, "xTorchPassive")
	b.ReportMetric(t.tuned/t.ours, "xTorchTuned")
	b.Logf("tuned: %s", t.how)
}

// raceTorch lets PyTorch as it comes, with passive threads and at its fastest, and ours, do their work in turns.
func raceTorch(b *testing.B, pool *torch.Pool, w fmt.Stringer, run func(steps int) (float64, error)) torchTimes {
	best, err := pool.Tuned(w)
	if err != nil {
		b.Fatal(err)
	}
	ours := newOpponent(b, run)
	opponents := []*opponent{ours}
	their := map[*python.Process]*opponent{}
	for _, p := range []*python.Process{pool.Plain(), pool.Passive(), best} {
		if their[p] == nil { // the best may be one of the others
			their[p] = newOpponent(b, func(steps int) (float64, error) { return p.Run(w, steps) })
			opponents = append(opponents, their[p])
		}
	}
	inTurns(b, opponents)
	return torchTimes{ours.median(), their[pool.Plain()].median(), their[pool.Passive()].median(), their[best].median(), best.Describe()}
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

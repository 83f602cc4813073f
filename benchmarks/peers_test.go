package benchmarks

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/gomlx"
	"github.com/gokfac/gokfac/benchmarks/internal/peer"
	"github.com/gokfac/gokfac/benchmarks/internal/python"
	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/benchmarks/internal/stock"
	"github.com/gokfac/gokfac/benchmarks/internal/torch"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

func BenchmarkPeers(b *testing.B) {
	announce()
	scripts := openScripts(b)
	for _, c := range []struct {
		name  string
		batch int
	}{{"mlp", 128}, {"mlp", 512}, {"autoencoder", 1000}} {
		for _, optimizer := range []string{"sgd", "adam"} {
			b.Run(fmt.Sprintf("%s/B=%d/%s", c.name, c.batch, optimizer), func(b *testing.B) {
				benchPeers(b, scripts, workload.Default(c.name), c.batch, optimizer)
			})
		}
	}
}

// runner takes so many steps and returns the milliseconds of one on average.
type runner func(steps int) (float64, error)

// library is one that trains the same network. Its error says why it does not.
type library struct {
	metric string
	start  func(task peer.Task) (runner, error)
}

// libraries are all but ours.
func libraries(scripts []script) []library {
	list := []library{
		{"xGorgonia", func(task peer.Task) (runner, error) {
			t, err := stock.New(task)
			if err != nil {
				return nil, err
			}
			return trainerMS(task, t)
		}},
		{"xGomlx", func(task peer.Task) (runner, error) { return gomlxMS(task, false) }},
		{"xGomlxByHand", func(task peer.Task) (runner, error) { return gomlxMS(task, true) }},
	}
	for _, s := range scripts {
		list = append(list, library{s.metric, func(task peer.Task) (runner, error) {
			if s.process == nil {
				return nil, s.missing
			}
			if task.Autoencoder && s.file == sklearnScript {
				return nil, peer.Unsupported("scikit-learn", task)
			}
			return func(steps int) (float64, error) { return s.process.Run(torch.Of(task), steps) }, nil
		}})
	}
	return list
}

// gomlxFLOPs are as many operations in a step's products as gomlx's own gradients are measured with. The MLP's step at batch
// 512, 1.6e9, takes seconds; the autoencoder's at batch 1000 has ten times as many, and needs tensors of 3 GB.
const gomlxFLOPs = 4e9

func gomlxMS(task peer.Task, byHand bool) (runner, error) {
	t, err := gomlx.New(task, byHand)
	if err != nil {
		return nil, err
	}
	var flops float64
	for _, p := range task.Products(task.Batch) {
		flops += p.FLOPs()
	}
	if !byHand && flops > gomlxFLOPs {
		return nil, fmt.Errorf("gomlx: a step of %.0f GFLOP takes its own gradients too much time and memory", flops/1e9)
	}
	return trainerMS(task, t)
}

// trainerMS takes steps, each on a mini-batch fetched for it, as oursMS does.
func trainerMS(task peer.Task, t peer.Trainer) (runner, error) {
	source, err := workload.NewTraining(task.Network, task.Batch, task.Rule.Name) // for its mini-batches only
	return func(steps int) (float64, error) {
		var err error
		seconds := sample.Seconds(func() {
			for range steps {
				source.Load()
				if _, err = t.Step(source.Batch()); err != nil {
					return
				}
			}
		})
		return 1e3 * seconds / float64(steps), err
	}, err
}

const (
	torchScript   = "torch_step.py"
	sklearnScript = "sklearn_step.py"
)

// script is a Python library's process, or why there is none.
type script struct {
	metric, file string
	process      *python.Process
	missing      error
}

// openScripts starts the Python libraries, until the benchmark or test ends.
func openScripts(tb testing.TB) []script {
	tb.Helper()
	list := []script{{metric: "xTorch", file: torchScript}, {metric: "xTorchPassive", file: torchScript}, {metric: "xScikitLearn", file: sklearnScript}}
	for i := range list {
		s := &list[i]
		var environment []string
		if s.metric == "xTorchPassive" {
			environment = []string{torch.Passive}
		}
		if s.process, s.missing = python.Find(s.file, environment...); s.missing != nil {
			continue
		}
		fmt.Printf("%s: %s, version (and threads) %s, %s\n", s.metric, s.process.Python, s.process.Version, s.process.Describe())
		tb.Cleanup(func() {
			if err := s.process.Close(); err != nil {
				tb.Error(err)
			}
		})
	}
	return list
}

// benchPeers compares steps with everything that belongs to them, fetching a mini-batch included, with those of all libraries
// that are there.
func benchPeers(b *testing.B, scripts []script, n workload.Network, batch int, optimizer string) {
	training, err := workload.NewTraining(n, batch, optimizer)
	if err != nil {
		b.Fatal(err)
	}
	task, err := peer.Of(n, batch, training)
	if err != nil {
		b.Fatal(err)
	}
	ours := newOpponent(b, func(steps int) (float64, error) { return oursMS(training, steps) })
	opponents := []*opponent{ours}
	theirs := map[string]*opponent{}
	for _, l := range libraries(scripts) {
		run, err := l.start(task)
		if err != nil {
			fmt.Printf("%s: not measured for %s, batch %d, %s: %v\n", l.metric, n.Name, batch, optimizer, err) // the reason for a skip is shown under -v only
			continue
		}
		theirs[l.metric] = newOpponent(b, run)
		opponents = append(opponents, theirs[l.metric])
	}
	inTurns(b, opponents)
	b.ReportMetric(0, "ns/op") // of all opponents together
	b.ReportMetric(ours.median(), "ms/step")
	for metric, o := range theirs {
		b.ReportMetric(o.median()/ours.median(), metric)
	}
}

// The scripts take our steps. Those of the Go libraries have tests in their own packages.
func TestScriptsTakeOurSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("starting Python's libraries takes seconds")
	}
	for _, s := range openScripts(t) {
		for _, n := range []workload.Network{workload.MLP(20, 15), workload.Autoencoder(30, 6)} {
			for _, optimizer := range []string{"sgd", "adam"} {
				t.Run(fmt.Sprint(s.metric, " ", n.Name, " ", optimizer), func(t *testing.T) {
					if s.process == nil {
						t.Skip(s.missing)
					}
					if n.Autoencoder && s.file == sklearnScript {
						t.Skip("scikit-learn's classifier has softmax only")
					}
					ours, err := workload.NewTraining(n, 64, optimizer)
					require.NoError(t, err)
					task, err := peer.Of(n, 64, ours)
					require.NoError(t, err)
					theirs, err := python.NewTrainer(s.process, task, torch.Of(task), t.TempDir())
					require.NoError(t, err)
					d, err := peer.Compare(task, ours, theirs, 3)
					require.NoError(t, err)
					t.Logf("%+v", d)
					assert.Less(t, d.Loss, peer.LossTolerance)
					assert.Less(t, d.Moves, peer.MovesTolerance)
				})
			}
		}
	}
}

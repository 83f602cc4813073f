package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

func better(metric string, v, w float64) bool {
	if strings.HasSuffix(metric, "accuracy") {
		return v > w
	}
	return v < w
}

// recipe is how the runs of a fake group learn.
type recipe struct {
	label, optimizer  string
	batch, steps      int
	rate, end, millis float64 // error falls as end + e^(−rate·step)
}

// fake is a comparison that could have been: kfac needs the fewest steps, one
// run of sgd diverges, one of adam and all but one of sgd miss the second goal.
func fake(seeds int) *Report {
	r := &Report{
		Title:      "digits, mlp 784-512-512-10, batch 512",
		Comparison: &results.Comparison{Better: better},
		Scores:     []string{"test_accuracy", "test_loss"},
		Command:    "go run ./cmd/train -compare kfac,adam,sgd -seeds 5 -target test_accuracy=0.98",
		Samples:    []Sample{{"inputs", strip(0)}, {"kfac", strip(1)}},
	}
	r.Comparison.Goals = []results.Goal{{Metric: "test_accuracy", Value: 0.97}, {Metric: "test_accuracy", Value: 0.98}, {Metric: "test_loss", Value: 0.04}}
	for _, c := range []recipe{
		{"kfac", "kfac", 512, 600, 0.03, 0.015, 17.4},
		{"adam", "adam", 512, 1200, 0.011, 0.0165, 7.3},
		{"sgd", "sgd", 512, 1200, 0.007, 0.019, 7.1},
	} {
		g := results.Group{Label: c.label}
		for seed := range seeds {
			g.Runs = append(g.Runs, c.run(uint64(seed+1)))
		}
		r.Comparison.Groups = append(r.Comparison.Groups, g)
	}
	return r
}

func (c recipe) run(seed uint64) *results.Run {
	random := rand.New(rand.NewPCG(seed, uint64(len(c.label))))
	run := &results.Run{
		Version: 1, Label: c.label, Optimizer: c.optimizer, Model: "mlp", Dataset: "digits", Seed: seed, Workers: 2, DType: "float32",
		BatchSize: c.batch, Params: 669706, PerEpoch: 117, Ending: results.Done,
		Command: fmt.Sprintf("go run ./cmd/train -opt %s -batch-size %d -max-steps %d -seed %d", c.optimizer, c.batch, c.steps, seed),
		Config: results.Fields[any]{
			{Name: "model", Value: "mlp"}, {Name: "hidden", Value: []int{512, 512}}, {Name: "opt", Value: c.optimizer}, {Name: "batch_size", Value: c.batch},
			{Name: "lr", Value: 0.1 / c.rate}, {Name: "target", Value: ""}, {Name: "seed", Value: seed}, {Name: "workers", Value: 2},
		},
		Environment: &results.Environment{
			Version: "v0.1.0", Go: "go1.26", OS: "linux", Arch: "amd64", CPU: "A Processor", Processors: 2, Kernels: "avx512",
			Started: fmt.Sprintf("2026-01-02T03:0%d:00Z", seed%10),
		},
	}
	if c.optimizer == "kfac" {
		run.Config = append(run.Config, results.Field[any]{Name: "kfac_mode", Value: "adaptive"}, results.Field[any]{Name: "kfac_damping", Value: nil})
	}
	rate, noise := c.rate*(1+0.08*random.NormFloat64()), 0.0006
	for step := 20; step <= c.steps; step += 20 {
		miss := c.end + 0.9*math.Exp(-rate*float64(step)) + noise*random.NormFloat64()
		took := c.millis * 20 / 1000 * (1 + 0.04*random.NormFloat64())
		rec := results.Record{
			Step: step, Epoch: step / run.PerEpoch, TrainLoss: results.Number(0.002 + 2*math.Exp(-rate*float64(step))),
			Scores: results.Fields[results.Number]{
				{Name: "test_accuracy", Value: results.Number(1 - miss)}, {Name: "test_loss", Value: results.Number(2.5 * miss)},
			},
			Phases: results.Fields[results.Number]{
				{Name: "gradient", Value: results.Number(0.13)}, {Name: "update", Value: results.Number(took - 0.137)},
			},
		}
		if c.optimizer == "kfac" {
			rec.Phases = results.Fields[results.Number]{
				{Name: "gradient", Value: 0.15}, {Name: "inverse", Value: 0.04}, {Name: "update", Value: 0.11}, {Name: "damping", Value: 0.02},
			}
			rec.KFAC = diagnosed(step, rate, random)
		}
		run.TrainSeconds += results.Number(took)
		rec.TrainSeconds = run.TrainSeconds
		run.Steps = step
		if c.optimizer == "sgd" && seed == 3 && step > 400 {
			run.Ending = results.Diverged
			rec.TrainLoss = results.Number(math.Inf(1))
			rec.Scores[0].Value, rec.Scores[1].Value = 0.1, results.Number(math.NaN())
		}
		run.TrainLoss, run.Scores = rec.TrainLoss, rec.Scores
		run.History = append(run.History, rec)
		if run.Ending == results.Diverged {
			break
		}
	}
	run.Epochs = run.Steps / run.PerEpoch
	return run
}

func diagnosed(step int, rate float64, random *rand.Rand) *results.Diagnostics {
	none := results.Number(math.NaN())
	d := &results.Diagnostics{
		Loss: 0.1, Damping: results.Number(10 * math.Exp(-rate*float64(step)/4)), MinDamping: none, Gamma: results.Number(3 * math.Exp(-rate*float64(step)/8)),
		Alpha: results.Number(1 + 0.1*random.NormFloat64()), Mu: results.Number(0.5 + 0.1*random.NormFloat64()), ClipFactor: 1, Rho: results.Number(0.9 + 0.4*random.NormFloat64()),
		PredictedChange: none, ActualChange: none, GradNorm: results.Number(0.1 + 0.02*random.NormFloat64()), UpdateNorm: results.Number(0.3 * math.Exp(0.2*random.NormFloat64())),
		Cosine: 0.2, Condition: none,
	}
	if step == 100 {
		d.Rho = results.Number(math.Inf(-1))
	}
	return d
}

// strip is ten pictures of 28×28 pixels.
func strip(n int) []byte {
	img := image.NewGray(image.Rect(0, 0, 280, 28))
	for i := range 280 * 28 {
		x, y := i%280, i/280
		img.SetGray(x, y, color.Gray{Y: uint8((x%28*y + 60*n) % 256)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/study"
)

// fewExamples are data in memory that a model can be trained on.
func fewExamples(model string) *datasets.Dataset {
	const train, test, side = 100, 20, 8
	d := &datasets.Dataset{Name: "few", Shape: []int{3}, Classes: 4}
	split := func(n, features int) datasets.Split {
		s := datasets.Split{X: make([]float32, n*features), Labels: make([]int32, n)}
		for i := range s.X {
			s.X[i] = float32(i*7%11) / 11
		}
		for i := range s.Labels {
			s.Labels[i] = int32(i % d.Classes)
		}
		return s
	}
	switch row := modelNamed(model); {
	case row.Images, model == "autoencoder":
		d.Shape, d.Pixels = []int{side, side}, true
	case row.Values():
		return datasets.IllConditioned(datasets.IllConditionedOptions{Train: train, Test: test})
	}
	d.Train, d.Test = split(train, d.Features()), split(test, d.Features())
	return d
}

func modelNamed(name string) job.Model {
	models := job.Models()
	return models[slices.IndexFunc(models, func(m job.Model) bool { return m.Name == name })]
}

// heldOut is d with a validation part; d stays as it is.
func heldOut(d *datasets.Dataset, part float64) (*datasets.Dataset, error) {
	held := *d
	held.Train.X, held.Train.Labels, held.Train.Targets = slices.Clone(d.Train.X), slices.Clone(d.Train.Labels), slices.Clone(d.Train.Targets)
	return &held, held.HoldOut(part)
}

// FuzzFlags: no command line panics. One that is not refused as a whole has
// settings that make a run, or are refused as such.
func FuzzFlags(f *testing.F) {
	table := newFlagTable(&command{})
	names := table.names()
	values := append([]string{
		"kfac", "adam", "sgd", "muon", "shampoo", "soap", "fixed", "adaptive", "none", "found", "true", "false", "0.5", "2", "16,8", "cosine", "relu", "mlp", "autoencoder",
		"regression", "test_loss=0.5", "test_accuracy=0.5,0.9", "sgd:lr=0.1/0.2:momentum=0.95", "adam:lr=1e-4..1e-2:schedule=linear/cosine",
		"kfac,adam:epochs=2", "grid", "full", "ekfac", "exact", "float64", "x",
	}, extremes...)
	for i, name := range names { // each flag with a value of its own kind, where it has one
		f.Add("-"+name, []byte{})
		f.Add("", []byte{byte(i), 9})
	}
	for _, text := range []string{
		"-opt kfac -kfac-mode fixed -momentum none -lr 0.1 -clip-grad 1 -kfac-kl-clip none -schedule step -warmup-steps 3 -epochs 9 -batch-size 10",
		"-model autoencoder -hidden 16,4 -init sparse -kfac-structure block-tridiagonal -kfac-fisher ggn -kfac-damping found",
		"-model regression -opt adam -weight-decay 0.1 -l2 1e-4 -target test_loss=0.05 -dtype float64 -max-steps 3",
		"-compare kfac:lr=1/0.5,sgd:momentum=none,adam -seeds 2 -target test_accuracy=0.8,0.9 -out x -json",
		"-tune adam:lr=1e-320..1e308,sgd -trials 3 -search grid -by-seconds -seed 18446744073709551615",
		"-validation 0.25 -patience 2 -target validation_accuracy=0.9", "-model regression -validation 0.5 -tune adam -trials 2 -target-columns 1,b",
		"-tune kfac -kfac-mode fixed -trials 2", "-json true", "-h", "--", "-", "---x", "-=", "-json=", "-dry-run -eval-every 1 --lr=0",
	} {
		f.Add(text, []byte{})
	}
	few := map[string]*datasets.Dataset{}
	for _, m := range job.Models() {
		few[m.Name] = fewExamples(m.Name)
	}
	f.Fuzz(func(t *testing.T, text string, picks []byte) {
		args := strings.Split(text, " ")
		if text == "" {
			args = nil
		}
		for i := 0; i+1 < len(picks) && i < 16; i += 2 { // flags that exist, for the bytes to reach what is behind them
			args = append(args, "-"+names[int(picks[i])%len(names)]+"="+values[int(picks[i+1])%len(values)])
		}
		s, err := parse(args, nil)
		if err != nil {
			if !errors.Is(err, flag.ErrHelp) {
				refused(t, args, err)
			}
			return
		}
		runs, err := planned(s)
		if err != nil {
			refused(t, args, err)
			return
		}
		for _, run := range runs {
			d := few[run.Model]
			if len(run.Hidden) == 0 {
				run.Hidden = []int{4, 2} // the default networks take too long to build
			}
			if len(run.Filters) == 0 {
				run.Filters = []int{2, 3}
			}
			if run.Validation > 0 {
				d, err = heldOut(d, run.Validation)
				if err != nil {
					return
				}
			}
			if err := run.Resolve(d.Train.Len()); err != nil {
				refused(t, args, err)
				return
			}
			if run.CheckMemory(context.Background(), d) != nil {
				return
			}
			if !small(run.Maps(d)) {
				continue
			}
			r, err := job.New(run, d)
			if err != nil {
				t.Fatal(args, err)
			}
			for _, step := range []int{0, r.Total / 2, r.Total - 1} {
				if v := r.RateAt(step); !(v >= 0 && v <= 1) {
					t.Fatal(args, "the schedule is", v, "at step", step, "of", r.Total)
				}
			}
			for _, item := range run.Configuration() {
				if v, ok := item.Value.(float64); ok && v-v != 0 {
					t.Fatal(args, item)
				}
			}
		}
	})
}

// planned are the first runs of what is asked for.
func planned(c *command) ([]*job.Spec, error) {
	c.account = &account{}
	switch {
	case c.given["compare"]:
		if large(c.compare) {
			return nil, nil
		}
		plan, err := study.PlanComparison(c.ask("compare", c.compare, io.Discard))
		if err != nil {
			return nil, err
		}
		return plan.First(3), nil
	case c.given["tune"]:
		if large(c.tune) || c.trials > 9 {
			return nil, nil
		}
		plan, err := study.PlanSearch(c.ask("tune", c.tune, io.Discard))
		if err != nil {
			return nil, err
		}
		return plan.First(4)
	}
	return []*job.Spec{c.spec}, nil
}

// large tells entries of more combinations than a fuzzer has time for.
func large(entries string) bool { return strings.Count(entries, "/") > 6 || len(entries) > 300 }

// small tells a network that is built in no time.
func small(maps []job.Map) bool {
	sum := 0
	for _, m := range maps {
		sum += m.In + m.Out
	}
	return sum < 600
}

// refused holds that err is of the command line, or of a configuration that it names, on
// one line.
func refused(t *testing.T, args []string, err error) {
	line := strings.Join(args, " ")
	named := strings.Contains(line, "config") || strings.Contains(line, "resume") || strings.Contains(line, "load")
	if status := exitStatus(err); status != exitUsage && !(named && status == exitError) || strings.Contains(message(err), "\n") {
		t.Fatalf("%q: %v", args, err)
	}
}

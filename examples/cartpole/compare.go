package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/gokfac/gokfac/natural/policy"
)

// trial is a run of a method with a seed.
type trial struct {
	reached         bool
	solved, learned int // environment steps; see policy.Result
	episodes        []policy.Episode
}

// compare runs every method with every seed, as many at a time as there are processors. A
// run depends on its seed alone. The result has a row for each method.
func compare(ctx context.Context, o options, progress io.Writer) ([][]trial, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := make([][]trial, len(o.methods))
	for i := range all {
		all[i] = make([]trial, o.seeds)
	}
	type job struct{ method, seed int }
	jobs := make(chan job)
	var wait sync.WaitGroup
	var printing sync.Mutex
	for range min(runtime.GOMAXPROCS(0), o.seeds*len(o.methods)) {
		wait.Go(func() {
			for j := range jobs {
				kind := o.methods[j.method]
				t, err := play(ctx, o, kind, o.first+uint64(j.seed))
				if err != nil {
					cancel(fmt.Errorf("%s, seed %d: %w", kind.Name, o.first+uint64(j.seed), err))
					continue
				}
				all[j.method][j.seed] = t
				printing.Lock()
				fmt.Fprintf(progress, "%-8s seed %-3d %s\n", kind.Name, o.first+uint64(j.seed), t)
				printing.Unlock()
			}
		})
	}
	for m := range o.methods {
		for s := range o.seeds {
			select {
			case jobs <- job{m, s}:
			case <-ctx.Done():
			}
		}
	}
	close(jobs)
	wait.Wait()
	return all, context.Cause(ctx)
}

func (t trial) String() string {
	if !t.reached {
		return "target not reached"
	}
	return fmt.Sprintf("target reached after %s steps, from step %s on", grouped(t.solved), grouped(t.learned))
}

// play is one run: to the target, or to the end for a picture.
func play(ctx context.Context, o options, kind policy.Kind, seed uint64) (trial, error) {
	method, err := kind.New()
	if err != nil {
		return trial{}, err
	}
	cfg := kind.Config
	cfg.Seed, cfg.Raw = seed, !o.scaled
	agent, err := policy.New(o.environment.New, method, cfg)
	if err != nil {
		return trial{}, err
	}
	var t trial
	limits := policy.Limits{Steps: o.steps, Target: o.environment.Target, Each: func(r policy.Record) error {
		t.episodes = append(t.episodes, r.Episodes...)
		return nil
	}}
	result, err := agent.Run(ctx, limits)
	if err != nil {
		return t, err
	}
	t.reached, t.solved, t.learned = result.Reached, result.Solved, result.Learned
	if limits.Target = 0; o.out != "" && result.Steps < o.steps {
		_, err = agent.Run(ctx, limits)
	}
	return t, err
}

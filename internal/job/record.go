package job

import (
	"math"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// Record is the run as it is printed and kept.
func (r *Run) Record() *results.Run {
	s := r.Spec
	run := &results.Run{
		Version: 1, Label: s.Label, Optimizer: s.Optimizer, Model: s.Model, Dataset: r.Data.Name, Seed: s.Seed, Workers: s.Workers, Processes: s.Processes(),
		DType: s.DType, BatchSize: s.Batch, Params: r.params(), Steps: r.result.Steps, Epochs: r.result.Epochs, PerEpoch: r.PerEpoch,
		TrainSeconds: results.Number(r.result.TrainSeconds), StepsPerSecond: results.Number(r.stepsPerSecond()),
		TrainLoss: results.Number(r.trainLoss()), Ending: r.Ending, Warnings: r.Warnings(), History: []results.Record{},
		Config: configOf(s), Command: s.Command, Environment: Environment(r.started),
	}
	run.Scores = scoresIn(s, r.Score)
	run.Best = r.bestOf()
	run.Targets = r.standardized()
	if s.Target != nil {
		run.Target = targetOf(s.Target)
	}
	for i, rec := range r.result.History {
		record := recordOf(s, rec)
		if i < len(r.intervals) {
			record.Phases, record.KFAC = r.intervals[i].phases.fields(), r.intervals[i].diagnostics()
		}
		run.History = append(run.History, record)
	}
	return run
}

// configOf is the configuration in force, under the names of its flags.
func configOf(s *Spec) results.Fields[any] {
	var config results.Fields[any]
	for _, item := range s.Configuration() {
		config = append(config, results.Field[any]{Name: strings.ReplaceAll(item.Name, "-", "_"), Value: item.Value})
	}
	return config
}

func recordOf(s *Spec, rec trainer.Record) results.Record {
	record := results.Record{
		Step: rec.Step, Epoch: rec.Epoch, TrainLoss: results.Number(rec.TrainLoss), TrainSeconds: results.Number(rec.TrainSeconds),
	}
	record.Scores = scoresIn(s, func(name string) float64 {
		if v, ok := rec.Scores[name]; ok {
			return v
		}
		return math.NaN()
	})
	return record
}

// scoresIn are a run's scores, in the order of the result.
func scoresIn(s *Spec, score func(name string) float64) (list results.Fields[results.Number]) {
	for _, name := range s.Scores() {
		list = append(list, results.Field[results.Number]{Name: name, Value: results.Number(score(name))})
	}
	return list
}

// targetOf leaves step and seconds null where the target was not reached.
func targetOf(t *trainer.Target) *results.Target {
	target := &results.Target{Metric: t.Metric, Value: t.Value, Reached: t.Reached}
	if t.Reached {
		step, seconds := t.Step, results.Number(t.Seconds)
		target.Step, target.Seconds = &step, &seconds
	}
	return target
}

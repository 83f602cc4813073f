package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// record is the run as it is printed and kept.
func (r *training) record() *results.Run {
	s := r.s
	run := &results.Run{
		Version: 1, Label: s.label, Optimizer: s.opt, Model: s.model, Dataset: r.d.Name, Seed: s.seed, Workers: s.workers,
		DType: s.dtype, BatchSize: s.batch, Params: r.params(), Steps: r.result.Steps, Epochs: r.result.Epochs, PerEpoch: r.perEpoch,
		TrainSeconds: results.Number(r.result.TrainSeconds), StepsPerSecond: results.Number(r.stepsPerSecond()),
		TrainLoss: results.Number(r.trainLoss()), Ending: r.ending, Warnings: r.warnings(), History: []results.Record{},
		Config: configOf(s), Command: s.command, Environment: environment(r.started),
	}
	run.Scores = scoresIn(s, r.score)
	run.Best = r.bestOf()
	run.Targets = r.standardized()
	if s.target != nil {
		run.Target = targetOf(s.target)
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
func configOf(s *settings) results.Fields[any] {
	var config results.Fields[any]
	for _, item := range s.inForce() {
		config = append(config, results.Field[any]{Name: strings.ReplaceAll(item.flag, "-", "_"), Value: item.value})
	}
	return config
}

func recordOf(s *settings, rec trainer.Record) results.Record {
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
func scoresIn(s *settings, score func(name string) float64) (list results.Fields[results.Number]) {
	for _, name := range s.scores() {
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

// printJSON writes v as one object on one line.
func printJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err = w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

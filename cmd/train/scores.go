package main

import (
	"math"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// The evaluations run over at most so many training examples (the
// autoencoder's reconstruction error), in batches of at most evalBatch.
const (
	evalTrain = 10_000
	evalBatch = 1000
)

// Prefixes of scores.
const (
	testPrefix       = "test_"
	validationPrefix = "validation_"
)

func evaluations(s *settings, d *datasets.Dataset) ([]trainer.Evaluation, error) {
	var evals []trainer.Evaluation
	add := func(prefix string, split datasets.Split) error {
		loader, err := evaluationLoader(s, d, split)
		evals = append(evals, trainer.Evaluation{Prefix: prefix, Source: loader})
		return err
	}
	if err := add(testPrefix, d.Test); err != nil {
		return nil, err
	}
	if s.validation > 0 {
		if err := add(validationPrefix, d.Validation); err != nil {
			return nil, err
		}
	}
	if s.model == "autoencoder" {
		if err := add("", d.Train.Part(0, min(d.Train.Len(), evalTrain))); err != nil {
			return nil, err
		}
	}
	return evals, nil
}

func evaluationLoader(s *settings, d *datasets.Dataset, split datasets.Split) (*datasets.Loader, error) {
	return datasets.NewLoader(d, split, datasets.LoaderOptions{
		BatchSize: min(evalBatch, split.Len()), KeepLast: true, Reconstruct: s.model == "autoencoder",
	})
}

func metrics(model string) []trainer.Metric {
	switch model {
	case "autoencoder":
		return []trainer.Metric{trainer.ReconstructionError()}
	case "regression":
		return nil // the loss says it all
	}
	return []trainer.Metric{trainer.Accuracy()}
}

// subsetLoss is the autoencoder's data loss on the first evalTrain training examples.
const subsetLoss = "train_subset_loss"

// scoresOf names the scores of a model without a validation part, in the order
// of the result.
func scoresOf(model string) []string {
	switch model {
	case "autoencoder":
		return []string{subsetLoss, "reconstruction_error", "test_loss", "test_reconstruction_error"}
	case "regression":
		return []string{"test_loss"}
	}
	return []string{"test_loss", "test_accuracy"}
}

// scores names those of a run, with the same of the validation part as of the
// test part.
func (s *settings) scores() []string {
	list := scoresOf(s.model)
	if s.validation == 0 {
		return list
	}
	for _, name := range list {
		if part, ok := strings.CutPrefix(name, testPrefix); ok {
			list = append(list, validationPrefix+part)
		}
	}
	return list
}

// goalScores are the scores that can be a target: where a part of the training
// data is held back for such decisions, those on it.
func (s *settings) goalScores() []string {
	if s.validation == 0 {
		return s.scores()
	}
	return slices.DeleteFunc(s.scores(), func(name string) bool { return !strings.HasPrefix(name, validationPrefix) })
}

// mainScore is the score that a run is judged by.
func (s *settings) mainScore() string {
	prefix := testPrefix
	if s.validation > 0 {
		prefix = validationPrefix
	}
	switch s.model {
	case "autoencoder":
		return strings.TrimPrefix(prefix, testPrefix) + "reconstruction_error"
	case "regression":
		return prefix + "loss"
	}
	return prefix + "accuracy"
}

// mainFirst are the scores of a model, that one first.
func (s *settings) mainFirst() []string {
	list := []string{s.mainScore()}
	for _, name := range s.scores() {
		if name != list[0] {
			list = append(list, name)
		}
	}
	return list
}

// judge is the score that patience is about: the target's, or the main one.
func (s *settings) judge() string {
	if s.target != nil {
		return s.target.Metric
	}
	return s.mainScore()
}

// patient ends a run whose validation score has not improved for so many
// evaluations.
func (r *training) patient(e *trainer.Event) error {
	if e.Kind != trainer.Evaluated || r.s.patience == 0 {
		return nil
	}
	v := e.Record.Scores[r.s.judge()]
	if r.waited++; r.waited == 1 || better(r.s.judge(), v, r.bestScore) {
		r.bestScore, r.waited = v, 1
	}
	if r.waited > r.s.patience && e.Step < e.Total {
		r.ending = results.Stalled
		return trainer.ErrStop
	}
	return nil
}

// bestRecord is the evaluation with the best validation score; nil where there
// is none.
func (r *training) bestRecord() *trainer.Record {
	var best *trainer.Record
	if r.s.validation == 0 {
		return nil
	}
	for i := range r.result.History {
		rec := &r.result.History[i]
		if v := rec.Scores[r.s.judge()]; best == nil || better(r.s.judge(), v, best.Scores[r.s.judge()]) {
			best = rec
		}
	}
	return best
}

// bestOf is the object of the best evaluation in the result.
func (r *training) bestOf() (list results.Fields[any]) {
	rec := r.bestRecord()
	if rec == nil {
		return nil
	}
	list = results.Fields[any]{
		{Name: "metric", Value: r.s.judge()}, {Name: "step", Value: rec.Step}, {Name: "epoch", Value: rec.Epoch},
		{Name: "train_loss", Value: results.Number(rec.TrainLoss)},
	}
	for _, name := range r.s.scores() {
		v, ok := rec.Scores[name]
		if !ok {
			v = math.NaN()
		}
		list = append(list, results.Field[any]{Name: name, Value: results.Number(v)})
	}
	return list
}

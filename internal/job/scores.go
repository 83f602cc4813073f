package job

import (
	"math"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// The evaluations run over at most so many training examples (the
// autoencoder's reconstruction error), in batches of at most mostEvalBatch.
const (
	evalTrain      = 10_000
	mostEvalBatch  = 1000
	mostEvalValues = 1 << 22 // of the widest layer
)

// evalBatch is the number of examples in a batch of an evaluation: fewer of a network
// with wide layers, such as convolutions, for the memory.
func evalBatch(inputs int, maps []Map) int {
	return min(mostEvalBatch, max(1, mostEvalValues/widest(inputs, maps)))
}

// Prefixes of scores.
const (
	testPrefix       = "test_"
	ValidationPrefix = "validation_"
)

func (s *Spec) evaluations(d *datasets.Dataset) ([]trainer.Evaluation, error) {
	var evals []trainer.Evaluation
	add := func(prefix string, split datasets.Split) error {
		loader, err := s.evaluationLoader(d, split)
		evals = append(evals, trainer.Evaluation{Prefix: prefix, Source: loader})
		return err
	}
	if err := add(testPrefix, d.Test); err != nil {
		return nil, err
	}
	if s.Validation > 0 {
		if err := add(ValidationPrefix, d.Validation); err != nil {
			return nil, err
		}
	}
	if s.model().OnTraining {
		if err := add("", d.Train.Part(0, min(d.Train.Len(), evalTrain))); err != nil {
			return nil, err
		}
	}
	return evals, nil
}

func (s *Spec) evaluationLoader(d *datasets.Dataset, split datasets.Split) (*datasets.Loader, error) {
	return datasets.NewLoader(d, split, datasets.LoaderOptions{
		BatchSize: min(evalBatch(d.Features(), s.Maps(d)), split.Len()), KeepLast: true, Reconstruct: s.model().Task == datasets.Reconstruct,
	})
}

// SubsetLoss is the autoencoder's data loss on the first evalTrain training examples.
const SubsetLoss = "train_subset_loss"

// Scores names those of a run, with the same of the validation part as of the
// test part.
func (s *Spec) Scores() []string {
	list := s.model().Scores
	if s.Validation == 0 {
		return list
	}
	list = slices.Clone(list)
	for _, name := range list {
		if part, ok := strings.CutPrefix(name, testPrefix); ok {
			list = append(list, ValidationPrefix+part)
		}
	}
	return list
}

// goalScores are the scores that can be a target: where a part of the training
// data is held back for such decisions, those on it.
func (s *Spec) goalScores() []string {
	if s.Validation == 0 {
		return s.Scores()
	}
	return slices.DeleteFunc(s.Scores(), func(name string) bool { return !strings.HasPrefix(name, ValidationPrefix) })
}

// MainScore is the score that a run is judged by.
func (s *Spec) MainScore() string {
	m := s.model()
	switch {
	case s.Validation > 0:
		return ValidationPrefix + m.Main
	case m.OnTraining:
		return m.Main
	}
	return testPrefix + m.Main
}

// MainFirst are the scores of a model, that one first.
func (s *Spec) MainFirst() []string {
	list := []string{s.MainScore()}
	for _, name := range s.Scores() {
		if name != list[0] {
			list = append(list, name)
		}
	}
	return list
}

// Judge is the score that patience is about: the target's, or the main one.
func (s *Spec) Judge() string {
	if s.Target != nil {
		return s.Target.Metric
	}
	return s.MainScore()
}

// BestRecord is the evaluation with the best validation score; nil where there
// is none.
func (r *Run) BestRecord() *trainer.Record {
	var best *trainer.Record
	if r.Spec.Validation == 0 || r.Evaluated() {
		return nil
	}
	for i := range r.result.History {
		rec := &r.result.History[i]
		if v := rec.Scores[r.Spec.Judge()]; best == nil || Better(r.Spec.Judge(), v, best.Scores[r.Spec.Judge()]) {
			best = rec
		}
	}
	return best
}

// bestOf is the object of the best evaluation in the result.
func (r *Run) bestOf() (list results.Fields[any]) {
	rec := r.BestRecord()
	if rec == nil {
		return nil
	}
	list = results.Fields[any]{
		{Name: "metric", Value: r.Spec.Judge()}, {Name: "step", Value: rec.Step}, {Name: "epoch", Value: rec.Epoch},
		{Name: "train_loss", Value: results.Number(rec.TrainLoss)},
	}
	for _, name := range r.Spec.Scores() {
		v, ok := rec.Scores[name]
		if !ok {
			v = math.NaN()
		}
		list = append(list, results.Field[any]{Name: name, Value: results.Number(v)})
	}
	return list
}

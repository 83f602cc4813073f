package job

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// Assess says of the test examples what the scores do not, with the parameters that the
// scores are measured with. It is for a run that has ended, and changes nothing of it.
func (r *Run) Assess(ctx context.Context) (a *results.Assessment, err error) {
	if r.trainer == nil {
		return nil, errors.New("assessing: the run was left in the middle of a step, with parameters that no score is of")
	}
	err = r.Averaged(func() error {
		a, err = Assess(ctx, r.Spec, r.Data, r.Model)
		return err
	})
	if best := r.BestRecord(); err == nil && best != nil && r.KeepsBest() {
		a.Notes = append(a.Notes, fmt.Sprintf("the model is that of step %d, the best by %s", best.Step, strings.ReplaceAll(r.Spec.Judge(), "_", " ")))
	}
	return a, err
}

// Assess says of the test part of d what m makes of it, with m's parameters as they are.
// s is a spec of m's kind that has opened d. One pass over the test part measures all:
//
//   - of a classifier, the macro averages of precision, recall and F1, top-5 accuracy of
//     more than five classes, the area under the ROC curve of two, the calibration, the
//     scores and confusions of each class, and the misclassified examples of which it was
//     most certain;
//   - of a regression, R², and mean absolute and root mean squared error in the data's own
//     units, and the examples that it misses furthest;
//   - of an autoencoder, reconstructions.
//
// A metric that is not defined on the examples is NaN. Notes say what was left out.
func Assess(ctx context.Context, s *Spec, d *datasets.Dataset, m *trainer.Model) (*results.Assessment, error) {
	loader, err := s.evaluationLoader(d, d.Test)
	if err != nil {
		return nil, fmt.Errorf("assessing: %w", err)
	}
	a := &results.Assessment{
		Part: strings.TrimSuffix(testPrefix, "_"), Metrics: results.Fields[results.Number]{}, HigherIsBetter: map[string]bool{},
	}
	metrics, tell := assessorOf(s, d)
	if _, err := m.Evaluate(ctx, loader, metrics...); err != nil {
		return nil, fmt.Errorf("assessing: %w", err)
	}
	tell(a)
	return a, nil
}

// assessorOf are the metrics for a model's task, and what writes down what they came to.
func assessorOf(s *Spec, d *datasets.Dataset) (metrics []trainer.Metric, tell func(*results.Assessment)) {
	switch s.model().Task {
	case datasets.Classify:
		return assessClasses(d)
	case datasets.Regress:
		return assessValues(d)
	}
	return assessReconstructions(d)
}

// note adds a metric to an assessment.
func note(a *results.Assessment, name string, v float64, higher bool) {
	a.Metrics = append(a.Metrics, results.Field[results.Number]{Name: name, Value: results.Number(v)})
	a.HigherIsBetter[name] = higher
}

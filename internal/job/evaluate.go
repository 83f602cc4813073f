package job

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// Evaluated reports whether the model was scored as it is, and not trained.
func (r *Run) Evaluated() bool { return len(r.result.History) == 1 && r.result.History[0].Step == 0 }

// Evaluate scores the model as it is, in place of Fit: the run has taken no step, and
// one record.
func (r *Run) Evaluate(ctx context.Context) error {
	rec := trainer.Record{TrainLoss: math.NaN(), Scores: map[string]float64{}}
	for _, e := range r.trainer.Evaluations {
		scores, err := r.Model.Evaluate(ctx, e.Source, r.trainer.Metrics...)
		if err != nil {
			if ctx.Err() != nil {
				return Interrupted(ctx, -1)
			}
			return err
		}
		if err := graph.CheckFinite(scores["loss"]); err != nil {
			return fmt.Errorf("the model's loss on the %s part is no number: %w", strings.Trim(e.Prefix, "_"), err)
		}
		for name, v := range scores {
			if name = e.Prefix + name; name == "loss" {
				name = SubsetLoss
			}
			rec.Scores[name] = v
		}
	}
	r.result = &trainer.Result{History: []trainer.Record{rec}}
	return nil
}

package rundir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/results"
)

// Finish keeps what is known of a run that is over, or that was interrupted: then
// without a report.
func (k *Keeper) Finish(ctx context.Context, r *job.Run) {
	run := r.Record()
	if r.Steps() > 0 && r.Ending != results.Diverged {
		k.problem(r.SaveModel(k.Path))
	}
	a := k.look(ctx, r)
	if a != nil {
		run.Metrics = a.Metrics
	}
	k.problem(k.writeJSON(ResultFile, run))
	if ctx.Err() == nil {
		k.problem(k.report(ctx, r, run, a))
	}
	k.problem(k.complete(r))
}

// complete misses the files that were written as the run went on, if somebody has
// removed them.
func (k *Keeper) complete(r *job.Run) error {
	names := []string{ConfigFile, EventsFile}
	if r.Steps() > 0 && r.Ending == results.Done {
		names = append(names, MetricsFile)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(k.Path, name)); errors.Is(err, fs.ErrNotExist) && k.failed == nil {
			return fmt.Errorf("%s has been removed while the run was made", filepath.Join(k.Path, name))
		}
	}
	return nil
}

// look looks at the model that is kept; nil: at none, or not to the end.
func (k *Keeper) look(ctx context.Context, r *job.Run) *results.Assessment {
	if r.Steps() == 0 || r.Ending == results.Diverged || ctx.Err() != nil {
		return nil
	}
	a, err := r.Assess(ctx)
	if err != nil {
		if ctx.Err() == nil {
			k.tell(fmt.Errorf("the report is without a look at the model: %w", err))
		}
		return nil
	}
	return a
}

// report writes the report. Without an assessment it has what the run itself knows.
func (k *Keeper) report(ctx context.Context, r *job.Run, run *results.Run, a *results.Assessment) error {
	single := &report.Single{Run: run, Assessment: a, Defaults: r.Spec.Default(r.Data.Train.Len())}
	if err := single.WriteDir(ctx, k.Path); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

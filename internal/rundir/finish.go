package rundir

import (
	"context"

	"github.com/gokfac/gokfac/internal/job"
)

// Finish keeps the result of a run that is over.
func (k *Keeper) Finish(ctx context.Context, r *job.Run) {
	k.problem(k.writeJSON(ResultFile, r.Record()))
}

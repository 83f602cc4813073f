package study

import (
	"context"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/internal/job"
)

// keep says what is there if the study is left in the middle.
func (w *workshop) keep() {
	done, runs, dir := w.done, w.runs, w.store.Dir
	w.Keep(func(ctx context.Context) error {
		if done == runs {
			return reportMissing(ctx, runs, dir)
		}
		return fmt.Errorf("%w in run %d of %d: %s", job.Interrupted(ctx, -1), done+1, runs, goesOnFrom(dir))
	})
}

func reportMissing(ctx context.Context, runs int, dir string) error {
	return fmt.Errorf("%w: all %d runs are kept in %s, and the same command makes the report of them", job.Interrupted(ctx, -1), runs, dir)
}

func goesOnFrom(dir string) string {
	return fmt.Sprintf("finished runs are kept in %s, and the same command goes on from there", dir)
}

// drawn is the error of a report; of one that was interrupted, with what is
// there.
func (w *workshop) drawn(ctx context.Context, err error) error {
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	return reportMissing(ctx, w.runs, w.store.Dir)
}

// goesOn adds to an interruption what is kept of the whole.
func (w *workshop) goesOn(err error) error {
	var interrupted *job.InterruptedError
	if errors.As(err, &interrupted) {
		return fmt.Errorf("%w of run %d of %d: %s", err, w.done+1, w.runs, goesOnFrom(w.store.Dir))
	}
	return err
}

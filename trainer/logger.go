package trainer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
)

// What a Trainer's Logger is told: the message, its level and its attributes.
//
//	training begins      info   optimizer, parameters, step, steps, steps_per_epoch, epochs
//	training step        debug  step, epoch, loss, learning_rate, examples
//	training evaluated   info   step, epoch, train_loss, train_seconds, scores (a group: one attribute for each score)
//	training ended       info   step, epochs, train_seconds, stopped (by a callback, or Run.End, before its last step)
//	training rose        warn   score, began, ended: one for each of Result.Rises, after training ended
//	training interrupted info   step, epochs, error: the context has ended
//	training diverged    error  step, epochs, error: a *DivergedError
//	training failed      error  step, epochs, error: any other
//
// steps, steps_per_epoch and epochs of training begins are 0 where they are not known or
// not set. step is above 0 at the beginning of a run that was restored.

// logBegin tells that the run takes its first step, here or in another process.
func (r *run) logBegin(ctx context.Context) {
	if r.Logger == nil || r.begun {
		return
	}
	r.begun = true
	parameters := 0
	for _, p := range r.Model.learned {
		parameters += p.Size()
	}
	r.Logger.LogAttrs(ctx, slog.LevelInfo, "training begins", slog.String("optimizer", fmt.Sprintf("%T", r.Optimizer)),
		slog.Int("parameters", parameters), slog.Int("step", r.res.Steps), slog.Int("steps", r.total),
		slog.Int("steps_per_epoch", r.perEpoch), slog.Int("epochs", r.Epochs))
}

// logStep allocates nothing where the level is not enabled.
func (r *run) logStep(ctx context.Context) {
	if r.Logger == nil || !r.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	r.Logger.LogAttrs(ctx, slog.LevelDebug, "training step", slog.Int("step", r.res.Steps), slog.Int("epoch", r.epoch()),
		slog.Float64("loss", r.loss), slog.Float64("learning_rate", r.rate), slog.Int("examples", r.examples))
}

func (r *run) logRecord(ctx context.Context, rec *Record) {
	if r.Logger == nil || !r.Logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	var scores []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(rec.Scores)) {
		scores = append(scores, slog.Float64(name, rec.Scores[name]))
	}
	r.Logger.LogAttrs(ctx, slog.LevelInfo, "training evaluated", slog.Int("step", rec.Step), slog.Int("epoch", rec.Epoch),
		slog.Float64("train_loss", rec.TrainLoss), slog.Float64("train_seconds", rec.TrainSeconds),
		slog.Attr{Key: "scores", Value: slog.GroupValue(scores...)})
}

// logEnd tells how the run has ended.
func (r *run) logEnd(ctx context.Context, err error) {
	if r.Logger == nil {
		return
	}
	at := []slog.Attr{slog.Int("step", r.res.Steps), slog.Int("epochs", r.res.Epochs)}
	if err == nil {
		at = append(at, slog.Float64("train_seconds", r.res.TrainSeconds), slog.Bool("stopped", !r.done()))
		r.Logger.LogAttrs(ctx, slog.LevelInfo, "training ended", at...)
		for _, rise := range r.res.Rises {
			r.Logger.LogAttrs(ctx, slog.LevelWarn, "training rose", slog.String("score", rise.Score),
				slog.Float64("began", rise.Began), slog.Float64("ended", rise.Ended))
		}
		return
	}
	level, message := slog.LevelError, "training failed"
	diverged := (*DivergedError)(nil)
	switch {
	case errors.As(err, &diverged):
		message = "training diverged"
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		level, message = slog.LevelInfo, "training interrupted"
	}
	r.Logger.LogAttrs(ctx, level, message, append(at, slog.Any("error", err))...)
}

package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// recorder is a slog.Handler that keeps what it is told, but for times.
type recorder struct {
	least slog.Level
	ctx   []context.Context
	lines []string
}

func (h *recorder) Enabled(_ context.Context, level slog.Level) bool { return level >= h.least }
func (h *recorder) WithAttrs([]slog.Attr) slog.Handler               { return h }
func (h *recorder) WithGroup(string) slog.Handler                    { return h }

func (h *recorder) Handle(ctx context.Context, rec slog.Record) error {
	line := fmt.Sprint(rec.Level, " ", rec.Message)
	rec.Attrs(func(a slog.Attr) bool {
		switch {
		case a.Key == "train_seconds":
			a.Value = slog.StringValue("T")
		case a.Value.Kind() == slog.KindFloat64:
			a.Value = slog.StringValue(fmt.Sprintf("%.4f", a.Value.Float64()))
		case a.Value.Kind() == slog.KindGroup:
			var names []string
			for _, score := range a.Value.Group() {
				names = append(names, score.Key)
			}
			a.Value = slog.StringValue(strings.Join(names, ","))
		}
		line += " " + a.String()
		return true
	})
	h.lines, h.ctx = append(h.lines, line), append(h.ctx, ctx)
	return nil
}

func TestLogger(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, "request 7")
	m, src := toy(t, trainer.ModelConfig{})
	h := &recorder{least: slog.LevelInfo}
	tr := &trainer.Trainer{
		Model: m, Optimizer: sgd(t, 0.1), Epochs: 1, Logger: slog.New(h), Metrics: []trainer.Metric{trainer.Accuracy()},
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &memory{x: src.x, y: src.y, n: 8}}},
	}
	res, err := tr.Fit(ctx, src)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"INFO training begins optimizer=*trainer.SGD parameters=67 step=0 steps=5 steps_per_epoch=5 epochs=1",
		fmt.Sprintf("INFO training evaluated step=5 epoch=1 train_loss=%.4f train_seconds=T scores=test_accuracy,test_loss", res.History[0].TrainLoss),
		"INFO training ended step=5 epochs=1 train_seconds=T stopped=false",
	}, h.lines)
	for _, ctx := range h.ctx {
		assert.Equal(t, "request 7", ctx.Value(key{}))
	}

	*h = recorder{least: slog.LevelDebug}
	tr.Epochs, tr.MaxSteps, tr.Evaluations, tr.Metrics, tr.Schedule = 0, 2, nil, nil, trainer.Linear()
	tr.Callbacks = []trainer.Callback{at(1, trainer.StepDone, func() error { return trainer.ErrStop })}
	_, err = tr.Fit(ctx, src)
	require.NoError(t, err)
	require.Len(t, h.lines, 3)
	assert.Regexp(t, `^DEBUG training step step=1 epoch=1 loss=\d\.\d+ learning_rate=0.1000 examples=5$`, h.lines[1])
	assert.Equal(t, "INFO training ended step=1 epochs=0 train_seconds=T stopped=true", h.lines[2])
}

func TestLoggerOfErrors(t *testing.T) {
	broken := errors.New("disk full")
	for name, c := range map[string]struct {
		change func(tr *trainer.Trainer, src *memory, cancel func())
		want   string
	}{
		"interrupted": {func(tr *trainer.Trainer, _ *memory, cancel func()) {
			tr.Callbacks = []trainer.Callback{at(2, trainer.StepDone, func() error { cancel(); return nil })}
		}, "INFO training interrupted step=2 epochs=0 error=context canceled"},
		"failed": {func(tr *trainer.Trainer, _ *memory, _ func()) {
			tr.Callbacks = []trainer.Callback{at(2, trainer.StepDone, func() error { return broken })}
		}, "ERROR training failed step=2 epochs=0 error=disk full"},
		"not a number": {func(_ *trainer.Trainer, src *memory, _ func()) {
			src.x.Float64s()[17*4] = math.NaN()
		}, "ERROR training diverged step=3 epochs=0 error=diverged at step 4: the loss is NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
			h := &recorder{}
			tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2, Logger: slog.New(h)}
			c.change(tr, src, cancel)
			_, err := tr.Fit(ctx, src)
			require.Error(t, err)
			require.Len(t, h.lines, 2)
			assert.Contains(t, h.lines[1], c.want)
		})
	}
}

// TestLoggerOfRises: a loss that ended above the beginning is a warning, and one far above it an error.
func TestLoggerOfRises(t *testing.T) {
	for rate, want := range map[float64]string{60: "WARN training rose score=train_loss began=", 1000: "ERROR training diverged step=25 epochs=5 error="} {
		m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
		h := &recorder{}
		tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, rate), Epochs: 5, Logger: slog.New(h)}
		if rate == 1000 {
			tr.Evaluations = []trainer.Evaluation{{Source: &memory{x: src.x, y: src.y, n: 22}}}
		}
		res, err := tr.Fit(context.Background(), src)
		assert.Equal(t, rate == 1000, err != nil)
		assert.Contains(t, h.lines[len(h.lines)-1], want)
		if err == nil {
			assert.Len(t, res.Rises, 1)
		}
	}
}

// TestLoggerCostsNothing: steps that are not logged allocate nothing.
func TestLoggerCostsNothing(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	x, y, _ := src.Next()
	tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.01), MaxSteps: 300, Logger: slog.New(&recorder{least: slog.LevelInfo})}
	assert.Less(t, mallocs(t, tr, &forever{x: x, y: y}), uint64(50), "in 100 steps")
}

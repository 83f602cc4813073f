package lrfinder

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/trainer"
)

// None turns a setting off whose default is something else.
const None = graph.None

// Finder is a range test. A zero field is its default.
type Finder struct {
	Model *trainer.Model

	// Optimizer makes the optimizer of the test, with the settings that training is to
	// have. It has to be a new one at each call: its state is not restored.
	Optimizer func() (trainer.Optimizer, error)

	Min       float64 // the first step's rate; default 1e-6
	Max       float64 // the last step's rate, above Min; default 10
	Steps     int     // N, at least 3; default 100
	Smoothing float64 // β in [0, 1); default 0.9; None: 0, the losses as they are
	Stop      float64 // above 1: the test ends where the loss exceeds Stop times the least; default 4
	ClipNorm  float64 // as Trainer.ClipNorm; default None
}

func (f *Finder) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("least rate", &f.Min, 1e-6, setting.Positive),
		setting.Of("greatest rate", &f.Max, 10, setting.Positive),
		setting.Of("steps", &f.Steps, 100, setting.Period),
		setting.Of("smoothing", &f.Smoothing, 0.9, setting.Decay),
		setting.Of("stop", &f.Stop, 4, setting.Positive),
		setting.Of("clipping norm", &f.ClipNorm, 0, setting.NotNegative),
	}
}

// resolved is a copy with the defaults filled in.
func (f *Finder) resolved() (Finder, error) {
	c := *f
	if c.Model == nil || c.Optimizer == nil {
		return c, errors.New("lrfinder: a test needs a model, and a function that makes an optimizer")
	}
	numbers := c.numbers()
	numbers.Resolve()
	if err := numbers.Check(); err != nil {
		return c, fmt.Errorf("lrfinder: %w", err)
	}
	switch {
	case c.Max <= c.Min:
		return c, fmt.Errorf("lrfinder: rates from %g to %g: want the second above the first", c.Min, c.Max)
	case c.Stop <= 1:
		return c, fmt.Errorf("lrfinder: a stop at %g times the least loss: want more than 1", c.Stop)
	case c.Steps < 3:
		return c, fmt.Errorf("lrfinder: %d steps: want at least 3, for a curve that has a slope", c.Steps)
	}
	return c, nil
}

// Validate returns an error that names the first field that is missing or out of its
// range. Run calls it.
func (f *Finder) Validate() error {
	_, err := f.resolved()
	return err
}

// rate is α_k, of resolved settings.
func (f *Finder) rate(k int) float64 {
	if k == f.Steps-1 {
		return f.Max
	}
	return f.Min * math.Pow(f.Max/f.Min, float64(k)/float64(f.Steps-1))
}

// Run makes the test on the next mini-batches of train, and then leaves the model and
// train as they were. train has to be a trainer.State or a trainer.Rewinder, as
// datasets.Loader is.
//
// A loss that is not finite ends the test and is no error, except at its first step. An
// error has the points before it in the result, unless nothing was begun. If ctx ends, it
// is ctx's.
func (f *Finder) Run(ctx context.Context, train trainer.Source) (result *Result, err error) {
	c, err := f.resolved()
	if err != nil {
		return nil, err
	}
	restore, err := remember(c.Model, train)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, restore()) }()
	optimizer, err := c.Optimizer()
	if err == nil && optimizer == nil {
		err = errors.New("there is none")
	}
	if err != nil {
		return nil, fmt.Errorf("lrfinder: the optimizer: %w", err)
	}
	t := &test{Finder: c, optimizer: optimizer, train: train}
	err = t.run(ctx)
	return t.result(), err
}

// test is a range test under way.
type test struct {
	Finder    // resolved
	optimizer trainer.Optimizer
	train     trainer.Source
	curve     curve
	stopped   bool
}

func (t *test) run(ctx context.Context) error {
	t.curve = curve{beta: t.Smoothing, stop: t.Stop}
	for k := range t.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		rate := t.rate(k)
		loss, err := t.step(ctx, rate)
		var nonFinite *graph.NonFiniteError
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &nonFinite) && k > 0:
			t.stopped = true
			return nil
		case err != nil:
			return fmt.Errorf("lrfinder: step %d, at a rate of %.3g: %w", k+1, rate, err)
		}
		if t.curve.add(rate, loss) {
			t.stopped = true
			return nil
		}
	}
	return nil
}

func (t *test) step(ctx context.Context, rate float64) (float64, error) {
	x, y, more, err := next(t.train)
	if err != nil {
		return 0, err
	}
	batch, err := t.Model.Batch(x, y, more...)
	if err != nil {
		return 0, err
	}
	var obj graph.Objective = batch
	if t.ClipNorm > 0 {
		obj = trainer.ClipNorm(obj, t.ClipNorm)
	}
	t.optimizer.SetLearningRate(rate)
	if s, ok := t.optimizer.(trainer.ContextStepper); ok {
		return s.StepContext(ctx, obj)
	}
	return t.optimizer.Step(obj)
}

// next is a mini-batch of this epoch or, after its end, of the next.
func next(train trainer.Source) (x, y *tensor.Dense, more []*tensor.Dense, err error) {
	x, y, ok := train.Next()
	if !ok && failure(train) == nil {
		x, y, ok = train.Next()
	}
	if !ok {
		if err := failure(train); err != nil {
			return nil, nil, nil, err
		}
		return nil, nil, nil, errors.New("the data give no mini-batch")
	}
	if m, ok := train.(trainer.MoreSource); ok {
		more = m.More()
	}
	return x, y, more, nil
}

// failure is the error of data that have just given no mini-batch; nil: an epoch has ended.
func failure(train trainer.Source) error {
	if f, ok := train.(trainer.FallibleSource); ok && f.Err() != nil {
		return fmt.Errorf("the data: %w", f.Err())
	}
	return nil
}

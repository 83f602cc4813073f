package trainer

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
)

// Trainer runs the training loop. The zero value of a field is its default. It belongs to one
// goroutine at a time, with its model, optimizer, data and callbacks; trainers of other
// models may run at the same time. It writes nothing and has no goroutine of its own.
type Trainer struct {
	Model     *Model
	Optimizer Optimizer

	Epochs    int      // passes over the data; 0 = as many as MaxSteps takes
	MaxSteps  int      // steps in all; 0 = as many as Epochs take
	Schedule  Schedule // of the learning rate; nil = Constant
	ClipNorm  float64  // largest norm of the gradient; 0 = no clipping
	EvalEvery int      // evaluate every so many steps as well as after each epoch; 0 = epochs only
	// Accumulate is how many mini-batches of the data a step is made on, one after the
	// other, as on one of all their examples (see [Accumulation]); 0 and 1: one. An
	// epoch's last step has those that are left.
	Accumulate int

	// Group is the processes that train the model together, each with a Trainer like this one:
	// the same settings, an equal model and optimizer, and the same data, of which each keeps
	// its share of every mini-batch (see [Share]). The steps are those of one process, but
	// for rounding. docs/scale.md says how to run it. nil: this process trains by itself.
	//
	// The process of rank 0 alone evaluates, and its records are everybody's. Callbacks are
	// told on every process that has them. An ErrStop or an error of one, and a context that
	// has ended on one process, end the run on all, between two steps: FinishSteps is set.
	// What writes files or talks to somebody belongs to rank 0. Every process takes all
	// steps: none leaves the loops of a [Run] before the others.
	Group distributed.Group

	Evaluations []Evaluation
	Metrics     []Metric
	Callbacks   []Callback

	// Keep lists what else MarshalBinary saves, such as callbacks that keep numbers.
	Keep []Kept
	// FinishSteps lets a step and its evaluation end before a context that has ended ends
	// the run, so that the run can be saved then.
	FinishSteps bool
	// GoOn makes a restored run that a callback had ended take its further steps.
	GoOn bool
	// Logger is told when the run begins, of each step (at debug level) and evaluation,
	// and how the run ends; docs/embedding.md lists messages, levels and attributes. It
	// gets Fit's context. nil: the run is silent.
	Logger *slog.Logger

	current *run   // of the Fit that is under way, or was the last
	pending []byte // the state that the next Fit goes on with
}

// Fit trains on train, which should be at the beginning of an epoch, until the
// run's steps are done, a callback returns ErrStop, or ctx ends, in the middle of
// a step if the optimizer is a [ContextStepper]; then the error is ctx's. A
// *DivergedError means the loss stopped being a number, or that it ended at ten
// times its beginning and more; docs/endings.md has the rule. The result is what
// was done, also with an error.
//
// The schedule's factor is on the optimizer's learning rate during a step only:
// a callback sees the rate, and saves it in the optimizer's state, without.
// Evaluations of an [Averager] are of its averaged parameters.
//
// Another Fit of the same trainer is another run, on these data or on others: its
// steps, its schedule and its history begin anew. Model and optimizer go on from where
// they are, with the optimizer's moments, averages and inverses. The data may come in
// mini-batches of another size; their examples and targets have to be of the shapes that
// the model was built for.
//
// [Trainer.Begin] gives the steps of the same run one by one.
func (t *Trainer) Fit(ctx context.Context, train Source) (*Result, error) {
	r, err := t.Begin(train)
	if err != nil {
		return &Result{}, err
	}
	for _, err := range r.Steps(ctx) {
		if err != nil {
			return r.Result(), err
		}
	}
	return r.Result(), nil
}

// step takes one step, and reports whether an evaluation is due. The step's time began at start.
func (r *run) step(ctx context.Context, batch MiniBatch, start time.Time) (due bool, err error) {
	var obj graph.Objective = batch
	if r.ClipNorm > 0 {
		r.clip = clippedCurvature{CurvatureObjective: batch, clip: clip{max: r.ClipNorm}}
		obj = &r.clip
	}
	alpha := r.Optimizer.LearningRate()
	r.rate = alpha * r.schedule(r.res.Steps, r.total)
	r.Optimizer.SetLearningRate(r.rate)
	r.loss, err = optimize(ctx, r.Optimizer, obj)
	r.Optimizer.SetLearningRate(alpha)
	r.spent += time.Since(start)
	r.res.TrainSeconds = r.spent.Seconds()
	if err != nil {
		if nonFinite := (*graph.NonFiniteError)(nil); errors.As(err, &nonFinite) {
			err = &DivergedError{Step: r.res.Steps + 1, Err: nonFinite}
		}
		return false, err
	}
	r.res.Steps++
	r.open = true
	if r.perEpoch > 0 {
		r.res.Epochs = r.res.Steps / r.perEpoch
	}
	// A weight of 1 for full mini-batches leaves their mean as it is, to the bit.
	if r.examples = batch.Examples(); r.unit == 0 {
		r.unit = r.examples
	}
	r.trend.step(obj, r.accumulation.Targets(), r.examples, r.loss)
	weight := float64(r.examples) / float64(r.unit)
	r.lossSum += float64(weight * r.loss)
	r.weight += weight
	n := r.res.Steps
	return r.perEpoch > 0 && n%r.perEpoch == 0 || n == r.total || r.EvalEvery > 0 && n%r.EvalEvery == 0, nil
}

// evaluate scores the model and adds a record.
func (r *run) evaluate(ctx context.Context) error {
	rec := Record{
		Step:         r.res.Steps,
		Epoch:        r.epoch(),
		TrainLoss:    r.lossSum / r.weight,
		Scores:       map[string]float64{},
		TrainSeconds: r.res.TrainSeconds,

		HigherIsBetter: r.higher,
	}
	if err := r.scoreOnce(ctx, &rec); err != nil {
		return err
	}
	r.res.History = append(r.res.History, rec)
	r.lossSum, r.weight = 0, 0
	r.logRecord(ctx, &r.res.History[len(r.res.History)-1])
	r.between = !r.done() // at the end the last mini-batch is needed, which no state has
	return r.tell(Evaluated, &r.res.History[len(r.res.History)-1])
}

// scoreAveraged fills scores with those of the parameters that evaluations are made with.
func (r *run) scoreAveraged(ctx context.Context, scores map[string]float64) error {
	score := func() error { return r.score(ctx, scores) }
	if averager, ok := r.Optimizer.(Averager); ok && len(r.Evaluations) > 0 {
		return averager.Averaged(score)
	}
	return score()
}

// score fills scores with those of the parameters in place.
func (r *run) score(ctx context.Context, scores map[string]float64) error {
	for _, e := range r.Evaluations {
		values, err := r.Model.Evaluate(ctx, e.Source, r.Metrics...)
		if err != nil {
			return err
		}
		if err := graph.CheckFinite(values["loss"]); err != nil {
			return &DivergedError{Step: r.res.Steps, Err: err}
		}
		r.trend.evaluation(e.Prefix+"loss", values["loss"])
		for name, v := range values {
			scores[e.Prefix+name] = v
		}
	}
	return nil
}

// lastInterval is the mean training loss since the evaluation before the last,
// and of how many steps. It is NaN without evaluations.
func (r *run) lastInterval() (mean float64, steps int) {
	n := len(r.res.History)
	if n == 0 {
		return math.NaN(), 0
	}
	last := r.res.History[n-1]
	if steps = last.Step; n > 1 {
		steps -= r.res.History[n-2].Step
	}
	return last.TrainLoss, steps
}

// end tells callbacks that the run is over, in good order unless it got worse.
func (r *run) end() error {
	worse := r.judge()
	r.ended = worse == nil
	r.between = r.ended // from here on a longer run can go on
	if err := r.tell(Ended, nil); err != nil && !errors.Is(err, ErrStop) {
		return errors.Join(worse, err)
	}
	return worse
}

// judge tells a good ending from one far above the beginning.
func (r *run) judge() error {
	params := r.Model.learned
	r.res.Unmoved = len(params) > 0 && unmoved(r.trend.start, graph.Values(params))
	if r.ended { // judged before it was saved
		return nil
	}
	rises, worse, err := r.verdict()
	if err != nil {
		return err
	}
	if worse != nil {
		return &DivergedError{Step: r.res.Steps, Err: worse}
	}
	r.res.Rises = rises
	return nil
}

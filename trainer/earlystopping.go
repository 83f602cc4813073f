package trainer

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// EarlyStopping ends a run when a score has stopped improving, and gives the model the
// weights that had the best score:
//
//	stopping := &trainer.EarlyStopping{Metric: "validation_loss", Model: model, Optimizer: optimizer}
//	run := trainer.Trainer{Model: model, Optimizer: optimizer, Callbacks: []trainer.Callback{stopping.Callback}, …}
//
// The metric says whether a higher score is better. A tie is no improvement, and NaN is
// never the best. The weights are kept at every best score, however little better it is.
//
// # Which parameters are in the model afterwards
//
// When the run ends, by itself, by a callback or diverged, the model has the learned
// parameters and the buffers that were scored best; Restored reports whether it is so. Of
// an [Averager] those are the averaged ones. Averaged must then not be used any more,
// because the optimizer's average is still that of the last step. The optimizer's moments
// are those of the last step, too.
//
// The model keeps the last iterate with KeepLast, without an evaluation that had a
// number for a score, and where Fit returns an error for a context that has ended or for a
// step that failed, since no callback is told of those. Restore then does it by hand.
//
// A run that was saved after the restoration has both: the state here holds the last
// iterate, and UnmarshalBinary puts it into the model. A longer run thus goes on as if
// nothing had been restored. EarlyStopping stands in Trainer.Keep for that. It serves one
// run, and the runs that go on from it.
type EarlyStopping struct {
	Metric    string  // a key of Record.Scores
	Patience  int     // evaluations in a row without an improvement that end the run; default 10; None: it is never ended
	MinChange float64 // an improvement is more than this, in the metric's unit; default None: any
	KeepLast  bool    // leave the model as it is when the run ends

	Model     *Model    // of the run
	Optimizer Optimizer // of the run

	valid bool // Validate has passed
	state stoppingState
	best  graph.Direction // parameters and buffers at the best score; nil before the first
	last  graph.Direction // those that Restore has replaced; nil while the model has its own
}

// stoppingState is what later evaluations depend on, but for the weights.
type stoppingState struct {
	scored    bool    // there is a best score
	best      float64 // of all evaluations
	step      int     // of best
	reference float64 // that a score must be better than by more than MinChange
	bad       int     // evaluations since the reference
	stopped   bool    // the run was ended here
}

func (s *EarlyStopping) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("patience", &s.Patience, 10, setting.PeriodOrOff),
		setting.Of("least change", &s.MinChange, 0, setting.NotNegative),
	}
}

// resolved is a copy with the defaults filled in.
func (s *EarlyStopping) resolved() (EarlyStopping, error) {
	c := *s
	switch {
	case c.Metric == "":
		return c, errors.New("trainer: early stopping: name the metric that is watched")
	case c.Model == nil || c.Optimizer == nil:
		return c, errors.New("trainer: early stopping needs the run's model and optimizer")
	}
	if err := resolve(c.numbers()); err != nil {
		return c, fmt.Errorf("trainer: early stopping: %w", errors.Unwrap(err))
	}
	return c, nil
}

// Validate returns an error that names the first field that is missing or out of its
// range. The callback calls it at the first event.
func (s *EarlyStopping) Validate() error {
	_, err := s.resolved()
	return err
}

// Best returns the best score and the step after which it was measured. ok is false
// while no evaluation had a number for a score.
func (s *EarlyStopping) Best() (score float64, step int, ok bool) {
	return s.state.best, s.state.step, s.state.scored
}

// Stopped reports whether the run was ended here.
func (s *EarlyStopping) Stopped() bool { return s.state.stopped }

// Restored reports whether the model has had the weights of the best score since the run
// ended, or since Restore.
func (s *EarlyStopping) Restored() bool { return s.last != nil }

// Callback watches evaluations, and restores the best weights at the end. It fails if the
// metric is not evaluated, or if a field is missing or out of its range.
func (s *EarlyStopping) Callback(e *Event) error {
	if e.Kind == StepDone {
		s.last = nil // a step has moved the weights
		if s.valid {
			return nil
		}
	}
	c, err := s.resolved()
	if err != nil {
		return err
	}
	s.valid = true
	switch e.Kind {
	case Evaluated:
		return s.evaluated(&c, e)
	case Ended:
		if !s.KeepLast {
			s.Restore()
		}
	}
	return nil
}

func (s *EarlyStopping) evaluated(c *EarlyStopping, e *Event) error {
	score, err := watch("early stopping", c.Metric, e.Record)
	if err != nil {
		return err
	}
	best := score.worst()
	if s.state.scored {
		best = s.state.best
	}
	if score.beats(best) {
		if err := s.keep(); err != nil {
			return err
		}
		s.state.best, s.state.step = score.value, e.Step
	}
	if s.state.take(c, score) {
		return ErrStop
	}
	return nil
}

// take moves the counters on by one evaluation, with resolved settings, and reports
// whether the run is to end.
func (s *stoppingState) take(c *EarlyStopping, score watched) bool {
	bound := score.worst()
	if s.scored {
		bound = score.behind(s.reference, c.MinChange)
	}
	if s.bad++; score.beats(bound) {
		s.scored, s.reference, s.bad = true, score.value, 0
	}
	s.stopped = c.Patience > 0 && s.bad >= c.Patience
	return s.stopped
}

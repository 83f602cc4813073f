package logs

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/gokfac/gokfac/trainer"
)

// JSONLines writes an object per event: the start, steps, evaluations and the end of
// a run. The package's documentation has the layout. A resumed run has a further start.
type JSONLines struct {
	Path string
	// Config is what the start has under "config", as encoding/json writes it. Nil: none.
	Config any
	// Every has each step logged whose number is a multiple of it. 0: none by number.
	Every int
	// Interval has a step logged when so much time has passed since the last one. 0: none by time.
	Interval time.Duration
	// Diagnostics gives further values by name, of the last step. It is called for each
	// step that is logged. Nil: none.
	Diagnostics iter.Seq2[string, float64]
	// OnError is told of the first failure to write, after which training goes on
	// without this log. Nil: the callback returns the error.
	OnError func(error)

	log
	pace
	line  []byte
	yield func(string, float64) bool // adds to line; here, so that a step allocates nothing
}

// Create makes the file and writes the start. Path must not exist yet, or be empty.
// Callback calls Create itself; a caller who does has the start when it was.
func (j *JSONLines) Create() error { return j.open(j.begin) }

func (j *JSONLines) begin() error {
	j.path = j.Path
	if err := j.create(); err != nil {
		return err
	}
	return j.start(0)
}

// Callback writes an event. It closes the file at Ended.
func (j *JSONLines) Callback(e *trainer.Event) error {
	switch e.Kind {
	case trainer.StepDone:
		if j.Every <= 0 && j.Interval <= 0 {
			return nil
		}
		return j.write(j.OnError, j.begin, func() error { return j.step(e) })
	case trainer.Evaluated:
		return j.write(j.OnError, j.begin, func() error { return j.evaluation(e.Record) })
	case trainer.Ended:
		return j.writeLast(j.OnError, j.begin, func() error { return j.end(e) })
	}
	return nil
}

// Close closes the file. A second call does nothing.
func (j *JSONLines) Close() error { return j.close(j.OnError) }

func (j *JSONLines) start(step int) error {
	j.last = j.time()
	j.head("start", step)
	if j.Config != nil {
		config, err := json.Marshal(j.Config)
		if err != nil {
			return fmt.Errorf("logs: %s: configuration: %w", j.path, err)
		}
		j.line = append(append(j.line, `,"config":`...), config...)
	}
	return j.finish()
}

func (j *JSONLines) step(e *trainer.Event) error {
	if !j.due(e, j.Every, j.Interval) {
		return nil
	}
	j.last = j.time()
	j.head("step", e.Step)
	j.integer("epoch", e.Epoch)
	j.number("loss", e.Loss)
	j.number("learning_rate", e.LearningRate)
	j.integer("examples", e.Examples)
	if j.Diagnostics != nil {
		if j.yield == nil {
			j.yield = func(name string, v float64) bool {
				j.number(name, v)
				return true
			}
		}
		j.key("diagnostics")
		j.line = append(j.line, '{')
		j.Diagnostics(j.yield)
		j.line = append(j.line, '}')
	}
	return j.finish()
}

func (j *JSONLines) evaluation(r *trainer.Record) error {
	j.head("evaluation", r.Step)
	j.integer("epoch", r.Epoch)
	j.number("train_loss", r.TrainLoss)
	j.key("scores")
	j.line = append(j.line, '{')
	for _, name := range slices.Sorted(maps.Keys(r.Scores)) {
		j.number(name, r.Scores[name])
	}
	j.line = append(j.line, '}')
	j.number("train_seconds", r.TrainSeconds)
	return j.finish()
}

func (j *JSONLines) end(e *trainer.Event) error {
	j.head("end", e.Step)
	j.integer("epoch", e.Epoch)
	return j.finish()
}

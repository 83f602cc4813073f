package trainer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/codec"
)

// Checkpointer writes whole states of a run into a directory: each to a temporary file
// that is synchronised and renamed, with a checksum, so that a run that is killed at
// any instant leaves the last whole one. Its Callback belongs at the end of
// Trainer.Callbacks, for the others' numbers (Trainer.Keep) to be those after the event.
//
// The files are called step-NNNNNNNNN.ckpt, by steps taken, and best.ckpt.
type Checkpointer struct {
	Trainer *Trainer
	Dir     string // made when the first is written
	Every   int    // steps between two; 0: after each evaluation
	// Least is the least time between two that Every does not ask for; the end's is
	// written in any case.
	Least  time.Duration
	Newest int    // how many of the newest are left; 0: 2
	Best   string // a key of Record.Scores: the state after its best evaluation is best.ckpt; empty: none is
	// OnError is told of a checkpoint that could not be written, and training goes on;
	// nil: the error ends the run. What was written before stays.
	OnError func(error)

	best   float64
	scored bool
	owed   bool      // a state was due before an evaluation, after which it is written
	late   bool      // the best is the run's last evaluation, after which Ended saves
	kept   []byte    // the best state, until it is written
	at     time.Time // when the last was written
}

var _ State = (*Checkpointer)(nil)

const (
	checkpointPrefix = "step-"
	checkpointSuffix = ".ckpt"
	bestCheckpoint   = "best" + checkpointSuffix
	defaultNewest    = 2
)

// Callback writes what is due.
func (c *Checkpointer) Callback(e *Event) error {
	better, err := c.improved(e)
	if err != nil {
		return err
	}
	err = c.saveDue(e, better || c.late && e.Kind == Ended)
	if err != nil && c.OnError != nil {
		c.OnError(err)
		return nil
	}
	return err
}

func (c *Checkpointer) saveDue(e *Event, best bool) error {
	due := e.Kind == Ended || c.owed && e.Kind == Evaluated
	switch {
	case c.Every > 0:
		due = due || e.Kind == StepDone && e.Step%c.Every == 0
	case e.Kind == Evaluated:
		due = time.Since(c.at) >= c.Least
	}
	if !due && !best {
		return nil
	}
	data, err := c.Trainer.MarshalBinary()
	if errors.Is(err, ErrBetweenSteps) { // an evaluation is to come, or the end; or the run has diverged
		c.late, c.owed = c.late || best, due
		return nil
	}
	c.owed = false
	if err != nil {
		return err
	}
	if best {
		c.kept, c.late = data, false
	}
	if !due {
		return nil
	}
	return c.write(e.Step, data)
}

// improved reports whether an evaluation is the best so far.
func (c *Checkpointer) improved(e *Event) (bool, error) {
	if c.Best == "" || e.Kind != Evaluated {
		return false, nil
	}
	score, ok := e.Record.Scores[c.Best]
	higher, stated := e.Record.HigherIsBetter[c.Best]
	if !ok || !stated {
		return false, fmt.Errorf("trainer: checkpoints: no score %q is evaluated", c.Best)
	}
	if score != score || c.scored && !(higher && score > c.best || !higher && score < c.best) {
		return false, nil
	}
	c.best, c.scored = score, true
	return true, nil
}

// Save writes a state now: after a Fit whose context has ended (see
// Trainer.FinishSteps).
func (c *Checkpointer) Save() error {
	data, err := c.Trainer.MarshalBinary()
	if err != nil {
		return err
	}
	return c.write(c.Trainer.current.res.Steps, data)
}

// write writes a state, and the best one if it is better than the one written.
func (c *Checkpointer) write(step int, data []byte) error {
	if c.kept != nil { // first: the newest says that it has been written
		if err := atomicfile.Write(filepath.Join(c.Dir, bestCheckpoint), c.kept); err != nil {
			return err
		}
		c.kept = nil
	}
	name := fmt.Sprintf("%s%09d%s", checkpointPrefix, step, checkpointSuffix)
	if err := atomicfile.Write(filepath.Join(c.Dir, name), data); err != nil {
		return err
	}
	c.at = time.Now()
	return c.prune(step)
}

// prune removes all but the newest up to a step, and those of later steps: the run has
// gone on from before them, as one does whose newest files are damaged.
func (c *Checkpointer) prune(step int) error {
	files, err := Checkpoints(c.Dir)
	if err != nil {
		return err
	}
	left := c.Newest
	if left == 0 {
		left = defaultNewest
	}
	seen := 0
	for _, f := range files {
		later := CheckpointStep(f) > step
		if !later {
			seen++
		}
		if later || seen > left {
			if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func (c *Checkpointer) fields() []codec.Field {
	return []codec.Field{{Name: "best", Value: &c.best}, {Name: "scored", Value: &c.scored}, {Name: "owed", Value: &c.owed}, {Name: "late", Value: &c.late}}
}

// MarshalBinary encodes which score is the best so far.
func (c *Checkpointer) MarshalBinary() ([]byte, error) {
	return codec.Encode("checkpoints", runVersion, c.fields())
}

// UnmarshalBinary restores what MarshalBinary has saved.
func (c *Checkpointer) UnmarshalBinary(data []byte) error {
	return codec.Decode(data, "checkpoints", runVersion, c.fields())
}

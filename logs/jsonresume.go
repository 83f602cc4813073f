package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gokfac/gokfac/trainer"
)

// longestLine is of a line of log.jsonl, in bytes.
const longestLine = 16 << 20

// Resume opens the file to go on after step, or makes it if there is none, and writes
// a start. Events of later steps are dropped, and evaluations of history that are
// missing are added, with the time of now; see the package's documentation.
func (j *JSONLines) Resume(step int, history ...trainer.Record) error {
	return j.resume(j.Path, step, func() error {
		evaluated := -1 // the step of the last evaluation that is kept
		err := scanFile(j.path, func(r io.Reader) (keep int64, err error) {
			evaluated, keep, err = scanObjects(r, step)
			return keep, err
		})
		if err != nil {
			return err
		}
		if err := j.openFile(); err != nil {
			return err
		}
		for i := range history {
			if s := history[i].Step; s > evaluated && s <= step {
				if err := j.evaluation(&history[i]); err != nil {
					return err
				}
			}
		}
		return j.start(step)
	})
}

// scanObjects checks a file. It returns the last step up to step that was evaluated, −1
// if there is none, and the number of bytes of the events up to step.
func scanObjects(r io.Reader, step int) (evaluated int, keep int64, err error) {
	evaluated = -1
	previous, lines := 0, 0
	tail, err := readLines(r, longestLine, func(line []byte, end int64) error {
		lines++
		event, s, err := readObject(line)
		if err != nil {
			return err
		}
		if s < previous {
			return fmt.Errorf("step %d follows step %d", s, previous)
		}
		if previous = s; s <= step {
			keep = end
			if event == "evaluation" {
				evaluated = s
			}
		}
		return nil
	})
	if err == nil && lines == 0 {
		err = checkBeginning(tail, beginning)
	}
	return evaluated, keep, err
}

// readObject returns an event and its step.
func readObject(line []byte) (event string, step int, err error) {
	if !bytes.HasPrefix(line, []byte(beginning)) {
		return "", 0, fmt.Errorf("%.40q does not begin with %q", line, beginning)
	}
	var o struct {
		Event string    `json:"event"`
		Time  time.Time `json:"time"`
		Step  *int      `json:"step"`
	}
	if err := json.Unmarshal(line, &o); err != nil {
		return "", 0, fmt.Errorf("%.40q…: %w", line, err)
	}
	if o.Step == nil || *o.Step < 0 || o.Time.IsZero() {
		return "", 0, errors.New("an event needs a time and a step")
	}
	return o.Event, *o.Step, nil
}

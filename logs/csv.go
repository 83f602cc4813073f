package logs

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/trainer"
)

// CSV writes a row per evaluation: step, epoch, training loss, scores, training
// seconds. The package's documentation has the layout.
type CSV struct {
	Path string
	// Scores are the columns between train_loss and train_seconds, keys of
	// trainer.Record.Scores. A record may have further ones. Nil: all scores of the
	// first record, by name; then every record must have just these.
	Scores []string
	// OnError is told of the first failure to write, after which training goes on
	// without this log. Nil: the callback returns the error.
	OnError func(error)

	log
	columns []string // scores; nil: not known yet
}

// Names of the columns before and after the scores.
var (
	firstColumns = [...]string{"step", "epoch", "train_loss"}
	lastColumn   = "train_seconds"
)

// Create makes the file. Path must not exist yet, or be empty. Callback calls Create
// itself; a caller who does learns before the training of a disk that cannot be written.
func (c *CSV) Create() error {
	return c.open(c.begin)
}

func (c *CSV) begin() error {
	c.path = c.Path
	return c.create()
}

// Callback writes the record of an Evaluated event, and closes the file at Ended.
func (c *CSV) Callback(e *trainer.Event) error {
	switch e.Kind {
	case trainer.Evaluated:
		return c.write(c.OnError, c.begin, func() error { return c.row(e.Record) })
	case trainer.Ended:
		return c.Close()
	}
	return nil
}

// Close closes the file. A second call does nothing.
func (c *CSV) Close() error { return c.close(c.OnError) }

// row writes one record, after the header if there is none.
func (c *CSV) row(r *trainer.Record) error {
	var b []byte
	if c.columns == nil {
		columns := c.Scores
		if columns == nil {
			columns = slices.Sorted(maps.Keys(r.Scores))
		}
		header, err := headerOf(columns)
		if err != nil {
			return fmt.Errorf("logs: %s: %w", c.path, err)
		}
		b, c.columns = header, append([]string{}, columns...)
	}
	b = strconv.AppendInt(b, int64(r.Step), 10)
	b = strconv.AppendInt(append(b, ','), int64(r.Epoch), 10)
	b = appendNumber(append(b, ','), r.TrainLoss)
	for _, name := range c.columns {
		v, ok := r.Scores[name]
		if !ok {
			return fmt.Errorf("logs: %s: the evaluation at step %d has no score %q, which is a column", c.path, r.Step, name)
		}
		b = appendNumber(append(b, ','), v)
	}
	if c.Scores == nil && len(r.Scores) > len(c.columns) {
		for name := range r.Scores {
			if !slices.Contains(c.columns, name) {
				return fmt.Errorf("logs: %s: the evaluation at step %d has a score %q, which is no column: set Scores, or choose another path", c.path, r.Step, name)
			}
		}
	}
	b = appendNumber(append(b, ','), r.TrainSeconds)
	return c.put(append(b, '\n'))
}

// headerOf is the first line, its end included.
func headerOf(scores []string) ([]byte, error) {
	for i, name := range scores {
		if strings.ContainsAny(name, "\r\n") {
			return nil, fmt.Errorf("score %q: a column's name must be on one line", name)
		}
		if name == lastColumn || slices.Contains(firstColumns[:], name) || slices.Contains(scores[:i], name) {
			return nil, fmt.Errorf("score %q: there is another column of this name", name)
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(slices.Concat(firstColumns[:], scores, []string{lastColumn})) // a Buffer takes all
	w.Flush()
	return b.Bytes(), nil
}

// appendNumber adds v with all its digits; nan, inf or -inf.
func appendNumber(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "nan"...)
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

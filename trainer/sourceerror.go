package trainer

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"
)

// FallibleSource is a Source whose data can fail: a file that breaks off, a connection
// that is lost. Fit, Evaluate and lrfinder ask for the error whenever Next has no
// mini-batch, and end with it.
type FallibleSource interface {
	Source
	// Err is the error that has ended the data. It is nil where ok = false was the
	// regular end of an epoch. A source that has failed gives no further mini-batch.
	Err() error
}

var errNoBatch = errors.New("trainer: the data give no mini-batch")

// failure is the error of a source that has just given no mini-batch; nil: an epoch has ended.
func failure(src Source) error {
	if f, ok := src.(FallibleSource); ok {
		if err := f.Err(); err != nil {
			return fmt.Errorf("trainer: the data: %w", err)
		}
	}
	return nil
}

// first is the next mini-batch of src: the first of an epoch where one was over. ok is false
// where the data have failed, or give none.
func first(src Source) (x, y *tensor.Dense, ok bool) {
	x, y, ok = src.Next()
	if !ok && failure(src) == nil {
		x, y, ok = src.Next()
	}
	return x, y, ok
}

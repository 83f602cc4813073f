package graph

import (
	"errors"
	"fmt"
)

// DataError reports values of a mini-batch that a layer cannot take, such as a number of a
// row that a table does not have. A program that meets them stops and returns it; the
// parameters are as they were. An op raises it by panic(*DataError), since functions of an
// op return nothing, and a layer cannot see the data when it is built.
type DataError struct {
	Layer   string // whose input it is
	Problem string // the values, and what is wanted
}

func (e *DataError) Error() string { return e.Layer + ": " + e.Problem }

// runError is the error of a run: a DataError alone, which is for the user to mend, or
// what says that a run failed and where.
func runError(err error) error {
	for inner := err; inner != nil; {
		if data := (*DataError)(nil); errors.As(inner, &data) {
			return data
		}
		wrapped, ok := inner.(interface{ Err() error }) // gorgonia's tape machine
		if !ok {
			break
		}
		inner = wrapped.Err()
	}
	return fmt.Errorf("graph: run: %w", err)
}

package datasets

import (
	"errors"
	"fmt"
)

// Task says what is to be learned from a data set of one's own, which decides what is read as its targets.
type Task int

const (
	Classify    Task = iota // classes: Labels
	Regress                 // values: Targets
	Reconstruct             // the inputs themselves: a label is left out of them where there is one, and not needed
)

// ReadOptions says what is what in a file of one's own. The zero value reads classes.
type ReadOptions struct {
	Task Task

	// Label is the CSV's column of classes: its name in the header, or its number from 1. Empty: the column whose name is
	// label, class, target, y or species, in that order, in upper or lower case. If there is none, it is the only
	// column of text. If there is no text, it is the first column if that can be a label, else the last if that can be one:
	// whole numbers, on average at least two rows to a class, at most ten classes or counted from 0 or 1. If neither looks
	// like that, it is the one with a third of the other's classes or fewer, if it does; else reading fails with a
	// [ColumnError].
	Label string

	// Targets are the CSV's columns of values to predict, each by name or number, in the order of the outputs. Empty: the
	// column with one of the names above, else the first, which must not look like classes then: see ErrClasses.
	Targets []string
}

// ErrClasses is that of a regression on a table whose targets have not been named, and whose first column has whole numbers
// that several rows share: more likely classes than values.
var ErrClasses = errors.New("the first column has classes, not values: say which columns are to be predicted")

// ErrText is that of text where a table must have a number, which is everywhere but in the label.
var ErrText = errors.New("is not a number")

// ErrNotInteger is that of a number that is no class.
var ErrNotInteger = errors.New("is not an integer")

// ColumnError says that a table has no such column as was asked for.
type ColumnError struct {
	Column string // as it was asked for
	Reason string
}

func (e *ColumnError) Error() string { return fmt.Sprintf("column %.40q: %s", e.Column, e.Reason) }

// targetNames are the column names that say what is to be learned, the surest first.
var targetNames = []string{"label", "class", "target", "y", "species"}

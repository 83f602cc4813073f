package datasets

import (
	"errors"
	"fmt"
)

// Task says what is learned from a file of one's own. It decides what is read as the targets.
type Task int

const (
	Classify    Task = iota // classes: Labels
	Regress                 // values: Targets
	Reconstruct             // the inputs themselves: no label is needed, and a label column is left out of them
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

	// ImageSize is the size, in rows and columns, that all images of a directory are given: the largest part around the
	// middle with that ratio of the sides is cut out and scaled by the cubic kernel of Catmull and Rom. Zero: images stay as
	// they are, and must be of one size.
	ImageSize [2]int
}

// ErrClasses refuses a regression on a table whose targets were not named and whose first column has whole numbers that
// several rows share. Such numbers are more likely classes than values.
var ErrClasses = errors.New("the first column has classes, not values: say which columns are to be predicted")

// ErrText reports text where a table must have a number: in every column but the label.
var ErrText = errors.New("is not a number")

// ErrNotInteger reports a number that cannot be a class, because it is not whole.
var ErrNotInteger = errors.New("is not an integer")

// ColumnError reports that a table has no column as the options ask for.
type ColumnError struct {
	Column string // name or number in the options
	Reason string
}

func (e *ColumnError) Error() string { return fmt.Sprintf("column %.40q: %s", e.Column, e.Reason) }

// targetNames are the column names that mark what is to be learned, the surest first.
var targetNames = []string{"label", "class", "target", "y", "species"}

package curvature

import (
	"errors"
	"strings"
)

var (
	errNil = errors.New("curvature: no matrix: the operator is nil")
	// errEmpty is of matrices of order 0, which gonum has no vectors for.
	errEmpty = errors.New("curvature: the matrix is of order 0")
)

// order is n, or an error if there is no matrix or no row.
func order(a Operator) (int, error) {
	if a == nil {
		return 0, errNil
	}
	if n := a.SymmetricDim(); n > 0 {
		return n, nil
	}
	return 0, errEmpty
}

// taskError is an error of a product or of a setting, with what it was for. The package is
// named once, however deep the error comes from.
type taskError struct {
	task string
	err  error
}

func (e *taskError) Error() string {
	return "curvature: " + e.task + ": " + strings.TrimPrefix(e.err.Error(), "curvature: ")
}

func (e *taskError) Unwrap() error { return e.err }

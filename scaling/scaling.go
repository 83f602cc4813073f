// Package scaling maps values as a file has them to what a network is given, and its
// outputs back. It stands apart from package datasets, which measures scalings, for a
// program that only predicts to need nothing but them.
package scaling

import (
	"errors"
	"fmt"
	"math"
)

// Scaling maps values as a file has them to a model's inputs or targets, each column for itself:
//
//	x ↦ (x − Mean)/Deviation, but no further from 0 than Bound
//
// Mean and Deviation have an element for each column, or one element for all. A Deviation of 0 marks a constant
// column, which becomes 0. The zero value changes nothing.
type Scaling struct {
	Mean, Deviation []float64
	Bound           float64 // 0: none
}

// ErrSize is the error of values that are not whole rows.
var ErrSize = errors.New("scaling: the values are not rows of the scaling's columns")

// Apply scales raw values, of an example or of several, row-major: as a training example was scaled, so that a trained
// model can be given one that it has not seen. raw stays as it is. It fails if raw is not whole rows, or if a value is
// not a finite number.
func (s Scaling) Apply(raw []float64) ([]float32, error) {
	width := max(len(s.Mean), 1)
	if len(s.Mean) != len(s.Deviation) || len(raw)%width != 0 {
		return nil, fmt.Errorf("%w: %d values, %d columns", ErrSize, len(raw), width)
	}
	for i, v := range raw {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("scaling: value %d is %v: want finite numbers", i, v)
		}
	}
	x := make([]float32, len(raw))
	Rows(s, x, raw)
	return x, nil
}

// Invert turns predictions back into values as the file has them: Mean + Deviation·x. Bound plays no part.
func (s Scaling) Invert(x []float32) ([]float64, error) {
	width := max(len(s.Mean), 1)
	if len(s.Mean) != len(s.Deviation) || len(x)%width != 0 {
		return nil, fmt.Errorf("%w: %d values, %d columns", ErrSize, len(x), width)
	}
	raw := make([]float64, len(x))
	InvertRows(s, raw, x)
	return raw, nil
}

// InvertRows writes the raw values of predictions x, rows of s's columns, to out. It
// checks nothing: Scaling.Invert does.
func InvertRows[T float32 | float64](s Scaling, out []float64, x []T) {
	width := len(s.Mean)
	for i, v := range x {
		out[i] = float64(v)
		if width > 0 {
			out[i] = s.Mean[i%width] + s.Deviation[i%width]*out[i]
		}
	}
}

// Rows writes the scaled x, rows of s's columns, to out, which may be x itself. It
// checks nothing: Scaling.Apply does.
func Rows[T float32 | float64](s Scaling, out []float32, x []T) { PreparedRows(s.Prepare(), out, x) }

// Then is the scaling that applies s first and next after it.
func (s Scaling) Then(next Scaling) Scaling {
	if len(s.Mean) == 0 {
		return next
	}
	width := max(len(s.Mean), len(next.Mean))
	both := Scaling{Mean: make([]float64, width), Deviation: make([]float64, width), Bound: next.Bound}
	for j := range width {
		a, b := j%len(s.Mean), j%len(next.Mean)
		both.Mean[j] = s.Mean[a] + s.Deviation[a]*next.Mean[b]
		both.Deviation[j] = s.Deviation[a] * next.Deviation[b]
	}
	return both
}

package datasets

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/standard"
	"github.com/gokfac/gokfac/scaling"
)

// fewRows is the least number of training rows in which a feature with a single other value counts as constant. In fewer
// rows a single value is no exception.
const fewRows = 10

// Standardize replaces x by (x-μ)/σ in all splits, in place, with μ and σ (the population deviation) measured on Train
// alone: a test set must not leak into the inputs. Images (Pixels) share one μ and σ over all their pixels, which keeps
// the dead ones at the border finite; other data get one pair per feature. Values are standardised as the file has them
// and rounded to float32 afterwards: 1600000000 and 1600000001 stay apart.
//
// A feature that is constant over Train becomes 0 everywhere, for there is no scale to judge a deviation by. It counts as
// constant if its training values agree but for the rounding of float64 (2⁻⁴⁸ of their size), in ten rows or more also if
// all but one of them do: a single row says nothing that holds for others, and its distance may be a mistyped digit.
// Features further than 10σ from μ are moved to 10σ; pixels are not.
//
// Afterwards Pixels is false, and Scaling does the same to a new example. Targets stay as they are.
func (d *Dataset) Standardize() {
	s := d.standardization()
	d.noteExceptions(s)
	d.scaleInputs(s)
	d.noteMoved(s)
}

// scaleInputs applies s to the inputs of all splits, as the file has them.
func (d *Dataset) scaleInputs(s Scaling) {
	for _, split := range []*Split{&d.Train, &d.Validation, &d.Test} {
		if exact := split.exactOf(); exact != nil {
			scaling.Rows(s, split.X, exact)
		} else {
			scaling.Rows(s, split.X, split.X)
		}
		split.exact = nil
	}
	d.Scaling = d.Scaling.Then(s)
	d.Pixels = false
}

// standardization is the scaling that standardises the inputs as they are.
func (d *Dataset) standardization() Scaling {
	width := d.Features()
	if d.Pixels {
		width = 1
	}
	if exact := d.Train.exactOf(); exact != nil {
		return standardizing(exact, width, !d.Pixels)
	}
	return standardizing(d.Train.X, width, !d.Pixels)
}

// StandardizeTargets gives each value of the targets mean 0 and deviation 1 over Train, in all splits, in place: learning
// rates and initial weights are made for that. TargetScaling.Invert turns predictions back. Squared errors are then in
// units of the training split's variance: ½‖z − y‖² of a model that predicts the mean is about ½·Outputs. A target that is
// constant over Train becomes 0.
func (d *Dataset) StandardizeTargets() {
	outputs := d.Outputs()
	if outputs == 0 {
		return
	}
	var s Scaling
	if exact := d.Train.exactTargetsOf(); exact != nil {
		s = measure(exact, outputs)
		markConstant(&s, exact, 0)
	} else {
		s = measure(d.Train.Targets, outputs)
	}
	for _, split := range []*Split{&d.Train, &d.Validation, &d.Test} {
		if exact := split.exactTargetsOf(); exact != nil {
			scaling.Rows(s, split.Targets, exact)
		} else {
			scaling.Rows(s, split.Targets, split.Targets)
		}
		split.exactTargets = nil
	}
	d.TargetScaling = d.TargetScaling.Then(s)
}

// exactOf returns X before rounding. It returns nil if X is exact, or if X has changed since it was read.
func (s *Split) exactOf() []float64 { return stillExact(s.exact, s.X) }

func (s *Split) exactTargetsOf() []float64 { return stillExact(s.exactTargets, s.Targets) }

func stillExact(exact []float64, x []float32) []float64 {
	if len(exact) != len(x) {
		return nil
	}
	for i, v := range exact {
		if float32(v) != x[i] {
			return nil
		}
	}
	return exact
}

// standardizing is the scaling that standardises x, rows of the given width. With features each column has its own
// statistics; pixels share theirs.
func standardizing[T float32 | float64](x []T, width int, features bool) Scaling {
	s := measure(x, width)
	if features {
		s.Bound = standard.Bound
		exceptions := 0
		if len(x) >= fewRows*width {
			exceptions = 1
		}
		markConstant(&s, x, exceptions)
	}
	return s
}

// measure computes mean and deviation of the columns of x, which is (len(x)/width)×width. The mean comes first and the
// squares are summed about it: in a single pass, features far from zero would lose their variance to cancellation.
func measure[T float32 | float64](x []T, width int) Scaling {
	s := Scaling{Mean: make([]float64, width), Deviation: make([]float64, width)}
	if len(x) == 0 {
		return s
	}
	rows := float64(len(x) / width)
	constant := make([]bool, width)
	for j := range constant {
		constant[j] = true
	}
	for i := 0; i < len(x); i += width {
		for j, v := range x[i : i+width] {
			s.Mean[j] += float64(v)
			constant[j] = constant[j] && v == x[j]
		}
	}
	for j := range s.Mean {
		s.Mean[j] /= rows
	}
	for i := 0; i < len(x); i += width {
		for j, v := range x[i : i+width] {
			c := float64(v) - s.Mean[j]
			s.Deviation[j] += c * c
		}
	}
	for j, squares := range s.Deviation {
		// The rounded mean of equal values may differ from them. So equality decides, and not a variance of zero.
		if constant[j] {
			s.Deviation[j] = 0
			continue
		}
		s.Deviation[j] = math.Sqrt(squares / rows)
		if squares < tinySquares {
			s.Deviation[j] = tinyDeviation(x[j:], width, s.Mean[j])
		}
	}
	return s
}

// tinySquares is the value below which squares of float64 begin to lose digits to underflow, with room for summing many.
const tinySquares = 0x1p-900

// tinyDeviation is the deviation of a column whose squares underflow. Distances are taken in units of the largest one. A
// deviation whose inverse would overflow is 0.
func tinyDeviation[T float32 | float64](x []T, width int, mean float64) float64 {
	var largest, squares, rows float64
	for i := 0; i < len(x); i += width {
		largest = max(largest, math.Abs(float64(x[i])-mean))
		rows++
	}
	if largest < 0x1p-1000 {
		return 0
	}
	for i := 0; i < len(x); i += width {
		c := (float64(x[i]) - mean) / largest
		squares += c * c
	}
	return largest * math.Sqrt(squares/rows)
}

// markConstant sets the deviation to 0 in columns whose values agree up to rounding, with at most a given number of
// exceptions. The mean of such a column is the value of its first row or, if the first row is the exception, of its
// second.
func markConstant[T float32 | float64](s *Scaling, x []T, exceptions int) {
	width := len(s.Mean)
	for _, first := range []int{0, width} {
		if first+width > len(x) {
			return
		}
		others := make([]int, width)
		for i := 0; i < len(x); i += width {
			for j, v := range x[i : i+width] {
				if !standard.Same(float64(v), float64(x[first+j])) {
					others[j]++
				}
			}
			if i%(64*width) == 0 && slices.Min(others) > exceptions { // no column can be constant any more, as in most data
				break
			}
		}
		for j, n := range others {
			if n <= exceptions {
				s.Mean[j], s.Deviation[j] = float64(x[first+j]), 0
			}
		}
		if exceptions == 0 {
			return
		}
	}
}

package datasets

import "slices"

// Split is one part of a data set, held in memory. Its examples have either classes, in Labels, or values to predict, in
// Targets.
type Split struct {
	X       []float32 // Len()×features, row-major
	Labels  []int32   // class of each example, in [0, Classes); may be nil where there are Targets
	Targets []float32 // Len()×Outputs, row-major; nil: the labels are the targets
	Outputs int       // values of one target; 0: the labels are the targets

	// The values of X and Targets before they were rounded to float32; nil: rounding changed nothing.
	exact, exactTargets []float64
}

// Len is the number of examples: the rows of Targets if there are Outputs, and otherwise the number of labels.
func (s Split) Len() int {
	if s.Outputs > 0 {
		return len(s.Targets) / s.Outputs
	}
	return len(s.Labels)
}

// Part returns the examples from first up to but not including end. It shares the memory of s.
func (s Split) Part(first, end int) Split {
	n := s.Len()
	return Split{
		X: rows(s.X, n, first, end), Labels: rows(s.Labels, n, first, end), Targets: rows(s.Targets, n, first, end), Outputs: s.Outputs,
		exact: rows(s.exact, n, first, end), exactTargets: rows(s.exactTargets, n, first, end),
	}
}

// rows returns a part of the n rows of x, or nil if x is nil.
func rows[T any](x []T, n, first, end int) []T {
	if x == nil || n == 0 {
		return x
	}
	width := len(x) / n
	return x[first*width : end*width : end*width]
}

// Dataset is a training and a test split over the same features, and over the same classes or with targets of the same
// size.
type Dataset struct {
	Name        string // "mnist", "cifar10" and so on, or the base name of one's own data
	Shape       []int  // shape of one example: {28, 28}, {32, 32, 3} or {features}
	Classes     int    // labels are in [0, Classes); 0: the data have values, not classes
	Train, Test Split
	Validation  Split // held out of Train by [Dataset.HoldOut]; empty before
	Pixels      bool  // X are pixel intensities scaled to [0,1]

	ClassNames   []string // of each class, what the file calls it; nil: not known
	FeatureNames []string // of each feature, in a table with a header; else nil
	TargetNames  []string // of each value of a target, in a table with a header; else nil

	Scaling       Scaling // from an example as the file has it to a row of X
	TargetScaling Scaling // from a target as the file has it to a row of Targets

	notes []string // see Notes

	origin string // the column that was taken for the label or the targets, for a message
}

// Features is the number of values of one example, the product of Shape.
func (d *Dataset) Features() int { return product(d.Shape) }

// Notes lists, in sentences without a full stop, changes to the inputs that their owner may not expect: pixels that were
// not divided by 255, images that were scaled, files that were not read and, after Standardize, features that became 0 because of a single row and values that were moved.
func (d *Dataset) Notes() []string { return slices.Clone(d.notes) }

// Outputs is the number of values of one target; 0: the data have classes.
func (d *Dataset) Outputs() int { return d.Train.Outputs }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

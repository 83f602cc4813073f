package job

import (
	"fmt"
	"math"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
)

// standardized says what the standardised targets are in the data's units.
func (r *Run) standardized() (list []results.Standardized) {
	scale := r.Data.TargetScaling
	for i, mean := range scale.Mean {
		one := results.Standardized{Mean: results.Number(mean), Deviation: results.Number(scale.Deviation[i])}
		if i < len(r.Data.TargetNames) {
			one.Name = r.Data.TargetNames[i]
		}
		list = append(list, one)
	}
	return list
}

// TestError is the root mean square of a single target's errors on the test
// examples, in the units of the data.
func (r *Run) TestError() (v float64, ok bool) {
	if scale := r.Data.TargetScaling; len(scale.Deviation) == 1 {
		return scale.Deviation[0] * math.Sqrt(2*r.Score(testPrefix+"loss")), true
	}
	return 0, false
}

// ScaleOf says how the data were scaled.
func (r *Run) ScaleOf() string {
	scale := "values as they are"
	switch {
	case r.Data.Pixels:
		scale = "pixels in [0, 1]"
	case r.Spec.model().Values() && len(r.Data.TargetScaling.Mean) > 0:
		scale = "both standardised"
	case !r.Spec.model().Values():
		scale = "standardised"
	}
	if n := constants(r.Data); n == 1 {
		scale += "; 1 feature is constant in training, and 0"
	} else if n > 1 {
		scale += fmt.Sprintf("; %d features are constant in training, and 0", n)
	}
	for _, note := range r.Data.Notes() {
		scale += "; " + note
	}
	return scale
}

// TargetsOf says what the examples are to be learned for.
func (r *Run) TargetsOf() string {
	switch n := r.Data.Outputs(); {
	case n > 0:
		return fmt.Sprintf("with targets of %d", n)
	case r.Spec.model().Task == datasets.Reconstruct && r.Data.Classes == 1:
		return "without classes"
	}
	return fmt.Sprintf("in %d classes", r.Data.Classes)
}

// PartsOf counts the examples.
func (r *Run) PartsOf() string {
	parts := []string{fmt.Sprintf("%d training", r.Data.Train.Len())}
	if n := r.Data.Validation.Len(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d validation", n))
	}
	return strings.Join(parts, ", ") + fmt.Sprintf(" and %d test examples", r.Data.Test.Len())
}

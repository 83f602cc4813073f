package datasets

import (
	"fmt"
	"math"
	"strconv"
)

// noteExceptions notes the features that s sets to 0 although a training row differs. It is called before X is scaled.
func (d *Dataset) noteExceptions(s Scaling) {
	width, exceptions := len(s.Mean), []string{}
	for j, deviation := range s.Deviation {
		if deviation != 0 || s.Bound == 0 {
			continue
		}
		// Differences that rounding to float32 hides are not noted.
		for i := j; i < len(d.Train.X); i += width {
			if d.Train.X[i] != float32(s.Mean[j]) {
				exceptions = append(exceptions, d.featureName(j))
				break
			}
		}
	}
	switch len(exceptions) {
	case 0:
	case 1:
		d.notes = append(d.notes, fmt.Sprintf("feature %s has one value in all training rows but one, and is taken for constant", exceptions[0]))
	default:
		d.notes = append(d.notes, fmt.Sprintf("features %s have one value in all training rows but one, and are taken for constant", listNames(exceptions)))
	}
}

// noteMoved counts the values that s has moved to its bound, and notes their features.
func (d *Dataset) noteMoved(s Scaling) {
	if s.Bound == 0 {
		return
	}
	moved, width := 0, len(s.Mean)
	seen := make([]bool, width)
	var features []string
	for _, split := range []Split{d.Train, d.Validation, d.Test} {
		for i, v := range split.X {
			if math.Abs(float64(v)) < s.Bound {
				continue
			}
			if moved++; !seen[i%width] {
				seen[i%width] = true
				features = append(features, d.featureName(i%width))
			}
		}
	}
	switch {
	case moved == 1:
		d.notes = append(d.notes, fmt.Sprintf("1 value lay further than %g deviations from the mean and was moved there: of feature %s", s.Bound, features[0]))
	case moved > 1:
		d.notes = append(d.notes, fmt.Sprintf("%d values lay further than %g deviations from the mean and were moved there: of %s", moved, s.Bound, listNames(features)))
	}
}

// featureName returns a feature's name in the header, or its number from 1.
func (d *Dataset) featureName(j int) string {
	if j < len(d.FeatureNames) && d.FeatureNames[j] != "" {
		return printable(d.FeatureNames[j])
	}
	return strconv.Itoa(j + 1)
}

// rare notes the classes with a single row. A header that was taken for data makes one, and so does a mistyped label.
func rare(labels []int32, names []string) string {
	counts := make([]int, len(names))
	for _, class := range labels {
		counts[class]++
	}
	var list []string
	for class, n := range counts {
		if n == 1 {
			list = append(list, names[class])
		}
	}
	switch len(list) {
	case 0:
		return ""
	case 1:
		return "; class " + listNames(list) + " has a single row: is that a label?"
	}
	return fmt.Sprintf("; %d classes have a single row: %s", len(list), listNames(list))
}

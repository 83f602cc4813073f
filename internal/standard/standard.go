// Package standard has the rules that datasets.Dataset.Standardize and stream.MeasureScaling share: x ↦ (x − μ)/σ for each
// column, no further from 0 than Bound, and 0 in a column whose values are the Same.
package standard

import "math"

// Bound is the greatest distance of a standardised feature from 0, in deviations. Without it a value far outside the
// training split's range would drown all other features of its example.
const Bound = 10

// rounding is the largest relative difference between two numbers that differ by float64's rounding alone: 32 units in
// the last place, for numbers that were computed before they were written.
const rounding = 0x1p-48

// Same reports whether a value is the common one of its column but for float64's rounding.
func Same(value, common float64) bool { return math.Abs(value-common) <= rounding*math.Abs(common) }

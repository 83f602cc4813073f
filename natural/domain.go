package natural

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// smallest is the least number whose reciprocal is finite too.
const smallest = 0x1p-1022

// wantFinite returns a *DomainError unless v is finite.
func wantFinite(family, name string, v float64) error {
	if v-v != 0 {
		return &DomainError{family, fmt.Sprintf("%s %g: want a finite number", name, v)}
	}
	return nil
}

// wantPositive returns a *DomainError unless v is positive and finite.
func wantPositive(family, name string, v float64) error {
	if !(v > 0 && v <= math.MaxFloat64) {
		return &DomainError{family, fmt.Sprintf("%s %g: want a positive finite number", name, v)}
	}
	return nil
}

// wantProbability returns a *DomainError unless 0 < v < 1.
func wantProbability(family, name string, v float64) error {
	if !(v > 0 && v < 1) {
		return &DomainError{family, fmt.Sprintf("%s %g: want a number between 0 and 1", name, v)}
	}
	return nil
}

// straight is x + step, and the nearest finite number where that overflows.
func straight(x, step float64) float64 {
	return min(max(x+step, -math.MaxFloat64), math.MaxFloat64)
}

// inside retracts x + step to the positive numbers. The step is taken as it is while it leaves
// x/2 or more; a longer one towards 0 ends at x²/(4·|step|), which has the same value and slope
// at x/2. A step in log x would be of the same first order, but is x·exp(step/x) away from 0,
// which overshoots; and it would hide that steps differ between parameterisations.
func inside(x, step float64) float64 {
	if step >= -x/2 {
		return max(straight(x, step), smallest)
	}
	return max(x/4/-step*x, smallest)
}

// between retracts p + step to the numbers between 0 and 1, as inside does on either side.
func between(p, step float64) float64 {
	if step <= 0 {
		return inside(p, step)
	}
	if rest := 1 - p; step > rest/2 {
		return min(1-inside(rest, -step), math.Nextafter(1, 0))
	}
	return p + step
}

// times is g·factor, and 0 for g = 0 where the factor overflows.
func times(g, factor float64) float64 {
	if g == 0 {
		return 0
	}
	return g * factor
}

// symmetric makes an empty dst one of order n.
func symmetric(dst *mat.SymDense, n int) {
	if dst.IsEmpty() {
		dst.ReuseAsSym(n)
	}
}

// rectangular makes dst, r×c or empty, a matrix of zeros.
func rectangular(dst *mat.Dense, r, c int) {
	if dst.IsEmpty() {
		dst.ReuseAs(r, c)
		return
	}
	dst.Zero()
}

// fill sets every element to NaN.
func fill(dst []float64) {
	for i := range dst {
		dst[i] = math.NaN()
	}
}

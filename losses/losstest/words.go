package losstest

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/partcheck"
)

// epsilon and epsilon32 are the distances of 1 to the next number.
const epsilon, epsilon32 = 0x1p-52, 0x1p-23

// rough is how far a mean over samples may be from a multiple of what it is compared with.
const rough = 0.08

// compare reports a comparison that does not hold, and what a factor between both may come of.
func (c *checker) compare(m partcheck.Comparison) (ok bool) {
	units := float64(c.outputs)
	m.Factors = append(m.Factors, []partcheck.Factor{
		{Is: 2, Words: "a factor 2 that the other does not have, or a ½ that it has?"},
		{Is: 0.5, Words: "a ½ that the other does not have, or a factor 2 that it has?"},
		{Is: units, Words: fmt.Sprintf("a sum over the %d units where a mean is meant, or the other way round?", c.outputs)},
		{Is: 1 / units, Words: fmt.Sprintf("a mean over the %d units where the sum is wanted?", c.outputs)},
	}...)
	return c.report.Compare(string(c.aspect), &m)
}

// holds reports whether compare would find no fault.
func holds(m partcheck.Comparison) bool {
	_, ok := m.Message()
	return ok
}

// rounding is the tolerance of sums of a few numbers as large as those of x.
func rounding(x []float64) []float64 { return []float64{256 * epsilon * (1 + partcheck.Largest(x))} }

// slope is the derivative of f at 0, where f's variable is of the size of the outputs. Values of f may be small differences
// of numbers of the size of 1, whose rounding a step of 2⁻¹² makes 4096 times as large.
func (c *checker) slope(f func(h float64) []float64) *partcheck.Slope {
	s, err := partcheck.Derivative(func(at float64) ([]float64, error) { return f(at * c.cfg.Spread), nil })
	c.must(err, "a derivative")
	for i := range s.Values {
		s.Values[i] /= c.cfg.Spread
		s.Errors[i] = (s.Errors[i] + 64*epsilon*4096) / c.cfg.Spread
	}
	return s
}

func numbers(x []float64) string {
	s := "["
	for i, v := range x {
		if i > 0 {
			s += " "
		}
		s += fmt.Sprintf("%.3g", v)
	}
	return s + "]"
}

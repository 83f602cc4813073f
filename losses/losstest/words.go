package losstest

import (
	"fmt"
	"math"
	"strings"
)

// comparison is of what a loss computes with what it should be.
type comparison struct {
	what, other string // as in "the gradient", "the finite difference"
	got, want   []float64
	tolerance   []float64 // one for each element, or one for all
	element     func(i int) string
	n           int    // examples of the batch, for words about factors of it
	sampled     bool   // want is a mean over samples, so that factors are only roughly seen
	advice      string // in the place of words about a factor
}

// compare reports a comparison that fails: the worst element, and a factor that explains all of them.
func (c *checker) compare(m comparison) (ok bool) {
	if len(m.got) != len(m.want) {
		c.faultf("%s has %d elements, and %s %d", m.what, len(m.got), m.other, len(m.want))
		return false
	}
	worst, excess, bad := -1, 1.0, 0
	for i, got := range m.got {
		e := math.Abs(got-m.want[i]) / m.limit(i)
		if got == m.want[i] || e <= 1 {
			continue
		}
		if bad++; worst < 0 || e > excess || math.IsNaN(e) && !math.IsNaN(excess) {
			worst, excess = i, e
		}
	}
	if worst < 0 {
		return true
	}
	where, several := "", ""
	if m.element != nil && len(m.got) > 1 {
		where = " at " + m.element(worst)
	}
	if len(m.got) > 1 {
		several = fmt.Sprintf(" (%d of %d elements differ)", bad, len(m.got))
	}
	if m.advice == "" {
		m.advice = c.factorWords(m)
	}
	c.faultf("%s%s is %.6g, and %s %.6g%s%s", m.what, where, m.got[worst], m.other, m.want[worst], several, sentence(m.advice))
	return false
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

func (m comparison) limit(i int) float64 {
	if len(m.tolerance) == 1 {
		return m.tolerance[0]
	}
	return m.tolerance[i]
}

// factor returns k if got is k·want throughout.
func (m comparison) factor() (k float64, ok bool) {
	var product, square float64
	for i, v := range m.want {
		product += v * m.got[i]
		square += v * v
	}
	k = product / square
	slack := 1e-4
	if m.sampled {
		slack = 0.1
	}
	size := max(largest(m.got), math.Abs(k)*largest(m.want))
	for i, v := range m.want {
		if !(math.Abs(m.got[i]-k*v) <= slack*size+(1+math.Abs(k))*m.limit(i)) {
			return 0, false
		}
	}
	return k, size > 0
}

// factorWords says what a constant factor between got and want probably comes of.
func (c *checker) factorWords(m comparison) string {
	if largest(m.got) == 0 {
		return m.what + " is 0 throughout: is nothing written to the output, or does nothing flow?"
	}
	k, ok := m.factor()
	if !ok {
		return ""
	}
	n, units := float64(m.n), float64(c.outputs)
	near := 1e-3
	if m.sampled {
		near = 0.08
	}
	said := fmt.Sprintf("%s is %.3g times %s", m.what, k, m.other)
	for _, f := range []struct {
		k     float64
		words string
	}{
		{n, fmt.Sprintf("a sum over the %d examples where the mean is wanted?", m.n)},
		{1 / n, fmt.Sprintf("a 1/N too many, N = %d?", m.n)},
		{1 / (n * n), fmt.Sprintf("a 1/N in each factor, N = %d?", m.n)},
		{1 / (n * units), "a mean over examples and units where the sum over units is wanted?"},
		{-1, "the sign is wrong"},
		{2, "a factor 2 that the other does not have, or a ½ that it has?"},
		{0.5, "a ½ that the other does not have, or a factor 2 that it has?"},
		{4, "a factor 2 in each of the two factors of a product?"},
		{0.25, "a ½ in each of the two factors of a product?"},
		{units, fmt.Sprintf("a sum over the %d units where the mean is meant, or the other way round?", c.outputs)},
		{1 / units, fmt.Sprintf("a mean over the %d units where the sum is wanted?", c.outputs)},
	} {
		if m.n != 1 || !strings.Contains(f.words, "examples") && !strings.Contains(f.words, "N =") {
			if math.Abs(k-f.k) <= near*math.Abs(f.k) {
				return said + ": " + f.words
			}
		}
	}
	return said + ": a constant factor is missing, or too many"
}

// cell names an element of a matrix with the outputs' columns.
func (c *checker) cell(columns int) func(i int) string {
	return func(i int) string { return fmt.Sprintf("example %d, element %d", i/columns, i%columns) }
}

// entry names an element of a C×C matrix.
func (c *checker) entry(i int) string {
	return fmt.Sprintf("row %d, column %d", i/c.outputs, i%c.outputs)
}

package partcheck

import (
	"fmt"
	"math"
	"strings"
)

// Comparison is values against a reference.
type Comparison struct {
	What  string // the values, as "the gradient of scale.weight"
	Than  string // the reference, as "the finite difference"
	Shape []int  // of both
	Got   []float64
	Want  []float64
	// Tolerance is how far an element may be from its reference; infinite where it is not compared. One element stands
	// for all.
	Tolerance []float64
	Batch     int    // N, for hints; 0: unknown
	Hint      string // what probably is wrong, if the numbers show nothing
	// Factors lists constant factors between both with their probable causes. N, 1/N and −1 are known without it.
	Factors []Factor
	// Rough is the relative deviation up to which values count as a multiple of the reference. It is for references that
	// are means over samples.
	Rough float64
}

// Factor is a constant factor with what it may come of.
type Factor struct {
	Is    float64
	Words string
}

func (c *Comparison) tolerance(i int) float64 {
	if len(c.Tolerance) == 1 {
		return c.Tolerance[0]
	}
	return c.Tolerance[i]
}

// wrong lists the elements out of tolerance, and the worst of them.
func (c *Comparison) wrong() (all []int, worst int) {
	excess := 0.0
	for i, want := range c.Want {
		off, most := math.Abs(c.Got[i]-want), c.tolerance(i)
		if off <= most || math.IsInf(most, 1) {
			continue
		}
		all = append(all, i)
		if e := off / max(most, math.SmallestNonzeroFloat64); e > excess || math.IsNaN(e) {
			excess, worst = e, i
		}
	}
	if len(all) > 0 && excess == 0 {
		worst = all[0]
	}
	return all, worst
}

// Message is what is wrong, in words and in numbers, unless the comparison holds.
func (c *Comparison) Message() (text string, ok bool) {
	if len(c.Got) != len(c.Want) {
		return fmt.Sprintf("%s has %d elements, and %s %d", c.What, len(c.Got), c.Than, len(c.Want)), false
	}
	all, worst := c.wrong()
	if len(all) == 0 {
		return "", true
	}
	text = fmt.Sprintf("%s %s", c.What, c.relation(all))
	got, want := fmt.Sprintf("%.6g", c.Got[worst]), fmt.Sprintf("%.6g", c.Want[worst])
	if got == want {
		got, want = fmt.Sprintf("%.15g", c.Got[worst]), fmt.Sprintf("%.15g", c.Want[worst])
	}
	text += fmt.Sprintf(" (element %s: %s instead of %s; %d of %d elements differ)", c.Element(worst), got, want, len(all), c.compared())
	if c.Hint != "" {
		text += ": " + c.Hint
	}
	return text, false
}

// Element names an element by its place in the shape: [2 0 1].
func (c *Comparison) Element(i int) string { return Place(c.Shape, i) }

// Place names an element of a shape: [2 0 1].
func Place(shape []int, i int) string {
	if len(shape) == 0 {
		return fmt.Sprint([]int{i})
	}
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k] = i % shape[k]
		i /= shape[k]
	}
	return fmt.Sprint(at)
}

// compared is the number of elements that have a reference.
func (c *Comparison) compared() (n int) {
	for i := range c.Want {
		if !math.IsInf(c.tolerance(i), 1) {
			n++
		}
	}
	return n
}

// relation says how the values are to the reference.
func (c *Comparison) relation(wrong []int) string {
	if at, ok := Finite(c.Got); !ok {
		return fmt.Sprintf("is not finite: %g at %s", c.Got[at], c.Element(at))
	}
	if Largest(c.Got) == 0 {
		text := fmt.Sprintf("is zero, and %s is not", c.Than)
		if c.Hint == "" {
			text += ": a term is missing, or it is taken for a constant"
		}
		return text
	}
	if f, ok := c.Factor(); ok && math.Abs(f-1) > 1e-3 {
		return c.factorWords(f)
	}
	if c.transposed() {
		return fmt.Sprintf("is the transpose of %s: its rows and columns are exchanged", c.Than)
	}
	if words := c.examples(wrong); words != "" {
		return fmt.Sprintf("is not %s %s", c.Than, words)
	}
	return "is not " + c.Than
}

// Factor returns f if the values are f times the reference, f not 0.
func (c *Comparison) Factor() (f float64, ok bool) {
	var gw, ww float64
	for i, w := range c.Want {
		if !math.IsInf(c.tolerance(i), 1) {
			gw += c.Got[i] * w
			ww += w * w
		}
	}
	if ww == 0 || gw == 0 {
		return 0, false
	}
	f = gw / ww
	size := 0
	for i, w := range c.Want {
		most := c.tolerance(i)
		if math.IsInf(most, 1) {
			continue
		}
		if math.Abs(c.Got[i]-f*w) > max(1, math.Abs(f))*(2*most+(1e-6+c.Rough)*math.Abs(w)) {
			return 0, false
		}
		if math.Abs(w) > most {
			size++
		}
	}
	return f, size > 1 || len(c.Want) == 1
}

func (c *Comparison) factorWords(f float64) string {
	text := fmt.Sprintf("is %.4g times %s", f, c.Than)
	n := float64(c.Batch)
	near := func(x float64) bool { return math.Abs(f-x) < max(1e-4, c.Rough)*math.Abs(x) }
	switch {
	case near(-1):
		return text + ": it has the wrong sign"
	case n > 1 && near(n):
		return text + ", the number of examples: a sum in the place of a mean, or a factor N too much"
	case n > 1 && near(1/n):
		return text + ", one over the number of examples: a mean in the place of a sum, or a factor 1/N too much"
	}
	for _, factor := range c.Factors {
		if near(factor.Is) {
			return text + ": " + factor.Words
		}
	}
	return text
}

// transposed reports whether the values are those of the reference with rows and columns exchanged.
func (c *Comparison) transposed() bool {
	if len(c.Shape) != 2 || c.Shape[0] < 2 || c.Shape[1] < 2 {
		return false
	}
	m, n := c.Shape[0], c.Shape[1]
	for i := range m {
		for j := range n {
			most := max(c.tolerance(i*n+j), 1e-9*math.Abs(c.Want[i*n+j]))
			if !math.IsInf(most, 1) && math.Abs(c.Got[j*m+i]-c.Want[i*n+j]) > 2*most {
				return false
			}
		}
	}
	return true
}

// examples says that some examples alone are wrong, where the first axis is that of the examples.
func (c *Comparison) examples(wrong []int) string {
	if c.Batch < 2 || len(c.Shape) == 0 || c.Shape[0] != c.Batch {
		return ""
	}
	of := map[int]bool{}
	for _, i := range wrong {
		of[i/(len(c.Want)/c.Batch)] = true
	}
	if len(of) == c.Batch {
		return ""
	}
	var names []string
	for e := range c.Batch {
		if of[e] {
			names = append(names, fmt.Sprint(e))
		}
	}
	if len(names) > 4 {
		names = append(names[:4], "…")
	}
	return fmt.Sprintf("in %d of %d examples alone (%s)", len(of), c.Batch, strings.Join(names, ", "))
}

package figures

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/plot"
)

// symmetricScale places v at asinh(v/linear), which is v/linear near 0, and ±log(2|v|/linear)
// far from it.
type symmetricScale struct{ linear float64 }

var _ plot.Normalizer = symmetricScale{}

func (s symmetricScale) at(v float64) float64 { return math.Asinh(v / s.linear) }

// Normalize is the position of v between lo and hi, 0 to 1.
func (s symmetricScale) Normalize(lo, hi, v float64) float64 {
	return (s.at(v) - s.at(lo)) / (s.at(hi) - s.at(lo))
}

// widened is a span with room at both ends.
func (s symmetricScale) widened(of span, room float64) span {
	lo, hi := s.at(of.lo), s.at(of.hi)
	more := room * (hi - lo)
	return span{s.linear * math.Sinh(lo-more), s.linear * math.Sinh(hi+more), true}
}

// ticks labels 0 and decades on both sides, down to the first that is at least linear. If there
// are many it labels every few decades.
func (s symmetricScale) ticks(lo, hi float64, most int) (major, minor []float64) {
	first := power(int(math.Ceil(math.Log10(s.linear) - 1e-9)))
	side := func(begin, end float64) []float64 {
		if begin = max(begin, first); begin > end {
			return nil
		}
		return digits(begin, end, 1)
	}
	left, right := side(-hi, -lo), side(lo, hi)
	every := 1
	for (len(left)+every-1)/every+(len(right)+every-1)/every+1 > most {
		every++
	}
	// The outermost decade of each side has a label, whichever decades have not.
	add := func(values []float64, sign float64) {
		for i, v := range values {
			if (len(values)-1-i)%every == 0 {
				major = append(major, sign*v)
			} else {
				minor = append(minor, sign*v)
			}
		}
	}
	add(left, -1)
	add(right, 1)
	if lo <= 0 && 0 <= hi {
		major = append(major, 0)
	}
	if every == 1 {
		for _, d := range digits(first, max(-lo, hi, first), 2, 3, 4, 5, 6, 7, 8, 9) {
			for _, v := range []float64{d, -d} {
				if lo <= v && v <= hi {
					minor = append(minor, v)
				}
			}
		}
	}
	slices.Sort(major)
	return major, minor
}

func (a *Axis) validateLinear() error {
	switch {
	case a.Linear == 0:
		return nil
	case a.Log:
		return errors.New("it is logarithmic, and on both sides of 0 too: choose one")
	case !(a.Linear >= 1/limit && a.Linear <= limit):
		return errors.New("its linear part is not positive")
	}
	return nil
}

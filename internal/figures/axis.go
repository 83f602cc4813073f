package figures

import (
	"errors"
	"math"
)

// Axis is an axis of a chart.
type Axis struct {
	Label string // what is on the axis and its unit, as in "time (s)"
	Log   bool   // logarithmic

	// Linear above 0 makes the axis logarithmic on both sides of 0, and linear from about −Linear to Linear.
	Linear float64

	// Min and Max are the ends of the axis. If both are 0, the axis has the range of the data and a little more; the y
	// axis then fits the part of the data that the x axis shows.
	Min, Max float64

	// Ticks are the labelled values, for example the batch sizes that were tried. nil: round numbers.
	Ticks []float64

	// Percent labels 0.985 as 98.5%.
	Percent bool
}

// limit is the largest magnitude of a number that is drawn: differences and
// ratios of such numbers are finite.
const limit = 1e150

func finite(v float64) bool { return math.Abs(v) <= limit }

// shows reports whether v can be on the axis, whatever the axis's ends.
func (a *Axis) shows(v float64) bool { return finite(v) && (!a.Log || v >= 1/limit) }

func (a *Axis) validate() error {
	if err := a.validateLinear(); err != nil {
		return err
	}
	switch {
	case a.automatic():
		return nil
	case !finite(a.Min) || !finite(a.Max):
		return errors.New("its ends are not finite")
	case a.Log && !a.shows(a.Min):
		return errors.New("a logarithmic one must begin above 0")
	case a.Min >= a.Max || tooNarrow(a.Min, a.Max):
		return errors.New("its ends are not in ascending order")
	}
	return nil
}

func (a *Axis) automatic() bool { return a.Min == 0 && a.Max == 0 }

// tooNarrow reports whether lo and hi are so close that labels between them would differ by rounding errors only.
func tooNarrow(lo, hi float64) bool {
	return hi-lo <= 1e-9*max(math.Abs(lo), math.Abs(hi))
}

// span is an interval; the zero value is empty.
type span struct {
	lo, hi float64
	some   bool
}

func (s *span) add(v float64) {
	if !s.some {
		*s = span{v, v, true}
		return
	}
	s.lo, s.hi = min(s.lo, v), max(s.hi, v)
}

func (s span) holds(v float64) bool { return s.some && s.lo <= v && v <= s.hi }

// widened returns the ends of an axis for data that span s: room at both ends, or 0 as an end if it is near.
func (a *Axis) widened(s span) span {
	const room = 0.03
	if a.Linear > 0 && !tooNarrow(s.lo, s.hi) {
		return symmetricScale{a.Linear}.widened(s, room)
	}
	if a.Log {
		if tooNarrow(s.lo, s.hi) {
			return span{s.lo / 2, s.hi * 2, true}
		}
		factor := math.Pow(s.hi/s.lo, room)
		return span{s.lo / factor, s.hi * factor, true}
	}
	if tooNarrow(s.lo, s.hi) {
		half := math.Abs(s.lo) / 10
		if half == 0 {
			half = 1
		}
		return span{s.lo - half, s.hi + half, true}
	}
	wide := span{s.lo - room*(s.hi-s.lo), s.hi + room*(s.hi-s.lo), true}
	if s.lo >= 0 && s.lo < 0.2*s.hi {
		wide.lo = 0
	}
	if s.hi <= 0 && s.hi > 0.2*s.lo {
		wide.hi = 0
	}
	return wide
}

// ranges returns the ends of both axes. It reports that there are none if no point lies within the given ends.
func (c *Chart) ranges(curves []curve) (x, y span, found bool) {
	x, y = span{c.X.Min, c.X.Max, true}, span{c.Y.Min, c.Y.Max, true}
	if c.X.automatic() {
		x = span{}
	}
	if c.Y.automatic() {
		y = span{}
	}
	var xs, ys span
	for _, curve := range curves {
		for _, p := range curve.points {
			if x.some && !x.holds(p.X) || y.some && !y.holds(p.Y) {
				continue
			}
			xs.add(p.X)
			ys.add(p.Y)
			for _, v := range []float64{p.Low, p.High} {
				if p.banded() && c.Y.shows(v) {
					ys.add(v)
				}
			}
		}
	}
	if !xs.some {
		return x, y, false
	}
	for _, l := range c.Lines {
		if c.Y.shows(l.Y) {
			ys.add(l.Y)
		}
	}
	if !x.some {
		x = c.X.widened(xs)
	}
	if !y.some {
		y = c.Y.widened(ys)
	}
	return x, y, true
}

func (p Point) banded() bool { return p.Low < p.High && p.Low <= p.Y && p.Y <= p.High }

package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// quantity is how a kind of value is written.
type quantity struct {
	text  func(float64) string
	unit  string // after the median
	never string // for an infinite median
	bound string // for an infinite end of the range
}

var (
	steps   = quantity{func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }, "", "not reached", "∞"}
	seconds = quantity{func(v float64) string { return significant(v, 3) }, "", "not reached", "∞"}
	losses  = quantity{func(v float64) string { return significant(v, 4) }, "", "diverged", "diverged"}
	rates   = quantity{func(v float64) string { return strconv.FormatFloat(100*v, 'f', 2, 64) }, " %", "diverged", "diverged"}
)

// of writes a median and its range, without the range if that says no more.
func (q quantity) of(s results.Spread) string {
	low, high := q.end(s.Low), q.end(s.High)
	if low == high {
		return q.median(s)
	}
	return q.median(s) + " (" + low + "–" + high + ")"
}

func (q quantity) median(s results.Spread) string {
	switch {
	case math.IsNaN(s.Median):
		return "not measured"
	case math.IsInf(s.Median, 0):
		return q.never
	}
	return q.text(s.Median) + q.unit
}

func (q quantity) end(v float64) string {
	switch {
	case math.IsNaN(v):
		return "?"
	case math.IsInf(v, 0):
		return q.bound
	}
	return q.text(v)
}

// significant writes v to n digits.
func significant(v float64, n int) string {
	if v == 0 {
		return "0"
	}
	text := strconv.FormatFloat(v, 'e', n-1, 64)
	_, exponent, _ := strings.Cut(text, "e")
	e, err := strconv.Atoi(exponent)
	if err != nil || e < -4 || e >= 6 { // NaN and infinities have no exponent
		return text
	}
	return strconv.FormatFloat(v, 'f', max(0, n-1-e), 64)
}

// ratio writes how many times as much something is.
func ratio(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v >= 9.995:
		return significant(v, 3) + "×"
	case v > 0 && v < 0.0995:
		return significant(v, 2) + "×"
	}
	return strconv.FormatFloat(v, 'f', 2, 64) + "×"
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

package figures

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
)

// maxTicks is the greatest number of labels on an axis of a chart. A logarithmic axis may have one more.
const maxTicks = 8

// ticker implements plot.Ticker with a greatest number of labels.
type ticker struct {
	axis Axis
	most int
}

var _ plot.Ticker = ticker{}

// Ticks returns the ticks from lo to hi. Minor ticks have no label.
func (t ticker) Ticks(lo, hi float64) []plot.Tick {
	major, minor := t.axis.ticks(lo, hi, t.most)
	ticks := make([]plot.Tick, 0, len(major)+len(minor))
	for i, label := range labels(major, t.axis.Percent) {
		// Beyond the end by a rounding error, a label would be cut off.
		ticks = append(ticks, plot.Tick{Value: min(max(major[i], lo), hi), Label: label})
	}
	for _, v := range minor {
		ticks = append(ticks, plot.Tick{Value: v})
	}
	return ticks
}

// ticks returns the values with a label and the values with a mark only. No value is in both.
func (a *Axis) ticks(lo, hi float64, most int) (major, minor []float64) {
	switch {
	case a.Ticks != nil:
		for _, v := range a.Ticks {
			if lo <= v && v <= hi {
				major = append(major, v)
			}
		}
		return major, nil
	case a.Log:
		return logTicks(lo, hi, most)
	case a.Linear > 0 && max(-lo, hi) >= 10*a.Linear:
		return symmetricScale{a.Linear}.ticks(lo, hi, most)
	}
	return linearTicks(lo, hi, most), nil
}

// linearTicks are the multiples of a step 1, 2 or 5·10ᵏ: the smallest step that does not give too many. Ends may lie
// outside by a rounding error.
func linearTicks(lo, hi float64, most int) []float64 {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(most))))
	for _, factor := range []float64{1, 2, 5, 10} {
		first, last := math.Ceil(lo/(factor*step)-1e-9), math.Floor(hi/(factor*step)+1e-9)
		if last-first >= float64(most) {
			continue
		}
		var ticks []float64
		for i := first; i <= last; i++ {
			ticks = append(ticks, i*factor*step+0) // + 0: no −0
		}
		return ticks
	}
	return nil
}

// logTicks labels decades, or every few decades if there are many. If there are hardly more than two decades it labels 2
// and 5 too. If that is not enough it labels all digits, or the values of a linear axis.
func logTicks(lo, hi float64, most int) (major, minor []float64) {
	ks := exponents(lo, hi)
	if math.Log10(hi/lo) > 2.1 && len(ks) >= 3 {
		every := (len(ks)-1)/most + 1
		for _, k := range ks {
			if k%every == 0 {
				major = append(major, power(k))
			} else {
				minor = append(minor, power(k))
			}
		}
		if every == 1 {
			minor = digits(lo, hi, 2, 3, 4, 5, 6, 7, 8, 9)
		}
		return major, minor
	}
	if major = digits(lo, hi, 1, 2, 5); len(major) >= 3 {
		return major, digits(lo, hi, 3, 4, 6, 7, 8, 9)
	}
	if major = digits(lo, hi, 1, 2, 3, 5, 7); len(major) >= 3 && most < maxTicks {
		return major, digits(lo, hi, 4, 6, 8, 9)
	}
	if major = digits(lo, hi, 1, 2, 3, 4, 5, 6, 7, 8, 9); len(major) >= 3 {
		return major, nil
	}
	return linearTicks(lo, hi, most), nil
}

// exponents are all k for which 10ᵏ may lie between lo and hi.
func exponents(lo, hi float64) []int {
	var ks []int
	for k := int(math.Ceil(math.Log10(lo) - 1e-9)); k <= int(math.Floor(math.Log10(hi)+1e-9)); k++ {
		ks = append(ks, k)
	}
	return ks
}

// digits are all d·10ᵏ between lo and hi, in ascending order.
func digits(lo, hi float64, ds ...int) []float64 {
	var values []float64
	for _, k := range exponents(lo/10, hi) {
		for _, d := range ds {
			if v := float64(d) * power(k); lo*(1-1e-9) <= v && v <= hi*(1+1e-9) {
				values = append(values, v)
			}
		}
	}
	return slices.Compact(values)
}

// power is 10ᵏ, rounded correctly where it is a decimal of few places.
func power(k int) float64 {
	if k < 0 {
		return 1 / math.Pow(10, float64(-k))
	}
	return math.Pow(10, float64(k))
}

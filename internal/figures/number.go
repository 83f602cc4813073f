package figures

import (
	"math"
	"strconv"
	"strings"
)

// labels writes the values of an axis with enough decimals that they differ. If a value is very large or small, all are
// written with powers of ten.
func labels(values []float64, percent bool) []string {
	texts := make([]string, len(values))
	scale, suffix := 1.0, ""
	if percent {
		scale, suffix = 100, "%"
	}
	powers := false
	for _, v := range values {
		v = math.Abs(v * scale)
		powers = powers || v >= 1e6 || v > 0 && v < 0.999e-3
	}
	even := spacing(values)*scale > 0
	places := decimals(spacing(values) * scale)
	for i, v := range values {
		switch v *= scale; {
		case powers:
			texts[i] = scientific(v)
		case even:
			texts[i] = decimal(v, places)
		default:
			texts[i] = decimal(v, -1)
		}
		texts[i] += suffix
	}
	return texts
}

// spacing is the distance between equidistant values. It is 0 for other values, each of which has decimals of its own.
func spacing(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	step := values[1] - values[0]
	for i := 2; i < len(values); i++ {
		if math.Abs(values[i]-values[i-1]-step) > 1e-6*math.Abs(step) {
			return 0
		}
	}
	return math.Abs(step)
}

// decimals is the number of decimals of a step d·10ᵏ.
func decimals(step float64) int {
	if step == 0 {
		return 0
	}
	return max(0, -int(math.Floor(math.Log10(step)+1e-9)))
}

// decimal writes v with a number of decimals, commas between thousands and a proper minus. −1 decimals are as many as v
// needs to 12 digits.
func decimal(v float64, places int) string {
	if places < 0 {
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', places, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 {
		return "−" + whole
	}
	return whole
}

// scientific writes v as d×10ᵏ, or 10ᵏ alone.
func scientific(v float64) string {
	if v == 0 {
		return "0"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 11, 64), "e")
	digits, _ := strconv.ParseFloat(mantissa, 64)
	k, _ := strconv.Atoi(exponent)
	ten := "10" + superscript(k)
	switch digits {
	case 1:
		return ten
	case -1:
		return "−" + ten
	}
	return decimal(digits, -1) + "×" + ten
}

// significant writes v, at least 0, to three digits.
func significant(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 1e6 || v < 1e-3:
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
		return scientific(v)
	}
	return decimal(v, max(0, 2-int(math.Floor(math.Log10(v)))))
}

func superscript(k int) string {
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return '⁻'
		}
		return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0']
	}, strconv.Itoa(k))
}

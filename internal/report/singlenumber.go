package report

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/gokfac/gokfac/internal/results"
)

// numberOf is a number among fields of any kind, as a program has them or as JSON
// had them; NaN if there is none.
func numberOf(fields results.Fields[any], name string) float64 {
	value, ok := fields.Get(name)
	if !ok {
		return math.NaN()
	}
	text, err := json.Marshal(value)
	if err != nil {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// shorten cuts a name to a number of characters.
func shorten(name string, most int) string {
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// scalar writes a number of any size to four digits.
func scalar(v float64) string {
	if !finite(v) {
		return absent
	}
	return significant(v, 4)
}

// thousands writes a count with commas between thousands.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

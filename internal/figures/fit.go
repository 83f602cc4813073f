package figures

import (
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// wrap breaks a text between words into lines of at most a width. It cuts words that are longer.
func wrap(txt string, s text.Style, width vg.Length) []string {
	var lines []string
	for _, word := range strings.Fields(txt) {
		word = shorten(word, s, width)
		if n := len(lines); n > 0 && s.Width(lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// shorten cuts a text to a width, so that it leaves room for its neighbours.
func shorten(txt string, s text.Style, width vg.Length) string {
	if s.Width(txt) <= width {
		return txt
	}
	runes := []rune(txt)
	low, high := 0, len(runes) // number of runes that fit, and number that does not
	for high-low > 1 {
		if mid := (low + high) / 2; s.Width(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid
		}
	}
	return string(runes[:low]) + "…"
}

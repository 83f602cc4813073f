package job

import "strings"

// Alternatives is "a, b or c".
func Alternatives(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// DidYouMean asks about the name that text looks like, in brackets, or is
// empty.
func DidYouMean(text string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if len(text) == len(name) && len(name) < 4 {
			continue // two short words are always alike
		}
		if d := distance(strings.ToLower(text), name); d < least && 2*d < len(name) {
			best, least = name, d
		}
	}
	for _, name := range names {
		if best == "" && min(len(text), len(name)) >= 3 && (strings.HasPrefix(text, name) || strings.HasPrefix(name, text)) {
			best = name
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// distance is the least number of letters inserted, deleted or replaced that
// turns a into b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

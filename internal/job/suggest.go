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

// distance is the least number of letters inserted, deleted or replaced, or of
// neighbors that change places, that turns a into b, no letter taken twice
// (optimal string alignment).
func distance(a, b string) int {
	// rows[i][j] is the distance of a's first i letters from b's first j.
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

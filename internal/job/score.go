package job

import "strings"

// Better tells whether score v is nearer to what one wants than w.
func Better(score string, v, w float64) bool {
	if HigherIsBetter(score) {
		return v > w
	}
	return v < w
}

// HigherIsBetter tells in which direction a score improves, as the metric says
// that it is of; losses have none. The name is that of the metric, behind the
// prefix of an evaluation.
func HigherIsBetter(score string) bool {
	for _, model := range Models() {
		for _, m := range model.metrics() {
			if score == m.Name() || strings.HasSuffix(score, "_"+m.Name()) {
				return m.HigherIsBetter()
			}
		}
	}
	return false
}

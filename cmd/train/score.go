package main

import "strings"

// better tells whether score v is nearer to what one wants than w.
func better(score string, v, w float64) bool {
	if higherIsBetter(score) {
		return v > w
	}
	return v < w
}

// higherIsBetter tells in which direction a score improves, as the metric says
// that it is of; losses have none. The name is that of the metric, behind the
// prefix of an evaluation.
func higherIsBetter(score string) bool {
	for _, model := range models() {
		for _, m := range metrics(model.name) {
			if score == m.Name() || strings.HasSuffix(score, "_"+m.Name()) {
				return m.HigherIsBetter()
			}
		}
	}
	return false
}

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestDirections: every score of every model has that of its metric.
func TestDirections(t *testing.T) {
	for _, model := range models() {
		higher := map[string]bool{}
		for _, m := range metrics(model.name) {
			for _, prefix := range []string{"", "test_"} {
				higher[prefix+m.Name()] = m.HigherIsBetter()
			}
		}
		for _, score := range scoresOf(model.name) {
			assert.Equal(t, higher[score], higherIsBetter(score), score)
			assert.Equal(t, higher[score], better(score, 2, 1), score)
		}
	}
	assert.True(t, higherIsBetter("test_accuracy"))
	assert.False(t, higherIsBetter("test_loss"))
	assert.False(t, higherIsBetter("inaccuracy"))
}

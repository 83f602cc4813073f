package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// everyModel is a settings of each, without a validation part and with one.
func everyModel() (list []*settings) {
	for _, model := range models() {
		list = append(list, &settings{model: model.name}, &settings{model: model.name, validation: 0.1})
	}
	return list
}

// TestDirections: every score of every model has that of its metric.
func TestDirections(t *testing.T) {
	for _, s := range everyModel() {
		higher := map[string]bool{}
		for _, m := range metrics(s.model) {
			for _, prefix := range []string{"", testPrefix, validationPrefix} {
				higher[prefix+m.Name()] = m.HigherIsBetter()
			}
		}
		for _, score := range s.scores() {
			assert.Equal(t, higher[score], higherIsBetter(score), score)
			assert.Equal(t, higher[score], better(score, 2, 1), score)
		}
	}
	assert.True(t, higherIsBetter("test_accuracy"))
	assert.True(t, higherIsBetter("validation_accuracy"))
	assert.False(t, higherIsBetter("test_loss"))
	assert.False(t, higherIsBetter("validation_loss"))
	assert.False(t, higherIsBetter("inaccuracy"))
}

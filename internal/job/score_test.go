package job

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// everyModel is a settings of each, without a validation part and with one.
func everyModel() (list []*Spec) {
	for _, model := range Models() {
		list = append(list, &Spec{Model: model.Name}, &Spec{Model: model.Name, Validation: 0.1})
	}
	return list
}

// TestDirections: every score of every model has that of its metric.
func TestDirections(t *testing.T) {
	for _, s := range everyModel() {
		higher := map[string]bool{}
		for _, m := range s.model().metrics() {
			for _, prefix := range []string{"", testPrefix, ValidationPrefix} {
				higher[prefix+m.Name()] = m.HigherIsBetter()
			}
		}
		for _, score := range s.Scores() {
			assert.Equal(t, higher[score], HigherIsBetter(score), score)
			assert.Equal(t, higher[score], Better(score, 2, 1), score)
		}
	}
	assert.True(t, HigherIsBetter("test_accuracy"))
	assert.True(t, HigherIsBetter("validation_accuracy"))
	assert.False(t, HigherIsBetter("test_loss"))
	assert.False(t, HigherIsBetter("validation_loss"))
	assert.False(t, HigherIsBetter("inaccuracy"))
}

// TestComparisonByValidation: a search ranks by the validation score.
func TestComparisonByValidation(t *testing.T) {
	for model, want := range map[string]string{
		"mlp": "validation_accuracy", "autoencoder": "validation_reconstruction_error", "regression": "validation_loss",
	} {
		s := parsed(t, "-model "+model+" -validation 0.2")
		assert.Equal(t, want, s.MainScore())
		assert.Equal(t, want, s.MainFirst()[0])
		s = parsed(t, "-model "+model)
		assert.Equal(t, strings.TrimPrefix(strings.Replace(want, "validation_", "test_", 1), map[bool]string{true: "test_"}[model == "autoencoder"]), s.MainScore())
	}
}

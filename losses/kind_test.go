package losses_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/losses"
)

// scaled is a loss of one's own with a setting.
type scaled struct {
	losses.SquaredError
	By float64
}

// TestEncodeDecode: every loss comes back, with its settings.
func TestEncodeDecode(t *testing.T) {
	kinds := append(losses.Kinds(), losses.NewKind("scaled", func(s scaled) float64 { return s.By },
		func(by float64) (scaled, error) { return scaled{By: by}, nil }))
	for text, l := range map[string]losses.Loss{
		`{"kind":"softmax-cross-entropy"}`:                              losses.SoftmaxCrossEntropy{},
		`{"kind":"squared-error"}`:                                      losses.SquaredError{},
		`{"kind":"sigmoid-cross-entropy"}`:                              losses.SigmoidCrossEntropy{},
		`{"kind":"diagonal-gaussian"}`:                                  losses.DiagonalGaussian{},
		`{"kind":"weighted","settings":{"of":"diagonal-gaussian"}}`:     losses.Weighted{Canonical: losses.DiagonalGaussian{}},
		`{"kind":"weighted","settings":{"of":"sigmoid-cross-entropy"}}`: losses.Weighted{Canonical: losses.SigmoidCrossEntropy{}},
		`{"kind":"scaled","settings":0.1}`:                              scaled{By: 0.1},
		`{"cost":{"kind":"class-cost","settings":{"weights":[1,0.1],"smoothing":0.2}},"distribution":{"kind":"softmax-cross-entropy"}}`: losses.With(
			&losses.ClassCost{Weights: []float64{1, 0.1}, Smoothing: 0.2}, losses.SoftmaxCrossEntropy{}),
		`{"cost":{"kind":"scaled","settings":2},"distribution":{"kind":"squared-error"}}`: losses.With(scaled{By: 2}, losses.SquaredError{}),
	} {
		got, err := losses.Encode(l, kinds)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
		back, err := losses.Decode(got, kinds)
		require.NoError(t, err)
		assert.Equal(t, l, back)
	}
}

// TestEncodeFails by errors that name the loss.
func TestEncodeFails(t *testing.T) {
	_, err := losses.Encode(scaled{}, losses.Kinds())
	assert.ErrorContains(t, err, "no kind describes losses_test.scaled")
	_, err = losses.Encode(losses.With(scaled{}, losses.SquaredError{}), losses.Kinds())
	assert.ErrorContains(t, err, "no kind describes losses_test.scaled")
	_, err = losses.Encode(losses.With(losses.SquaredError{}, nil), losses.Kinds())
	assert.ErrorContains(t, err, "no kind describes <nil>")
	_, err = losses.Encode(losses.SquaredError{}, append(losses.Kinds(), losses.Kinds()[0]))
	assert.ErrorContains(t, err, `two kinds are called "softmax-cross-entropy"`)
	_, err = losses.Decode([]byte(`{}`), []losses.Kind{{}})
	assert.ErrorContains(t, err, "a kind without a name")
	for _, bad := range []string{``, `{}`, `{"kind":"weighted"}`, `{"kind":"squared-error","settings":{"x":1}}`, `{"kind":"squared-error"} 1`} {
		_, err = losses.Decode([]byte(bad), losses.Kinds())
		assert.Error(t, err, bad)
	}
}

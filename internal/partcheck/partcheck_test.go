package partcheck_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/partcheck"
)

// TestDerivative: of functions whose derivative is known, within the error that it claims, which is small.
func TestDerivative(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(x float64) float64
		want float64
	}{
		"line":           {func(x float64) float64 { return 3 * x }, 3},
		"constant":       {func(float64) float64 { return 7 }, 0},
		"sine":           {func(x float64) float64 { return math.Sin(2*x + 0.3) }, 2 * math.Cos(0.3)},
		"steep":          {func(x float64) float64 { return math.Exp(20*x) / 20 }, 1},
		"cube":           {func(x float64) float64 { return math.Pow(x-1.3, 3) }, 3 * 1.3 * 1.3},
		"parabola at 0":  {func(x float64) float64 { return x * x }, 0},
		"far kink":       {func(x float64) float64 { return math.Max(0, x+0.1) }, 1},
		"sharp":          {func(x float64) float64 { return math.Tanh(400*x) / 400 }, 1},
		"large constant": {func(x float64) float64 { return 1e3 + math.Tanh(x) }, 1},
	} {
		s, err := partcheck.Derivative(func(x float64) ([]float64, error) { return []float64{c.f(x)}, nil })
		require.NoError(t, err)
		assert.False(t, s.Kink[0], name)
		assert.InDelta(t, c.want, s.Values[0], s.Errors[0], name)
		assert.Less(t, s.Errors[0], 3e-7, name)
	}
}

// TestKinks: at 0, and within a step of it.
func TestKinks(t *testing.T) {
	for _, at := range []float64{0, 1e-6, -1e-5, 1e-4, -2e-4, 3e-4, -4e-4, 6e-4, 9e-4} {
		s, err := partcheck.Derivative(func(x float64) ([]float64, error) {
			return []float64{math.Max(0, x-at), 2*x + 3*math.Abs(x-at), math.Sin(x)}, nil
		})
		require.NoError(t, err)
		for i, want := range []float64{math.Copysign(0.5, -at) + 0.5, 2 - 3*math.Copysign(1, at)} {
			assert.False(t, s.Kink[i] && math.Abs(at) > 2e-5, "smaller steps are beside a kink at %g", at)
			assert.True(t, s.Kink[i] || math.Abs(s.Values[i]-want) <= s.Errors[i], "kink at %g, element %d: %g ± %g", at, i, s.Values[i], s.Errors[i])
		}
		assert.False(t, s.Kink[2])
		if at == 0 {
			assert.True(t, s.Kink[0] && s.Kink[1])
		}
	}
}

func TestDerivativeError(t *testing.T) {
	calls := 0
	_, err := partcheck.Derivative(func(float64) ([]float64, error) {
		if calls++; calls == 3 {
			return nil, assert.AnError
		}
		return []float64{1}, nil
	})
	assert.ErrorIs(t, err, assert.AnError)
}

// TestMessages: a failure says in words how the values are to the reference.
func TestMessages(t *testing.T) {
	want := []float64{1, 2, 3, 4, 5, 6}
	times := func(f float64) []float64 {
		x := append([]float64{}, want...)
		for i := range x {
			x[i] *= f
		}
		return x
	}
	inf := math.Inf(1)
	for text, c := range map[string]*partcheck.Comparison{
		"the slope is 2 times the difference (element [2 1]: 12 instead of 6; 6 of 6 elements differ)":                                                                               {Got: times(2)},
		"the slope is -1 times the difference: it has the wrong sign (element [2 1]: -6 instead of 6; 6 of 6 elements differ)":                                                       {Got: times(-1)},
		"the slope is 3 times the difference, the number of examples: a sum in the place of a mean, or a factor N too much (element [2 1]: 18 instead of 6; 6 of 6 elements differ)": {Got: times(3), Batch: 3},
		"the slope is zero, and the difference is not: a term is missing, or it is taken for a constant (element [2 1]: 0 instead of 6; 6 of 6 elements differ)":                     {Got: times(0)},
		"the slope is the transpose of the difference: its rows and columns are exchanged (element [1 0]: 5 instead of 3; 4 of 6 elements differ)":                                   {Got: []float64{1, 3, 5, 2, 4, 6}},
		"the slope is not the difference in 1 of 3 examples alone (1) (element [1 0]: 4 instead of 3; 1 of 6 elements differ): look there":                                           {Got: []float64{1, 2, 4, 4, 5, 6}, Batch: 3, Hint: "look there"},
		"the slope is not finite: NaN at [0 1] (element [0 1]: NaN instead of 2; 1 of 6 elements differ)":                                                                            {Got: []float64{1, math.NaN(), 3, 4, 5, 6}},
		"the slope is not the difference (element [2 1]: 6.000000001 instead of 6; 1 of 5 elements differ)": {
			Got: []float64{1, 2, 99, 4, 5, 6 + 1e-9}, Tolerance: []float64{0, 0, inf, 0, 0, 1e-10},
		},
		"the slope has 1 elements, and the difference 6": {Got: []float64{1}},
		"the slope is 0.3333 times the difference, one over the number of examples: a mean in the place of a sum, or a factor 1/N too much (element [2 1]: 2 instead of 6; 6 of 6 elements differ)": {Got: times(1. / 3), Batch: 3},
		"": {Got: []float64{1, 2, 99, 4, 5, 6 + 1e-10}, Tolerance: []float64{0, 0, inf, 0, 0, 1e-9}},
	} {
		c.What, c.Than, c.Want, c.Shape = "the slope", "the difference", want, []int{3, 2}
		if c.Tolerance == nil {
			c.Tolerance = []float64{1e-9}
		}
		got, ok := c.Message()
		assert.Equal(t, text, got)
		assert.Equal(t, text == "", ok)
	}
}

// recorder keeps what a Report tells.
type recorder struct{ errors, logs []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

// TestReport: lines begin with the part and the check, and a check's failures are told three times, each message once.
func TestReport(t *testing.T) {
	r := &recorder{}
	report := partcheck.NewReport(r, "layertest", "*mine.Scale")
	for i := range 5 {
		report.Fail("gradient", "number %d\nof many", i)
		report.Fail("taps", "always the same")
	}
	report.Skip("second order", "no rule")
	report.Skip("second order", "no rule")
	report.Close()
	assert.Equal(t, []string{
		"layertest: *mine.Scale: gradient: number 0 of many", "layertest: *mine.Scale: taps: always the same",
		"layertest: *mine.Scale: gradient: number 1 of many", "layertest: *mine.Scale: gradient: number 2 of many",
		"layertest: *mine.Scale: gradient: 2 more failures like these",
	}, r.errors)
	assert.Equal(t, []string{"layertest: *mine.Scale: second order: skipped: no rule"}, r.logs)
	assert.Equal(t, []string{"gradient", "taps"}, report.Failed())
	assert.True(t, report.FailedIn("taps"))
}

package losstest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

// library has a loss of each of the library's kinds, by name, with all that each can do.
var library = map[string][]losses.Loss{
	"softmax-cross-entropy": {losses.SoftmaxCrossEntropy{}},
	"squared-error":         {losses.SquaredError{}},
	"sigmoid-cross-entropy": {losses.SigmoidCrossEntropy{}},
	"diagonal-gaussian":     {losses.DiagonalGaussian{}},
	"class-cost": {
		losses.With(&losses.ClassCost{}, losses.SoftmaxCrossEntropy{}),
		losses.With(&losses.ClassCost{Smoothing: 0.1}, losses.SoftmaxCrossEntropy{}),
		losses.With(&losses.ClassCost{Weights: []float64{1, 0, 3, 0.5, 2}, Smoothing: 0.2}, losses.SoftmaxCrossEntropy{}),
	},
	"weighted": {
		losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}, losses.Weighted{Canonical: losses.SquaredError{}},
		losses.Weighted{Canonical: losses.SigmoidCrossEntropy{}}, losses.Weighted{Canonical: losses.DiagonalGaussian{}},
	},
}

// TestLibrary: every loss of the library passes, and every kind is here.
func TestLibrary(t *testing.T) {
	for _, kind := range losses.Kinds() {
		require.NotEmpty(t, library[kind.Name()], "a loss of kind %q", kind.Name())
		for _, l := range library[kind.Name()] {
			t.Run(kind.Name(), func(t *testing.T) {
				cfg := losstest.Config{}
				if text, err := losses.Encode(l, losses.Kinds()); err == nil && strings.Contains(string(text), "diagonal-gaussian") {
					cfg.Large = 20 // its density has no bound, and a deviation of e^−1000 no number
				}
				losstest.Check(t, l, cfg)
			})
		}
	}
	assert.Len(t, library, len(losses.Kinds()))
}

// A deviation of e^−1000 makes the cost of a Gaussian infinite: it is told, until the configuration says what is large.
func TestLargeIsTold(t *testing.T) {
	r := faultsOf(t, losses.DiagonalGaussian{}, losstest.Config{})
	require.NotEmpty(t, r.faults)
	for _, fault := range r.faults {
		assert.Contains(t, fault, ": large: ")
	}
	assert.Contains(t, r.faults[0], "if such outputs cannot be, set Config.Large")
	assert.Empty(t, faultsOf(t, losses.DiagonalGaussian{}, losstest.Config{Large: graph.None}).faults)
	assert.Empty(t, faultsOf(t, losses.DiagonalGaussian{}, losstest.Config{Skip: []string{"large"}}).faults)
}

// Reports are the same whenever the seed is, also where other tests run.
func TestReportsAreReproducible(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, faultsOf(t, losses.SoftmaxCrossEntropy{}, losstest.Config{}).faults)
			wrong := func() []string {
				l := &planted{Loss: losses.SoftmaxCrossEntropy{}, build: times(losses.SoftmaxCrossEntropy{}.Build, constant(2), constant(3))}
				return faultsOf(t, l, losstest.Config{Seed: 5}).faults
			}
			first := wrong()
			assert.NotEmpty(t, first)
			assert.Equal(t, first, wrong())
		})
	}
}

// The package's table has every check, in the order of the reports.
func TestChecksAreDocumented(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "# The checks\n//\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n//\n")
	var names []string
	for _, line := range strings.Split(table, "\n") {
		names = append(names, strings.Fields(line)[1])
	}
	assert.Equal(t, losstest.Checks(), names)
}

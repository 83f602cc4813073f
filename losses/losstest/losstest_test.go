package losstest_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
	"github.com/gokfac/gokfac/natural/policy"
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

// The clipped surrogate of a policy has advantages and old log-probabilities for further targets.
func TestPolicysSurrogate(t *testing.T) {
	for name, f := range map[string]policy.Family{"categorical": policy.Categorical{N: 3}, "Gaussian": &policy.Gaussian{Deviations: []float64{1, 2}}} {
		t.Run(name, func(t *testing.T) {
			losstest.Check(t, losses.With(policy.Clipped{Family: f, Clip: 0.2, Entropy: 0.05}, f.Loss()), losstest.Config{
				Outputs: f.Outputs(), Large: 10,
				More: func(r *rand.Rand) [][]float64 { return [][]float64{{r.NormFloat64()}, {-1.1 + 0.3*r.NormFloat64()}} },
			})
		})
	}
}

// Other numbers of outputs, other outputs, other numbers of samples.
func TestOtherOutputs(t *testing.T) {
	for _, cfg := range []losstest.Config{{Outputs: 1}, {Outputs: 7}, {Spread: 0.1}, {Spread: 3}} {
		cfg.Samples = 1000
		losstest.Check(t, losses.SigmoidCrossEntropy{}, cfg)
		losstest.Check(t, losses.SquaredError{}, cfg)
		if cfg.Outputs != 1 {
			losstest.Check(t, losses.SoftmaxCrossEntropy{}, cfg)
		}
	}
}

// A deviation of e^−1000 makes the cost of a Gaussian infinite: it is told, until the configuration says what is large.
func TestLargeIsTold(t *testing.T) {
	r := faultsOf(t, losses.DiagonalGaussian{}, losstest.Config{Skip: allBut(losstest.Large)})
	require.NotEmpty(t, r.faults)
	assert.Contains(t, r.faults[0], "if such outputs cannot be, set Config.Large")
	assert.Empty(t, faultsOf(t, losses.DiagonalGaussian{}, losstest.Config{Large: graph.None, Samples: 2000}).faults)
	assert.Empty(t, faultsOf(t, losses.DiagonalGaussian{}, losstest.Config{Skip: map[losstest.Aspect]string{losstest.Large: "its density has no bound"}, Samples: 2000}).faults)
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

// What follows from a failure is left out, and the log says so.
func TestConsequencesAreLeftOut(t *testing.T) {
	r := faultsOf(t, &planted{Loss: losses.SoftmaxCrossEntropy{}, build: times(losses.SoftmaxCrossEntropy{}.Build, constant(1), constant(2))}, losstest.Config{})
	require.Len(t, r.faults, 1)
	assert.Contains(t, r.faults[0], ": gradient: the gradient of Build is 2 times")
	assert.Contains(t, r.notes, "losstest: *losstest_test.planted: network: skipped: gradient failed")
}

// A loss that draws from the stream itself passes, and the log says what it lacks. One
// that draws by example lacks nothing.
func TestDrawsFromTheStreamAreNoted(t *testing.T) {
	const note = "sample: skipped: whether processes that share a mini-batch draw the targets that one draws"
	squared := losses.SquaredError{}
	own := &planted{Loss: squared, sample: drawn(squared.TargetShape, func(r *rand.Rand, out, z []float64) {
		for i, v := range z {
			out[i] = v + r.NormFloat64()
		}
	})}
	r := faultsOf(t, own, losstest.Config{})
	assert.Empty(t, r.faults)
	assert.Contains(t, strings.Join(r.notes, "\n"), note)
	r = faultsOf(t, squared, losstest.Config{})
	assert.Empty(t, r.faults)
	assert.NotContains(t, strings.Join(r.notes, "\n"), note)
}

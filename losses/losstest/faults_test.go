package losstest_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

// Each fault is found by the check that is meant for it, whose message says what is wrong.
func TestPlantedFaults(t *testing.T) {
	softmax, squared, sigmoid := losses.SoftmaxCrossEntropy{}, losses.SquaredError{}, losses.SigmoidCrossEntropy{}
	once := constant(1)
	kept := map[*graph.Builder][]float64{}
	for _, c := range []struct {
		fault  string
		loss   losses.Loss
		aspect losstest.Aspect
		words  []string
	}{
		{"gradient without 1/N", &planted{Loss: squared, build: times(squared.Build, once, examples)}, "gradient",
			[]string{"the gradient of Build is 5 times the finite difference of Build, the number of examples: a sum in the place of a mean, or a factor N too much", " of 15 elements differ)"}},
		{"gradient that is a mean over units", &planted{Loss: softmax, build: times(softmax.Build, once, perUnit)}, "gradient",
			[]string{"is 0.3333 times", "a mean over the 3 units where the sum is wanted"}},
		{"gradient of the wrong sign", &planted{Loss: softmax, build: times(softmax.Build, once, constant(-1))}, "gradient",
			[]string{"is -1 times the finite difference of Build: it has the wrong sign"}},
		{"gradient that ignores the seed", &planted{Loss: squared, build: seedless}, "gradient",
			[]string{"for a seed of 0.7", "Diff must multiply by d.Grad"}},
		{"cost that is a sum over examples", &planted{Loss: softmax, build: times(softmax.Build, examples, examples)}, "batch",
			[]string{"Build of a batch of 2 is 2 times the mean of its examples' own, the number of examples: a sum in the place of a mean, or a factor N too much"}},
		{"wrong tangent", &planted{Loss: sigmoid, mean: bentMean}, "tangent",
			[]string{"the tangent of Mean is 2 times its finite difference"}},
		{"factor 2 of the squared error with H_L = I", &planted{Loss: squared, build: times(squared.Build, constant(2), constant(2)),
			nll: times(squared.Build, constant(2), constant(2))}, "fisher",
			[]string{"BBᵀ by FactorProduct", " times the mean of score·scoreᵀ over 20000 samples", "a score that is twice as large?"}},
		{"cost of another scale than its curvature", &planted{Loss: squared, build: times(squared.Build, constant(2), constant(2))}, "surrogate",
			[]string{"the gradient of Build is 2 times the gradient of NegativeLogLikelihood", "set Config.Surrogate"}},
		{"B transposed", &planted{Loss: softmax, factor: softmax.FactorTransposeProduct, transpose: softmax.FactorProduct}, "fisher",
			[]string{"BᵀB is right: FactorProduct and FactorTransposeProduct are interchanged"}},
		{"B in the place of its transpose", &planted{Loss: softmax, transpose: softmax.FactorProduct}, "fisher",
			[]string{"FactorTransposeProduct is FactorProduct itself, and B is not symmetric"}},
		{"1/N in B", &planted{Loss: sigmoid, factor: times(sigmoid.FactorProduct, perExample, perExample)}, "fisher",
			[]string{"a 1/N in each factor, N = 9?"}},
		{"1/N in B, seen in rows", &planted{Loss: sigmoid, factor: times(sigmoid.FactorProduct, perExample, perExample)}, "batch",
			[]string{"FactorProduct of a batch of 2 is 0.5 times its examples' own rows, one over the number of examples", "a factor 1/N too much"}},
		{"the most probable class in the place of a sample", &planted{Loss: softmax, sample: drawn(softmax.TargetShape, mostProbable)}, "sample",
			[]string{"Sample draws the same targets for two seeds", "is this the most probable target"}},
		{"the mean in the place of a sample", &planted{Loss: squared, sample: squared.Mean}, "sample",
			[]string{"Sample draws the same targets for two seeds", "or the mean, in the place of a sample?"}},
		{"samples drawn once for ever", &planted{Loss: squared, sample: func(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
			return drawn(squared.TargetShape, func(r *rand.Rand, out, z []float64) {
				for len(kept[b]) < len(out) {
					kept[b] = append(kept[b], r.NormFloat64())
				}
				for i, v := range z {
					out[i] = v + kept[b][i]
				}
			})(b, z)
		}}, "sample", []string{"Sample gives the same targets in every run", "not when the graph is built"}},
		{"samples from a generator of one's own", &planted{Loss: squared, sample: drawn(squared.TargetShape, func(_ *rand.Rand, out, z []float64) {
			for i, v := range z {
				out[i] = v + rand.NormFloat64()
			}
		})}, "sample", []string{"Sample draws other targets for the same seed", "or from Streams.Sample, alone"}},
		{"one generator for all examples", &planted{Loss: squared, sample: func(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
			draws := b.DrawsOf(graph.Targets)
			return drawn(squared.TargetShape, func(_ *rand.Rand, out, z []float64) {
				r := draws.Example(0)
				for i, v := range z {
					out[i] = v + r.NormFloat64()
				}
			})(b, z)
		}}, "sample", []string{"the targets that process 0 of 2 draws", "those of one process for the same examples", "call Draws.Example once for each example"}},
		{"samples of twice the logits", &planted{Loss: softmax, sample: func(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
			twice, err := scaled(b, z, 2, 2)
			if err != nil {
				return nil, err
			}
			return softmax.Sample(b, twice)
		}}, "likelihood", []string{"how often Sample draws each target", "its probability by NegativeLogLikelihood", "samples are not from p(y|z)"}},
		{"one random number for all examples", &planted{Loss: squared, sample: drawn(squared.TargetShape, func(r *rand.Rand, out, z []float64) {
			e := r.NormFloat64()
			for i, v := range z {
				out[i] = v + e
			}
		})}, "sample", []string{"or one random number for all examples?"}},
		{"a gradient through samples", &planted{Loss: squared, sample: throughSample, nll: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
			return distance(b, z, y, half, ident, true)
		}}, "sample",
			[]string{"the gradient of NegativeLogLikelihood of samples", "a gradient flows through Sample, whose op must have Const set"}},
		{"samples of too small a spread", &planted{Loss: squared, sample: drawn(squared.TargetShape, func(r *rand.Rand, out, z []float64) {
			for i, v := range z {
				out[i] = v + 0.9*r.NormFloat64()
			}
		})}, "fisher", []string{"the mean of score·scoreᵀ over 20000 samples", "is 1.2"}},
		{"wrong mean", &planted{Loss: softmax, mean: func(b *graph.Builder, z *graph.Node) (*graph.Node, error) { return sigmoid.Mean(b, z) }}, "mean",
			[]string{"Mean at outputs [", "the mean of targets over all 3 targets"}},
		{"wrong mean of real targets", &planted{Loss: squared, mean: func(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
			return scaled(b, z, 0.5, 0.5)
		}}, "mean", []string{"is 0.50", "the mean of targets over 20000 samples"}},
		{"KL reversed", &planted{Loss: softmax, kl: func(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) { return softmax.KL(b, z, z0) }}, "building",
			[]string{"no gradient flows from KL to the outputs"}},
		{"KL reversed, with its gradient", &planted{Loss: sigmoid, kl: reversed}, "kl",
			[]string{"KL(p(·|z) ‖ p(·|z₀)) is right: the two outputs are interchanged"}},
		{"KL without 1/N", &planted{Loss: softmax, kl: times(softmax.KL, examples, examples)}, "batch",
			[]string{"KL of a batch of 2 is 2 times the mean of its examples' own, the number of examples: a sum in the place of a mean, or a factor N too much"}},
		{"KL of half the size", &planted{Loss: squared, kl: times(squared.KL, constant(0.5), constant(0.5))}, "kl",
			[]string{"a ½ that the other does not have", "the mean of log p(y|z₀)/p(y|z) over 20000 samples"}},
		{"KL with a constant", &planted{Loss: squared, kl: func(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
			return shifted(b, z0, z, 1)
		}}, "kl", []string{"for equal outputs z₀ = z =", "want 0"}},
		{"a negative log-likelihood of half the size", &planted{Loss: softmax, nll: times(softmax.NegativeLogLikelihood, constant(0.5), constant(0.5))}, "likelihood",
			[]string{"the sum of exp(−NegativeLogLikelihood) over all 3 targets", "it is 0.5 times −log p"}},
		{"a negative log-likelihood of half the size, of real targets", &planted{Loss: losses.DiagonalGaussian{},
			nll: times(losses.DiagonalGaussian{}.Build, constant(0.5), constant(0.5))}, "likelihood",
			[]string{"the mean of p(y|z₁)/p(y|z₀)", "it is not −log p of the distribution that Sample draws from"}},
		{"a negative log-likelihood whose score has a mean", &planted{Loss: squared, nll: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
			moved, err := shiftedBy(b, z, 0.1)
			if err != nil {
				return nil, err
			}
			return squared.Build(b, moved, y)
		}}, "likelihood", []string{"the mean of the score", "Sample draws from another distribution than NegativeLogLikelihood is of"}},
		{"an exponential that overflows", &planted{Loss: sigmoid, build: naiveSoftplus}, "large",
			[]string{"Build is +Inf at outputs of ±1000 in float64", "an exponential overflows"}},
		{"another formula in float32", &planted{Loss: squared, build: twoFormulas}, "precision",
			[]string{"Build in float32 is 2 times in float64"}},
		{"targets that are not validated", &planted{Loss: softmax, validate: func(*tensor.Dense, int) error { return nil }}, "targets",
			[]string{"Validate takes targets [NaN] of example 0 of 3 (float32)", "it must return an error that names the target"}},
		{"labels of no class", &planted{Loss: softmax, validate: squared.Validate}, "targets",
			[]string{"Validate takes targets [-1] of example 0", "Validate takes targets [3] of example 0", "Validate takes targets [0.5] of example 0"}},
		{"any number for a probability", &planted{Loss: sigmoid, validate: squared.Validate}, "targets",
			[]string{"Validate takes targets [-1 -1 -1] of example 0", "Validate takes targets [2 2 2] of example 0"}},
		{"float32 in float64's place", &planted{Loss: squared, build: throughFloat32}, "gradient",
			[]string{"Build has no derivative at", "is it rounded to float32?"}},
		{"only the first target is validated", &planted{Loss: squared, validate: func(y *tensor.Dense, _ int) error {
			first := graph.NewDense(y.Dtype(), 1)
			if y.Dtype() == graph.Float32 {
				first.Float32s()[0] = y.Float32s()[0]
			} else {
				first.Float64s()[0] = y.Float64s()[0]
			}
			return squared.Validate(first, 1)
		}}, "targets", []string{"Validate takes targets [", " NaN "}},
		{"good targets that are refused", &planted{Loss: sigmoid, validate: func(y *tensor.Dense, outputs int) error { return softmax.Validate(y, 1) }}, "targets",
			[]string{"Validate refuses samples, float32 of 1 examples"}},
		{"a shape of targets that ignores the batch", &planted{Loss: softmax, shape: func(tensor.Shape) (tensor.Shape, error) { return tensor.Shape{1}, nil }}, "targets",
			[]string{"TargetShape of outputs (2, 3) is (1), want (2): it must follow the number of examples"}},
		{"operands that are written to", &planted{Loss: squared, build: inPlace}, "memory",
			[]string{"Build writes to the outputs z, its operand, which others read (float32)"}},
		{"an output that is added to", &planted{Loss: squared, mean: accumulates}, "memory",
			[]string{"Mean depends on the run before", "an op must write all of out"}},
		{"a node that is shared by its outputs alone", &planted{Loss: squared, nll: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
			return b.Once(z, func() (*graph.Node, error) { return squared.Build(b, z, y) })
		}}, "memory", []string{"NegativeLogLikelihood is the same for two operands in one graph", "Builder.Once must have all operands in its key"}},
		{"memory that is allocated in each run", &planted{Loss: squared, mean: allocates}, "memory",
			[]string{"Mean allocates 1 objects in every run (float32)", "make its memory when the graph is built"}},
		{"a gradient to z₀", &planted{Loss: squared, kl: bothWays}, "kl", []string{"a gradient flows to z₀"}},
		{"a gradient through B", &planted{Loss: squared, factor: throughFactor}, "fisher", []string{"FactorProduct: a gradient flows to the outputs"}},
		{"mixtures of another cost", smoothed{softmax}, "mixed",
			[]string{"BuildMixed with shares [1] is ", "Build of the targets y", "a type that embeds a loss has its BuildMixed, too"}},
		{"weights of another cost", robust{losses.Weighted{Canonical: squared}}, "more",
			[]string{"BuildMore with weights a is", "it is of another cost than Build"}},
		{"variances in the place of deviations in B", &planted{Loss: sigmoid, factor: variances, transpose: variances}, "fisher",
			[]string{"BBᵀ by FactorProduct at outputs [", "is not the mean of score·scoreᵀ over all 8 targets (element ["}},
		{"examples that know of each other", &planted{Loss: softmax, mean: overBatch}, "batch",
			[]string{"Mean of a batch of 2 is not its examples' own rows"}},
		{"a cost that does not depend on the outputs", &planted{Loss: squared, build: func(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
			return constantOp(b, tensor.Shape{1}, func(out []float64, _ [][]float64) { out[0] = 1 }, z, y)
		}}, "building", []string{"no gradient flows from Build to the outputs: its op has Const set"}},
		{"a cost for each example", &planted{Loss: squared, build: func(b *graph.Builder, z, _ *graph.Node) (*graph.Node, error) { return z, nil }}, "building",
			[]string{"Build is of shape (1, 3): want (1), the mean over examples"}},
		{"a gradient whose op is a constant", &planted{Loss: squared, build: constantGradient}, "tangent",
			[]string{"the tangent of the gradient of Build is zero, and its finite difference is not", "has Const set, so that products with the Hessian are 0"}},
		{"an error", &planted{Loss: squared, kl: func(*graph.Builder, *graph.Node, *graph.Node) (*graph.Node, error) {
			return nil, errors.New("no divergence yet")
		}}, "building", []string{"KL: no divergence yet"}},
		{"nothing, and no error", &planted{Loss: squared, kl: func(*graph.Builder, *graph.Node, *graph.Node) (*graph.Node, error) {
			return nil, nil
		}}, "building", []string{"KL returns nil and no error"}},
		{"a panic", &planted{Loss: squared, factor: func(_ *graph.Builder, z, _ *graph.Node) (*graph.Node, error) {
			var none []*graph.Node
			return none[z.Shape()[1]], nil
		}}, "building", []string{"panic: runtime error: index out of range [3] with length 0 (in", "faults_test.go:"}},
	} {
		t.Run(c.fault, func(t *testing.T) {
			r := faultsOf(t, c.loss, losstest.Config{Large: largeFor(c.loss), Skip: allBut(c.aspect)})
			found := strings.Join(r.faults, "\n")
			for _, words := range c.words {
				assert.Contains(t, found, words)
			}
			aspect := ": " + string(c.aspect) + ": "
			for _, fault := range r.faults {
				assert.Contains(t, fault, aspect)
			}
			all := faultsOf(t, c.loss, losstest.Config{Large: largeFor(c.loss), Samples: 2000})
			if c.fault != "1/N in B" { // Batch tells it first
				assert.Contains(t, strings.Join(all.faults, "\n"), aspect, "the aspect is not left out for another's failure")
			}
		})
	}
}

func largeFor(l losses.Loss) float64 {
	if p, ok := l.(*planted); ok && p.Loss == (losses.DiagonalGaussian{}) {
		return 20
	}
	return 0
}

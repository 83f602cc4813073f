package losstest

// T is what Check reports to: a *testing.T, a *testing.B or a recorder.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// Aspect is one of the things that Check looks at. Failures begin with its name.
type Aspect string

// The aspects, in the order in which Check looks at them.
const (
	// Building: all methods add nodes, of the shapes that they should have, in both float types. Gradients flow to the outputs.
	Building Aspect = "building"
	// Targets: TargetShape follows the batch size. Validate takes samples, and refuses NaN, infinities and labels of no class.
	Targets Aspect = "targets"
	// Batch: a mean over examples is the mean of each example's own; rows of examples do not depend on other examples.
	Batch Aspect = "batch"
	// Gradient: the gradients of all costs agree with finite differences, and are multiplied by the backward walk's seed.
	Gradient Aspect = "gradient"
	// Tangent: forward-mode derivatives of values and gradients, where there are rules for them, agree with finite differences.
	Tangent Aspect = "tangent"
	// Precision: float32 agrees with float64 up to rounding.
	Precision Aspect = "precision"
	// Large: values, gradients and samples are finite at outputs of ±1000, and in float32 of ±100.
	Large Aspect = "large"
	// Memory: operands are not written to, nothing is kept from run to run, a run allocates nothing.
	Memory Aspect = "memory"
	// Sample: samples are of the graph's seeded stream, anew in each run, other ones for each example, the same for all programs
	// of a run, and constants to derivatives.
	Sample Aspect = "sample"
	// Likelihood: exp(−NLL) sums to the same at all outputs, each target is drawn as often as it says, and the mean of the
	// score, the gradient of −log p at the outputs, is 0.
	Likelihood Aspect = "likelihood"
	// Mean: the predicted mean is the mean over the targets.
	Mean Aspect = "mean"
	// Surrogate: the cost is no multiple of the negative log-likelihood by mistake.
	Surrogate Aspect = "surrogate"
	// Fisher: BBᵀ is the mean of score·scoreᵀ, and both Hessians; FactorTransposeProduct is of Bᵀ.
	Fisher Aspect = "fisher"
	// KL: the divergence is the mean of log p(y|z₀)/p(y|z) over y ~ p(y|z₀), not negative, 0 and least at z = z₀.
	KL Aspect = "kl"
	// Mixed: BuildMixed, if there is one, is λ·cost(y) + (1−λ)·cost(y′).
	Mixed Aspect = "mixed"
	// More: BuildMore, if there is one, takes its further targets; weights of examples are weights.
	More Aspect = "more"
	// Network: the exact curvature of a linear map is the Fisher matrix written out, and K-FAC takes steps in both float types.
	Network Aspect = "network"
	// Saving: the loss comes back from Encode and Decode.
	Saving Aspect = "saving"
)

// Aspects lists all aspects, in the order in which Check looks at them.
func Aspects() []Aspect {
	var all []Aspect
	for _, s := range steps() {
		all = append(all, s.aspect)
	}
	return all
}

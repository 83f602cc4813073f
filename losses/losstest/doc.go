// Package losstest checks a loss of one's own, in one line of a test:
//
//	func TestMyLoss(t *testing.T) { losstest.Check(t, MyLoss{}, losstest.Config{}) }
//
// [Check] compares what the loss computes with finite differences, with sums over all targets or means over samples, and
// with itself for other batch sizes and in the other float type. A fault is reported in one line, which names the check,
// the element and both values, and says what is probably wrong:
//
//	losstest: mine.Loss: gradient: the gradient of Build is 5 times the finite difference of Build, the number of examples: a sum
//	in the place of a mean, or a factor N too much (element [0 1]: 0.998595 instead of 0.199719; 15 of 15 elements differ)
//
// # The checks
//
//	targets     TargetShape follows the batch size; Validate takes samples, and refuses NaN, infinities and labels of no class
//	batch       a mean over examples is the mean of each example's own; rows of examples do not depend on other examples
//	gradient    of all costs, by central differences; it is multiplied by the seed of the backward walk
//	tangent     forward-mode derivatives of values and gradients, where there are rules for them, by central differences
//	float32     both float types compute the same to 64 roundings
//	large       values, gradients and samples are finite at outputs of ±1000, and in float32 of ±100
//	memory      operands are not written to, nothing is kept from run to run, a run allocates nothing
//	sample      from the graph's seeded stream, anew in each run, the same for all programs of a run, as often as p(y|z) says
//	mean        Mean is the mean over the targets
//	likelihood  exp(−NLL) sums to the same at all outputs; the mean of the score, the gradient of −log p at the outputs, is 0
//	surrogate   the cost is no multiple of the negative log-likelihood by mistake
//	fisher      BBᵀ is the mean of score·scoreᵀ and both Hessians; FactorTransposeProduct is of Bᵀ
//	kl          KL(z₀‖z) is the mean of log p(y|z₀)/p(y|z) over y ~ p(y|z₀), not negative, 0 and least at z = z₀
//	mixed       BuildMixed, if there is one, is λ·cost(y) + (1−λ)·cost(y′)
//	more        BuildMore, if there is one, takes its further targets; weights of examples are weights
//	network     the exact curvature of a linear map is the Fisher matrix written out, and K-FAC takes steps in both float types
//	kind        the loss comes back from Encode and Decode
//
// The identities of the score and of the Fisher matrix are those of every density that may be differentiated under the
// integral (Martens 2014, "New insights and perspectives on the natural gradient method", section 5). They hold the methods
// of a loss against each other: two that are wrong in the same way are not found, and means over samples do not show
// an error of a per cent.
//
// The package is for tests: it imports package testing, and the packages trainer and kfac.
package losstest

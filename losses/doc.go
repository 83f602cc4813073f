// Package losses has costs, which are minimised, and predictive distributions p(y|z)
// of a network's outputs z, N×C, whose Fisher matrix is the curvature. A [Loss] is one
// of each. For the losses of this package the cost is the negative log-likelihood of
// the distribution:
//
//	SoftmaxCrossEntropy  categorical with logits z      H_L = diag(p) − ppᵀ
//	SquaredError         Gaussian N(z, I)               H_L = I
//	SigmoidCrossEntropy  C Bernoullis with logits z     H_L = diag(σ(1−σ))
//	DiagonalGaussian     Gaussian with z = [μ, log σ]   H_L = diag(1/σ², 2)
//
// A cost is the mean over examples of the sum over output units. H_L is the Fisher matrix
// of p(y|z): the mean over y ~ p(y|z) of the Hessian of one example's −log p at its
// outputs. Of the first three this Hessian does not depend on y, and is H_L itself. H_L is
// given by a factor B, BBᵀ = H_L, as products of B and of Bᵀ with vectors.
//
// # Other costs
//
// A surrogate, such as weighted classes, smoothed labels or advantages, changes what
// is minimised. It does not change what the network says, and so not the curvature:
//
//	losses.With(&losses.ClassCost{Weights: w, Smoothing: 0.1}, losses.SoftmaxCrossEntropy{})
//	losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}} // model.Batch(x, y, advantages)
//
// Examples that are mixtures of two, as package datasets makes them, have two targets
// and a share (see [Mixable]):
//
//	model.Batch(x, y, others, shares) // λ·CE(y) + (1−λ)·CE(y′)
//
// A cost of one's own embeds a loss for its distribution and has a Build of its own, or
// is a [Cost] for [With].
//
// # Several outputs
//
// A network with several outputs on shared layers, such as a class and a position, has a [Joint]: a loss for each
// head, side by side. Given the outputs, the heads' targets are independent, and H_L is block-diagonal.
//
// # Checking a loss of one's own
//
// A wrong factor in a gradient or in B does not stop training: it trains worse. Package losstest finds it, in one line of
// a test:
//
//	losstest.Check(t, MyLoss{}, losstest.Config{})
package losses

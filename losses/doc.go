// Package losses has the costs a network is trained on. Each is the negative
// log-likelihood of a predictive distribution p(y|z), z the network's outputs,
// N×C:
//
//	SoftmaxCrossEntropy  categorical with logits z      H_L = diag(p) − ppᵀ
//	SquaredError         Gaussian N(z, I)               H_L = I
//	SigmoidCrossEntropy  C Bernoullis with logits z     H_L = diag(σ(1−σ))
//
// The cost is the mean over examples of the sum over output units. H_L, the
// Hessian of one example's cost at its outputs, is also the Fisher matrix of
// p(y|z): that is what makes the curvature of these losses K-FAC's business. It
// is given by a factor B, BBᵀ = H_L, as products of B and of Bᵀ with vectors.
package losses

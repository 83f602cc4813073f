// Package variational has variational inference by natural gradients: of the
// Gaussians q(w) = N(m, Σ) over the weights of a linear model, it finds the one of the
// greatest evidence lower bound,
//
//	ELBO(q) = Σ E_q[log p(yᵢ|xᵢᵀw)] − KL(q ‖ N(0, I/τ)) = log p(y) − KL(q ‖ p(w|y)).
//
// Models are linear regression, whose posterior is known, logistic regression, and
// robust regression with Student's t. Posteriors have any covariance or, as mean
// fields, a diagonal one.
//
//	model, err := variational.NewModel(variational.Config{X: x, Y: y, Likelihood: variational.Logistic{}})
//	result, err := model.Fit(ctx, variational.FitConfig{Method: &variational.NaturalGradient{}, Tolerance: 1e-6})
//	p := math.Exp(model.LogPredictive(result.Posterior, row, 1))
//
// # Notation
//
//	symbol   shape   meaning                                             where
//	X, y     N×D, N  inputs and targets                                  Config
//	w        D       weights; a bias is the weight of a column of ones
//	zᵢ       number  output xᵢᵀw: under q N(xᵢᵀm, xᵢᵀΣxᵢ)                Posterior.Output
//	ℓᵢ       number  log p(yᵢ|zᵢ) in nats, ℓ′ and ℓ″ its derivatives     Likelihood
//	τ        number  precision of the prior                              Config.Prior
//	β        number  precision of Gaussian noise                         Noise
//	m        D       mean of q                                           Posterior
//	Σ, Λ     D×D     covariance of q, and its precision Σ⁻¹              Posterior
//	θ        P       natural parameters (Λm, −½Λ) of q                   Posterior.Family
//	μ        P       expectation parameters (m, Σ + mmᵀ) of q            Posterior.Family
//	g        D       Σ E[ℓᵢ′]xᵢ = ∇ₘ Σ E[ℓᵢ]                             Sums.Slope
//	H        D×D     Σ E[ℓᵢ″]xᵢxᵢᵀ = 2∇_Σ Σ E[ℓᵢ]                        Sums.Curvature
//	ρ        number  length of a step                                    Rate
//
// # Methods
//
// The Fisher matrix of q is F = ∂μ/∂θ, so that F⁻¹∇_θ ELBO = ∇_μ ELBO: the natural
// gradient costs no more than the plain one, and no Fisher matrix is made.
// [NaturalGradient] adds it to θ. [Online], variational online Newton, is the same step
// written as Newton's, if the new Λ takes the mean's step. [Improved] adds a term of
// second order, with which Λ is positive definite for every step. [Gradient] has the
// optimizers of package trainer as baselines. g and H are sums of expectations in one
// dimension for each example, closed or by quadrature to rounding, and in a fit with
// FitConfig.Draws means over draws of weights.
//
// # What a whole step does
//
// In linear regression H is constant and g is linear in m. The whole step ρ = 1 of
// NaturalGradient leads from everywhere to the exact posterior. The mean-field step
// leads to the best variances, 1/Λᵢᵢ of the exact Λ, and not to the best means: they
// make a step of Jacobi's method on Λm = βXᵀy. Where inputs are strongly correlated,
// whole steps diverge. Steps of ρ < 2/λ converge, λ the greatest eigenvalue of
// diag(Λ)⁻¹Λ, which is at most D.
//
// Lengths of slices are the caller's to get right, as in package natural.
//
// # Sources
//
// Expected derivatives: Opper, Archambeau, The variational Gaussian approximation
// revisited (2009). Natural gradients: Khan, Lin, Conjugate-computation variational inference
// (2017); Khan et al., Fast and scalable Bayesian deep learning by weight-perturbation
// in Adam (2018); Lin, Schmidt, Khan, Handling the positive-definite constraint in the
// Bayesian learning rule (2020); Khan, Rue, The Bayesian learning rule (2023). Linear
// regression and mean fields: Bishop, Pattern recognition and machine learning (2006),
// sections 3.3 and 10.1.2.
package variational

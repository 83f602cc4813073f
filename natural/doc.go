// Package natural has natural gradients in closed form: families of
// distributions whose Fisher matrix is known, each in several
// parameterisations.
//
// The natural gradient of a function L at θ is F⁻¹∇L, F the Fisher matrix of
// p(x|θ) (Amari 1998, "Natural gradient works efficiently in learning"). It is
// the direction of steepest descent where the length of a step is measured by
// the KL divergence between the distributions, not by the distance of their
// parameters.
//
//	step := make([]float64, f.Params())
//	f.NaturalGradient(step, gradient, theta)      // F⁻¹∇L
//	floats.Scale(-rate, step)
//	f.Retract(theta, theta, step)                 // stays in the domain
//
// # Notation
//
//	symbol  shape   meaning                                         where
//	x       n       an outcome: class numbers and counts are 0, 1…  Family.Size
//	θ       P       parameters of one parameterisation              Family.Params
//	s       P       score, ∂ log p(x|θ)/∂θ                          Family.Score
//	F       P×P     Fisher matrix E[ssᵀ] = −E[∂² log p/∂θ²]         Family.Fisher
//	KL      number  E_p[log p − log q], in nats                     Family.KL
//	T(x)    P       sufficient statistics                           ExponentialFamily
//	A(θ)    number  log-partition function                          ExponentialFamily
//	μ       P       expectation parameters E[T(x)] = ∇A(θ)          ExponentialFamily
//	J       Q×P     Jacobian of a conversion θ ↦ φ(θ)               Conversion
//
// # Families
//
//	distribution                          exponential family         other parameterisations
//	Bernoulli                             BernoulliLogOdds           BernoulliProbability
//	categorical                           CategoricalLogOdds         CategoricalProbabilities, CategoricalLogits (F is singular)
//	Poisson                               PoissonLogRate             PoissonRate
//	negative binomial, geometric          NegativeBinomialNatural    NegativeBinomialProbability
//	exponential                           ExponentialNatural         ExponentialRate
//	gamma                                 GammaNatural               GammaShapeRate, GammaLogs
//	Dirichlet, beta                       Dirichlet
//	Gaussian of a known σ                 GaussianMean
//	Gaussian                              GaussianNatural            GaussianSigma, GaussianLogSigma, GaussianVariance
//	multivariate Gaussian of a known Σ    GaussianKnownCovariance
//	multivariate Gaussian                 GaussianPrecision          GaussianCovariance
//	independent copies of any, mean-field IndependentExponential     Independent
//
// Expectation has each exponential family in its expectation parameters, and
// Convert leads from each parameterisation of a distribution to each other.
//
// All is for one outcome: n independent ones have n times the Fisher matrix.
// Symmetric matrices among parameters and outcomes are packed: the lower
// triangle row by row, an element off the diagonal once for both places.
//
// Lengths of slices and orders of matrices are the caller's to get right: a
// wrong one panics, as in gonum. Values are checked by Family.Validate.
package natural

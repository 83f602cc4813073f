// Package claims has no code of its own. Its tests are what textbooks and papers claim
// about natural gradients of distributions in closed form, of networks, and about K-FAC,
// each as a statement that a computer checks in float64. Where a claim is loose or wrong,
// the test's comment says what holds; it is marked with * here. `go test -v
// ./natural/claims` prints the figures. docs/natural-gradient.md has the mathematics, and
// examples/natural-gradient is a program to read.
//
// F is the Fisher matrix, E the empirical one of the data's own targets, H the Hessian.
//
//	claim about distributions                                                  test
//	Bernoulli from even odds: natural step +2, plain step +0.5                 TestBernoulliStepFromEvenOdds
//	* natural gradient descent does not depend on the parameterisation         TestSmallNaturalStepsDrawOneCurve
//	* bivariate Gaussian: the natural gradient is (−4, −5)                     TestBivariateGaussian
//	* fixed variance: natural = plain                                          TestFixedVarianceNaturalIsPlain
//	* mean field: F = diag(1/σ², 2/σ²), natural = σ² times plain               TestMeanFieldScaling
//	softmax: F = diag(π) − ππᵀ has rank K − 1                                  TestSoftmaxFisherHasRankKMinusOne
//	∇_μ L = F⁻¹∇_θ L                                                           TestGradientByTheMeanIsNatural
//	mirror descent by μ is natural gradient descent by θ                       TestMirrorDescentIsNaturalGradientDescent
//	* a whole natural step on the forward KL matches moments                   TestWholeStepMatchesMoments
//	* a step of EM is a natural step                                           TestEMIsANaturalStepOfTheCompleteData
//	… the mixture's own F is a smaller one                                     TestFisherOfAMixtureIsLessThanThatOfCompleteData
//	KL(θ, θ+d) = ½dᵀFd up to third order                                       TestKLOfFamiliesIsHalfTheFisherNorm
//	the natural step is the steepest in a small KL ball                        TestLagrangianOfAKLBall
//	θ = Ax + c moves gradient descent, and neither Newton nor natural          TestAffineCoordinatesOfACategorical
//	* F is the Hessian of −log p                                               TestHessianIsFisherInNaturalParameters
//	* the score has mean zero, and F is its covariance                         TestUniformDistributionHasNoFisherMatrix
//	* E = F at the optimum                                                     TestEmpiricalFisherOfAGaussian
//	* damping interpolates between natural and plain gradient                  TestDampingDependsOnCoordinates
//
//	claim about networks                                                       test
//	a sigmoid and a tanh network of one function take the same step            TestSigmoidAndTanhTakeTheSameStep
//	… the map between them carries it over                                     TestTwinsNaturalStepIsCarriedOver
//	* … where F is singular, with the pseudo-inverse                           TestTwinsWithASingularFisher
//	… where K-FAC's G is singular                                              TestTwinsWithSingularFactors
//	… with the bias in the block                                               TestTwinsNeedTheBiasInTheBlock
//	x = A⁻¹θ moves gradient descent, and neither Newton nor natural            TestAffineCoordinates
//	* the natural gradient does not depend on the parameterisation             TestFiniteStepsDependOnCoordinates
//	* K-FAC is invariant to all reparameterisations                            TestKFACOfAFactorisedLayerGoesTwiceAsFar
//	H = F where logits are linear in the parameters                            TestHessianIsFisherOfLinearModels
//	* the Gauss–Newton matrix is F                                             TestGaussNewtonIsFisherWithNaturalParameters
//	* H = F in linear networks                                                 TestHessianIsNotFisherOfDeepLinearNetworks
//	H = F at a perfect fit, and H is indefinite elsewhere                      TestHessianIsFisherAtAPerfectFit
//	* H = F at the optimum                                                     TestHessianIsNotFisherAtTheOptimumOfAWrongModel
//	F = E[H] with targets drawn from the model                                 TestFisherIsTheExpectedHessian
//	the score has mean zero, and its second moment is F                        TestScoreHasMeanZero
//	* E = F at the optimum                                                     TestEmpiricalFisherAtTheOptimum
//	steps by E grow as the gradient vanishes                                   TestEmpiricalStepsGrowAsTheGradientVanishes
//	steps by E lead astray                                                     TestFollowingTheEmpiricalFisher
//	* natural steps need no learning rate                                      TestNaturalStepsFromASureMistakeAreTooLong
//	* damping interpolates between natural direction and gradient              TestDampingInterpolates
//	* … K-FAC's damping does, too                                              TestKFACDampingInterpolates
//	50×50 and 10×10 factors stand for a 500×500 Fisher matrix                  TestFactorsOfALayerOf500Parameters
//	… exactly for one example, and in a linear network                         TestFactorsAreExact
//	… exactly where inputs and gradients are independent                       TestFactorsAreExactUnderIndependence
//	… with this error elsewhere                                                TestFactorsErrorElsewhere
//	block-diagonal and -tridiagonal K-FAC are inverses of F̃'s relatives        TestStructuresAgainstTheDenseInverse
//	… and are this far from natural steps                                      TestStructuresAgainstTheTrueFisher
//	linear regression: F = E[xxᵀ], and one natural step solves it              TestOneNaturalStepSolvesLeastSquares
//	products uᵀFv need no matrix                                               TestProductsAgainstEnumeration
//	KL(θ, θ+d) = ½dᵀFd up to third order                                       TestKLIsHalfTheFisherNorm
//	the natural step is the steepest for its KL                                TestNaturalStepIsTheSteepestInKL
//
// Package kfac's own tests go further in some: TestInvariance has all structures and
// three steps, TestExactEstimator all kinds of networks against an enumerated F,
// TestSamplingErrorDecays the error of sampled targets.
package claims

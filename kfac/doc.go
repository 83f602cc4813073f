// Package kfac is the K-FAC natural-gradient optimizer of Martens & Grosse
// 2015 (arXiv 1503.05671, "MG15" below), over graph.Objective: it knows taps
// and parameters, and no layer. docs/kfac.md says how to choose its settings.
//
// # Factors
//
// For an affine map s = āW̄ with ā = [a, 1] (N×(in+1)) and W̄ = [W; b]
// ((in+1)×out), the block of the Fisher matrix that belongs to W̄ is
// approximated by a Kronecker product of two second moments,
//
//	F ≈ A ⊗ G,  A = (1/N) āᵀā,  G = (1/N) gᵀg,
//
// where g (N×out) are gradients at s, per example, of −log p(ŷ|x) with the
// targets ŷ drawn from the model itself. Taps hold the gradient of the mean
// loss, g/N, so that G is N times the sum of its outer products. A map used at
// T locations of each example (a convolution) has A summed over them and G
// averaged (Grosse & Martens 2016). A and G are running averages over
// mini-batches (see decayAt). With V = ∂h/∂W̄ the proposal is Δ = −U,
//
//	U = (A + πγI)⁻¹ V (G + γ/π I)⁻¹
//
// with γ standing for √(λ+η), λ the damping, η the L2 coefficient and π the
// factored damping's balance (see balance).
//
// # Modes
//
// Adaptive mode (MG15, algorithm 2) takes δ = αΔ + μδ₀, δ₀ being the last
// update, with the α and μ that minimise
//
//	M(δ) − M(0) = ∇hᵀδ + ½ δᵀ(F + (λ+η)I)δ,
//
// F the exact Fisher matrix of the mini-batch, by forward mode. On mini-batches a
// step goes a share of that way. γ is tried against a smaller and a greater one
// now and then. Fixed mode takes v ← μv + νU, θ ← θ − αv with a given α and μ and
// the norm clip ν of Ba, Grosse & Martens 2017, and γ = √(λ+η). In both, λ follows
// the Levenberg–Marquardt rule: it shrinks while M predicts the change of h well,
// and grows where it does not.
//
// # Mini-batches and full batches
//
// A mini-batch is a sample. Gradient, model and ρ are all measured on it, and
// flatter the step that they are measured for. Adaptive mode has four rules
// against that (sample.go):
//
//   - λ has a floor: LeastDamping, or a hundredth of the curvature along the gradient
//     if that is less. The curvature is measured every 20 steps, the greatest counts.
//   - A step on N examples goes the share N/(N+B) of the way, where B is
//     Config.NoiseScale, in examples. That is the rate of the greatest expected
//     progress where noise and gradient are of the same size at B examples
//     (McCandlish et al. 2018, arXiv 1812.06162, §2.2).
//   - |μ| is at most 0.9, or 0.9·N/(8B) if that is more. If the model is least beyond, α is the one that is best
//     with μ at the bound.
//   - γ is at most √(λ+η), and at least a tenth of that with the floor for λ.
//
// A full batch is no sample, and the optimizer finds out (verdict.go). The pass
// for ρ measures h after a step. If the next mini-batch is the same one, that is
// its loss before the next step. As long as these two losses agree in every
// comparison, h is deterministic, and other rules hold:
//
//   - The share is 1, μ has no bound, and γ those of λ.
//   - ρ, α and μ are measured in each step.
//   - λ's floor is a part of 1e-15 of the curvature along the first gradient,
//     unless MinDamping is given.
//   - λ falls to a tenth where the model without its damping predicted the change
//     of h to 1 %. Otherwise it follows the usual rule.
//   - γ is searched by decades, at once and then every GammaUpdateSteps steps.
//   - A step that h rises by, and by more than three times the promised fall, is
//     taken back, and λ is multiplied by ten.
//
// The first two losses that differ end this for good. With weight decay, or where
// λ is kept, there is nothing to compare: every mini-batch counts as a sample.
//
// # Structures
//
// A block approximates the Fisher matrix of some parameters; a structure is a
// list of blocks. BlockDiagonal has one for each layer (kronecker.go),
// BlockTridiagonal one for each run of layers that feed each other (chain.go),
// EKFAC and Diagonal one for each layer, Full one for all. A parameter that is
// not under exactly one tap has a diagonal block of its own (loose.go) in each
// of them: nothing is trained by plain gradient descent.
//
// # Cost
//
// For a layer of in inputs and out outputs and N examples, in multiplications:
// the factors take N(in² + out²)/2, by symmetric products straight from the
// taps; U in²·out + in·out², or N(in² + out² + in·out) by way of
// the examples where that is less (byexample.go); the inverses in³ + out³ in
// float64, independent ones side by side; M two tangent passes, 2N·in·out for
// each of them, and no forward pass of its own; ρ a forward pass, which there is
// in each step as long as mini-batches are all the same.
// docs/performance.md has the times.
//
// # What differs from the paper, and why
//
// The measurements are from mini-batches, and from steps that go the whole way
// (NoiseScale None).
//
//   - λ₀ is found by trial on the first mini-batch (search.go). With λ₀ = 150, the
//     paper's for the deep autoencoder, reconstruction error 10 took more than
//     120 steps on MNIST, with 30 it took 100 to 120, with 10 80, with 1 60 and with
//     0.01, about what is found, 40: α makes up for a λ that is too small, but on
//     mini-batches λ itself falls by no more than a quarter in five steps.
//   - λ has a floor that depends on the size of the mini-batch (LeastDamping), and
//     on the curvature along the gradient, since few examples may be all.
//     With 0.001 for all, digits at batch 64 end at 93 %, with this one at 98.9 %.
//   - A step whose model promises a fall by more than 2h is shortened
//     (believable): one confident mistake in a small mini-batch gave a model
//     without curvature, and a run that diverged. A bound of h itself costs 20 to
//     30 steps to 98 % on MNIST: early promises of that size are kept in part.
//   - Mini-batches that are fitted exactly before the first step are passed over
//     (fitted.go): λ₀ and its floor would be found from a curvature of 1e-165. Later
//     ones have no step along Δ where ‖Δ‖² is too small for a number.
//   - A rate r goes r times as far as the share of the way to the model's minimum. With Polyak
//     averaging r = 1.5 takes 117 to 126 steps to 98 % on MNIST at batch 512
//     (r = 1: 144 to 201): the model knows one mini-batch. r = 1 is the default
//     here because the average is where the gain is; cmd/train has both.
//   - The weight that the old factors keep is per step, so that the period of
//     updates does not change the memory.
//   - α and μ may be kept for some steps (ProductUpdateSteps; pace.go): the
//     classifier at batch 512 needs as many steps with every fifth measured, each 0.77
//     times as long. At batch 128 and on the autoencoder it costs progress, so that
//     every step is the default.
//   - Subsets: with τ1 = ½ the autoencoder has error 7.4 instead of 6.5 after 60
//     steps if λ₀ is given, and 19 if it is found: the search takes a greater one.
//     τ2 = ¼ costs the autoencoder nothing, but a softmax classifier at batch 512
//     everything (96 to 97 % instead of 98.2 %).
//
// In fixed mode, the defaults come from MNIST, 784-512-512-10 at batch 512: a
// flat optimum over rates 0.2 to 0.6, momentum 0.7 to 0.9 and λ from 0.3 to 1.5
// with an exponential schedule. ρ flatters a small λ there, too; hence MinDamping.
package kfac

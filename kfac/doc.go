// Package kfac is the K-FAC natural-gradient optimizer of Martens & Grosse
// 2015 (arXiv 1503.05671, "MG15" below), over graph.Objective: it knows taps
// and parameters, and no layer.
//
// # Mathematics
//
// For an affine map s = āW̄ with ā = [a, 1] (N×(in+1)) and W̄ = [W; b]
// ((in+1)×out), the block of the Fisher matrix that belongs to W̄ is
// approximated by a Kronecker product of two covariances,
//
//	F ≈ A ⊗ G,  A = (1/N) āᵀā,  G = (1/N) gᵀg,
//
// where g (N×out) are gradients at s, per example, of −log p(ŷ|x) with the
// targets ŷ drawn from the model itself. Taps hold the gradient of the mean
// loss, g/N, so that G is N times the sum of its outer products. A and G are
// running averages over mini-batches (see decayAt). With V = ∂h/∂W̄ the
// update is
//
//	U = (A + πγI)⁻¹ V (G + γ/π I)⁻¹,  v ← μv + νU,  W̄ ← W̄ − αv
//
// with γ = √(λ+η), λ the damping, η the L2 coefficient, π the factored
// damping's balance (see balance) and ν the norm clip of Ba, Grosse & Martens
// 2017. λ follows the Levenberg–Marquardt rule: it shrinks while the
// quadratic model
//
//	M(δ) − M(0) = ∇hᵀδ + ½ δᵀ(F̂ + (λ+η)I)δ
//
// predicts the change of h well, and grows where it does not.
//
// # Cost
//
// For a layer of in inputs and out outputs and N examples, in multiplications:
// the factors take N(in² + out²)/2, by symmetric products straight from the
// taps; the preconditioner in²·out + in·out², or N(in² + out² + in·out) by way
// of the examples where that is less (precondition.go); the inverses in³ + out³
// in float64, independent ones side by side; ρ another preconditioner and a
// forward pass. docs/performance.md has the times.
//
// # Defaults
//
// They come from MNIST, 784-512-512-10 at batch 512; accuracies after three
// epochs are of one seed, steps to 97 % of three. The optimum is flat: rates
// 0.2 to 0.6, momentum 0.7 to 0.9 and λ from 0.3 to 1.5 all end at 98.2 to
// 98.3 % with a linear schedule. Rate 0.3 with momentum 0.9 and λ falling to
// 0.2 does not: the loss rises from 0.2 to 0.37 on the way (97.65 %). ρ is
// measured on the mini-batch that the step was taken on, which flatters it,
// and an unguarded λ falls too far; hence MinDamping. An exponential schedule
// reaches 97 % in 60 to 72 steps where a linear one takes 66 to 84. With it, λ
// falling from 0.5 to 0.25 ends at 98.3 to 98.5 %, and λ kept at 0.5 at 98.1.
// Factors every 4 steps and λ every 10, instead of 2 and 5, cost a median of three
// steps to 98 % (132, five seeds) and 0.03 points at the end, and save an eighth
// of the time; the autoencoder is 4 % worse off after 120 steps and 12 % faster.
// Inverses every 20 steps instead of 10 save another 4 % and cost two of five
// seeds 27 and 9 steps. The norm clip does nothing for that network and is what the deep autoencoder
// needs in this mode: κ = 0.2 with rate 1.
//
// # What is here and what is not
//
// This is the fixed mode: learning-rate schedule, momentum and norm clip. M
// is built on the Kronecker approximation F̂ itself, not on the exact Fisher
// of the batch, so ρ measures F̂ and the damping together. Every parameter
// must be under exactly one tap: Step refuses others rather than train them
// by something that is not K-FAC.
package kfac

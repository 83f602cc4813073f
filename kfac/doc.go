// Package kfac is the K-FAC natural-gradient optimizer of Martens & Grosse
// 2015 (arXiv 1503.05671, "MG15" below). It works on a graph.Objective: it sees
// taps and parameters, and no layers. docs/kfac.md explains how to choose the
// settings, and has the measurements that the defaults come from.
//
// # Notation
//
// Matrices are row-major. A direction is a graph.Direction: one tensor per
// parameter, in the shape of the parameter. P is the number of all parameters.
//
//	symbol     shape          meaning                                                  where
//	N          number         examples of the mini-batch                               Preconditioner.Examples
//	T          number         locations of an example at a tap (1 for a dense layer)   graph.Tap.Locations
//	h          number         loss: mean over N, penalty ½η‖θ‖² included               Stats.Loss
//	θ          direction      parameters                                               Optimizer
//	θ̄          direction      running average of θ, weight ξ                           Optimizer.Averaged
//	tap        –              hook on a map, such as s = aW + b: its a and ∂h/∂s       graph.Tap
//	loose      –              a parameter that is not under exactly one tap            graph.Objective.Loose
//	a, ā       NT×in, +1      input of a map; ā = [a, 1] if the map has a bias         graph.Tap.A
//	g          NT×out         per-example gradient of −log p(ŷ|x) at s: N·graph.Tap.G  graph.Tap.G
//	W̄          (in+1)×out     [W; b]                                                   graph.Tap.Weight, Bias
//	V = ∇h     direction      gradient of h                                            Preconditioner.Gradient
//	F          P×P            exact Fisher matrix of the mini-batch, never formed      graph.ProductObjective
//	F̂          P×P            its approximation, as a running average                  Block
//	A          (in+1)×(in+1)  second moment of ā: (1/N) āᵀā                            Block
//	G          out×out        second moment of g: (1/NT) gᵀg                           Block
//	U          direction      (F̂ + γ²I)⁻¹V, or the structure's form of it              Preconditioner.Apply
//	Δ          direction      −U, the proposal                                         policy
//	δ          direction      the step, θ ← θ + δ                                      policy
//	δ₀         direction      δ of the step before                                     policy, adaptive
//	v          direction      velocity: v ← μv + νU                                    policy, fixed
//	M(δ)       number         quadratic model of h(θ+δ)                                policy
//	α          number         adaptive: coefficient of Δ; fixed: learning rate         policy
//	μ          number         adaptive: coefficient of δ₀; fixed: momentum             policy
//	ν          (0, 1]         fixed: factor of the norm clip on U                      policy
//	κ          number         fixed: bound on α²ν²·VᵀU                                 Config.KLClip
//	ρ          number         actual over predicted change of h                        Stats.Ratio
//	λ          curvature      damping of M                                             policy
//	η          curvature      coefficient of the L2 penalty                            graph.Objective.L2
//	γ          √curvature     damping of the inverses, √(λ+η) at first                 policy
//	π          number         balance of γ between A and G, per layer                  Block
//	B          examples       noise scale                                              Config.NoiseScale
//	τ1, τ2     (0, 1]         part of the mini-batch for factors, and for products     Config
//	T1, T2, T3 steps          periods of λ, of γ and of the inverses                   Config
//
// Curvature means the unit of F's elements: h per squared unit of a parameter.
//
// # Parts
//
// A [Preconditioner] is the estimate of the curvature, and gives the direction of a
// step. It holds a [Block] for some of the parameters each: the statistics of the
// mini-batch, their running average, and an [Inverse]. It measures mini-batches,
// inverts, and applies the inverses to the gradient. Blocks for other kinds of taps
// are registered with it. A caller's own way to average statistics over processes is its
// Reduce hook.
// Of a mini-batch that is computed in parts (trainer.Accumulation) it adds the parts'
// statistics up (parts.go).
//
// An [Optimizer] is a Preconditioner with a policy, which gives the length of a step.
// There are two policies, chosen by Config.Mode: adaptive and fixed. The policy owns
// λ, γ and the memory of the last step.
//
// A [Preconditioned] is a Preconditioner in front of another optimizer, such as
// trainer.Adam, which finds U where it expects the gradient.
//
// A [ByHand] stands for a network that is no graph: a mini-batch is what its owner hands over
// in slices.
//
// A [Laplace] is a posterior of a trained network's weights: a Gaussian whose inverse
// covariance is made of the same blocks, measured in one pass over the data.
//
// # Factors
//
// For an affine map s = āW̄ the block of F that belongs to W̄ is approximated by a
// Kronecker product of two second moments,
//
//	F ≈ A ⊗ G,  A = (1/N) āᵀā,  G = (1/N) gᵀg,
//
// where the targets ŷ of g are drawn from the model itself. Taps hold the gradient of
// the mean loss, g/N, so that G is N times the sum of its outer products. A and G are
// running averages over mini-batches: the k-th one leaves the old average the weight
// min(1 − 1/k, decay).
//
//	U = (A + πγI)⁻¹ V (G + γ/π I)⁻¹,  π = √[(tr A/dim A) / (tr G/dim G)]
//
// A map that is used at T locations of each example (a convolution, or weights shared over
// time) has a gradient Σ_t ā_tᵀg_t for each example. Config.Sharing says what stands for it:
//
//	Expand   A = (1/N) Σ_n Σ_t ā_ntᵀā_nt                  G = (1/NT) Σ_n Σ_t g_ntᵀg_nt
//	Reduce   A = (1/N) Σ_n (mean_t ā_nt)ᵀ(mean_t ā_nt)    G = (1/N) Σ_n (Σ_t g_nt)ᵀ(Σ_t g_nt)
//
// Expand is the KFC of Grosse & Martens 2016; both are in Eschenhagen et al. 2023
// (arXiv 2311.00636).
//
// # Kinds of taps
//
// The block depends on the structure and on the kind of the tap (graph.Tap):
//
//	kind                   low-rank, block-diagonal, -tridiagonal, EKFAC        diagonal, full
//	affine                 A ⊗ G in the form of the structure                   exact
//	affine, k groups       the same for each group; no chain goes through it    exact
//	scale and shift        the whole block, 2C×2C or C×C, up to an order of     exact
//	                       512; else 2×2 for each feature, or the diagonal
//	embedding              A ⊗ G with a diagonal A, in EKFAC too                exact
//	a kind of the user's   the block that is registered for it                  the same
//	no tap, or several     the diagonal (loose.go)                              the diagonal
//
// Exact means: from the sum over the locations of each example's own gradient. A row of G
// belongs to one example. Where examples depend on each other, as those of a mini-batch do
// through the statistics of a BatchNorm layer, a row has the derivative of all losses with
// respect to this example's s, and blocks treat it as the example's own gradient.
//
// # By hand
//
// A network in slices or gonum matrices declares its maps once (ByHandMap), and other
// parameters (ByHandOther). In each step it hands over
//
//	ByHandMap.Inputs     a   N·T×in   of the forward pass
//	ByHandMap.Sampled    g   N·T×out  at s, from targets that were drawn from the model
//	ByHandMap.Gradients  ∇h  in×out, out  from the true targets; or True, from which they follow
//
// and gets δ, in its own weights (ByHand.Step with an Optimizer), or U, in slices of its own
// (with a Preconditioned and a ByHandRule). Output gradients have a factor 1/N in them or do not, and
// ByHandConfig.Scale says which; ∇h always is that of the mean loss. Where the same gradients
// are there in two forms, a factor of N between them is an error. λ is adapted by products
// with the second moment of the gradients that were handed over, which in expectation are
// exact, and by a function for the loss.
//
// # Modes
//
// Adaptive mode (MG15, algorithm 2) takes δ = αΔ + μδ₀ with the α and μ that minimise
//
//	M(δ) − M(0) = ∇hᵀδ + ½ δᵀ(F + (λ+η)I)δ.
//
// Exact products with F come from forward-mode differentiation. γ is tried against a
// smaller and a greater value every T2 steps. If mini-batches differ, a step goes only a
// share of the way to the minimum of M.
//
// Fixed mode takes v ← μv + νU and θ ← θ − αv with given α and μ, the norm clip ν of Ba,
// Grosse & Martens 2017, and γ = √(λ+η).
//
// In both modes λ follows the Levenberg–Marquardt rule: it shrinks while M predicts the
// change of h well, and grows where M does not.
//
// # Life of a step
//
// Optimizer.Step makes these calls:
//
//  1. The objective computes h and ∇h. If a measurement is due, it also makes curvature
//     passes. Each block accumulates them, the Reduce hook sees the statistics, and each
//     block folds them into its average (Preconditioner.Measure).
//  2. Adaptive mode compares h with the loss that it expects if mini-batches are the
//     same. A mini-batch that is fitted exactly before the first step ends the call here.
//  3. The policy renews λ₀ (the first step alone), γ and the inverses where they are due
//     (Preconditioner.Invert), and sets U (Preconditioner.Apply).
//  4. The policy finds the length. Adaptive mode takes products with F, and minimises M,
//     or keeps α and μ. Fixed mode clips U and adds it to the velocity.
//  5. The parameters move. Weight decay, if there is any, comes after step 6.
//  6. Every T1 steps the policy measures h again on the same mini-batch, computes ρ and
//     adapts λ.
//  7. θ is taken into θ̄.
//
// # Mini-batches and full batches
//
// A mini-batch is a sample of the data. Adaptive mode measures the gradient, the model
// and ρ on the same sample, which makes a step look better than it is. It has four rules
// against that bias (sample.go):
//
//   - λ has a floor: LeastDamping, or a hundredth of the curvature along the gradient if
//     that is less. This curvature is measured every 20 steps, and its greatest value
//     counts.
//   - A step on N examples goes the share N/(N+B) of the way. This rate has the greatest
//     expected progress if noise and gradient are of the same size at B examples
//     (McCandlish et al. 2018, arXiv 1812.06162, §2.2).
//   - |μ| is at most 0.9, or 0.9·N/(8B) if that is more. If the minimum of M lies beyond
//     the bound, μ is the bound, and α is the best one for this μ.
//   - γ is at most √(λ+η), and at least a tenth of this root for the floor of λ.
//
// A full batch is no sample, and adaptive mode finds out (verdict.go). The pass for ρ
// measures h after a step. If the next mini-batch is the same one, this is its loss before
// the next step. As long as the two losses agree in every comparison, h counts as
// deterministic, and other rules hold:
//
//   - The share is 1, μ has no bound, and γ has wider bounds.
//   - ρ, α and μ are measured in each step.
//   - The floor of λ is 1e-15 of the curvature along the gradient, unless MinDamping is
//     given.
//   - λ falls to a tenth if M without its damping predicted the change of h to 1 %.
//     Otherwise λ follows the usual rule.
//   - γ is searched by factors of ten, at once and then every T2 steps.
//   - A step is taken back if h rises by more than three times the predicted fall, and λ
//     is multiplied by ten.
//
// The first two losses that differ end these rules for good. With weight decay, or where λ
// is kept, no losses are compared, and every mini-batch counts as a sample.
//
// # Structures
//
// A [Structure] is a list of blocks. LowRank and BlockDiagonal have a block for each layer
// (kronecker.go; groups of a tap count as layers). LowRank's inverses are a few eigenvectors
// and a multiple of the identity where these take less work than dense inverses (lowrank.go,
// factorinverse.go). Of a layer with 4096 inputs or more it keeps the inputs of the last
// examples, at most in/4 of them, in the place of A (window.go), unless a Reduce hook is set.
// BlockTridiagonal has one for each run of layers that feed each other (chain.go), EKFAC
// (ekfac.go) and Diagonal (diagonal.go) have one for each layer, and Full has one for all
// (full.go). Factors and summands (full.go, pairs.go) and tables (embedding.go) have blocks of
// their own. A loose parameter has a diagonal block of its own in each structure (loose.go):
// no parameter is trained by plain gradient descent.
//
// # Cost
//
// In multiplications, for a layer of in inputs and out outputs and N examples:
//
//   - The factors take N(in² + out²)/2, by symmetric products straight from the taps; of a
//     layer with T locations NT(in² + out²)/2, on at most 8192 of the NT rows by default.
//   - U takes in²·out + in·out² with dense inverses, and 2·in·out(r + q) with r and q
//     eigenvectors of A and G, or N(in² + out² + in·out) through the examples where that is
//     less (byexample.go).
//   - The dense inverses take in³ + out³, in float32 where a check of the result allows
//     (singleinverse.go). Eigenvectors take in²r + out²q. Independent ones run at the same time.
//   - M takes two tangent passes of 2N·in·out each, and no forward pass of its own. Where
//     α and μ move little, most steps take one or none (pacing.go).
//   - ρ takes a forward pass.
//
// docs/performance.md has the times.
//
// # Several processes
//
// Processes of a group (package distributed) share a mini-batch where its objective is a
// distributed.Shared. Process r has N_r of the N examples, those of the numbers r, r+P, …, and
// the run is that of one process up to rounding (shared.go):
//
//   - The statistics of a mini-batch are Σ (N_r/N)·S_r, as of parts: one sum over the group for
//     each measurement, of symmetric factors as triangles. The leading examples (τ1) and the
//     sampled rows are those of the whole mini-batch. Inputs of very wide layers are gathered
//     (windowshare.go). What is not finite in one process is refused by all.
//   - Decompositions are shared out by their cost, the greatest first, each to the process that
//     has least; small ones are everybody's (exchange.go). Results go to all in one message.
//   - One process holds and applies the inverse of a block, and gives the others its part of U
//     in each step, unless that is little work (appliers.go). With Config.InverseHolders more
//     of them hold it, or all (holders.go). Bases of EKFAC are everybody's.
//   - A state has all inverses if who saves it has taken the others' parts (scattered.go), as
//     in a Trainer's run. Else it has none, and who restores it, in any number of processes,
//     inverts in the next step.
//
// Averages, λ, γ and all decisions are the same in all processes, to the bit. An error of the
// group is final.
//
// # What differs from the paper
//
// docs/kfac.md has the measurements behind each difference, in its section "What differs
// from the paper, and why".
//
//   - λ₀ is found by trial steps on the first mini-batch (search.go).
//   - λ has a floor that depends on the mini-batch (sample.go).
//   - A step whose model predicts a fall by more than 2h is shortened (promise.go).
//   - Mini-batches that are fitted exactly before the first step are passed over
//     (fitted.go).
//   - A learning rate r goes r times the share of the way to the minimum of M.
//   - The weight that the old factors keep is per step, so that the period of updates does
//     not change the memory.
//   - α and μ are kept for some steps where they move little (pacing.go).
//   - Factors and products may be measured on a part of the mini-batch (FactorFraction,
//     ProductFraction).
package kfac

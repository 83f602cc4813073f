// Package policy improves policies by what they bring in. An [Agent] lets a policy act in
// several environments of package control at once, estimates by how much each action was
// better than the policy's average, and hands the batch to a [Method], which updates the
// policy: by the plain policy gradient, by PPO, or by a natural gradient.
//
//	agent, err := policy.New(control.NewCartPole, ppo, policy.Config{Seed: 1})
//	result, err := agent.Run(ctx, policy.Limits{Steps: 200_000, Target: 475})
//
// # Terms
//
//	E, T       environments, and steps of each in a batch
//	N          rows of a batch, E·T: row e·T + t is step t of environment e
//	s, a, r    state, as it is observed; action; reward
//	π(a|s)     the policy: the distribution of a, whose parameters are a network's outputs z
//	z          N×K: logits of K actions, or [μ, log σ] of K/2 torques
//	γ, λ       discount, and the share of the next step's advantage in this step's
//	V(s)       estimate of the discounted sum of rewards from s on, by a network of its own
//	δ          r + γ·V(s′) − V(s): by how much a step was better than V said
//	A          advantage: Σ (γλ)^l·δ_{t+l}, to the end of the episode or of the batch
//	L          surrogate: the mean of π(a|s)/π_old(a|s)·A, of which a method makes more
//
// # Ends of episodes
//
// Where an episode terminates, V(s′) is 0. Where the clock stops it, and at the end of a
// batch, V(s′) is the value network's of the state that was reached. Sums of δ stop at both.
//
// # Scales
//
// The policy and the value network see observations less a running mean, over a running
// deviation. Both change between batches only: in a batch the policy that acts is the one
// that is updated. The value network learns returns in the same way, less a mean and over a
// deviation, and its last layer is changed with them, so that V stays what it was (PopArt,
// van Hasselt et al. 2016). Advantages are less their mean, over their deviation, in each
// batch. So the same settings serve environments with rewards of any size.
//
// # Settings
//
// Each method has one set of settings for all environments, found on seeds 100–104 (100–102
// of Acrobot and Pendulum) by the environment steps to the environments' targets, in
// float32 (pg and pg-adam on CartPole in float64). The grids, with 8 environments, γ = 0.99, λ = 0.95 and a value network trained by
// Adam with a rate of 0.001 for 10 epochs of each batch, were
//
//	pg       rate 0.03 0.1 0.3 1 3 × T 32 64 128 256; Acrobot 0.3 1, Pendulum 0.1 0.3, both × T 32 128
//	pg-adam  rate 0.001 0.003 0.01 0.03 × T 32 64 128 256; Acrobot and Pendulum 0.003 0.01 × T 32 128
//	ppo      rate 0.0003 0.001 × T 32 128, in all three
//
// and for CartPole with raw observations ([Config.Raw])
//
//	pg       rate 0.1 0.3 1 3 10 × T 32 64 128 256, rate 0.3 0.5 1 × T 8 16
//	pg-adam  rate 0.003 0.01 × T 32 128
//	ppo      rate 0.0003 0.001 × T 32 128
//	trpo     KL 0.01 0.015 0.02 0.03 0.05 × T 48 64 128, damping 0.01 0.1 0.3
//	acktr    KL 0.001 0.002 0.003 0.006 0.01 × T 32 48 64 128, damping 0.001 … 0.3, decay 0.8 0.95 0.99,
//	         momentum 0 0.5 0.9, value network by Adam, or by K-FAC with KL 0.003 0.03
//
// Parts of the last two grids were tried, also with scaled observations. ACKTR's value network is
// trained by K-FAC, in 10 steps on each batch; with Adam it takes as many environment steps. TRPO has T = 128 for
// Pendulum with raw observations, which it does not always learn from batches of T = 64.
//
// CartPole's target takes some 48,000 steps to prove: 100 episodes of nearly 500 steps.
// [Result] has the step at which the first of these 100 ended, too.
//
// # Sources
//
// Policy gradient: Williams (1992), Sutton et al. (2000). Advantages: Schulman et al.,
// High-dimensional continuous control using generalized advantage estimation (2016). PPO:
// Schulman et al., Proximal policy optimization algorithms (2017). TRPO: Schulman et al., Trust
// region policy optimization (2015). ACKTR: Wu et al., Scalable trust-region method for deep
// reinforcement learning using Kronecker-factored approximation (2017). The natural gradient of
// a policy: Kakade (2002).
package policy

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
// Each method has one set of settings for all environments, which [Methods] gives. They were
// found on seeds from 100 on, by the environment steps to the environments' targets;
// docs/policies.md has the grids. CartPole's target takes 47,500 steps to prove, of any
// method: 100 episodes with an average of 475. [Result] has the step at which the first of
// these ended, too.
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

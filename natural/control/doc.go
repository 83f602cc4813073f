// Package control has small environments of reinforcement learning, each with the
// equations and the constants that results are published for: a pole on a cart, a swing of
// two links, and a pendulum with a motor.
//
//	environment  observation                       actions            reward for a step        ends
//	CartPole     x, ẋ, θ, θ̇                        2: left, right     1                        |x| > 2.4 or |θ| > 12°; 500 steps
//	Acrobot      cos θ₁, sin θ₁, cos θ₂, sin θ₂,   3: torque −1, 0, 1 −1; 0 for the last       tip a link's length above the pivot; 500 steps
//	             θ̇₁, θ̇₂
//	Pendulum     cos θ, sin θ, θ̇                   a torque in ±2     −(θ² + θ̇²/10 + u²/1000)  200 steps
//
// # Terms
//
//	step         one action, and what the environment does until the next one can be taken
//	episode      the steps from a Reset to an end
//	return       the sum of an episode's rewards, not discounted
//	terminated   the episode is over for good: the state has no future, and its value is 0
//	truncated    the clock stopped the episode: the state has a future that is not played, and
//	             a learner estimates its value
//
// Units are metres, kilograms, seconds and radians. Angles are 0 with CartPole's pole and
// Pendulum's rod upright, and with Acrobot's links hanging down.
//
// # Sources
//
// CartPole is of Barto, Sutton and Anderson (1983), Acrobot of Sutton (1996) in the form of
// Sutton and Barto's book, integrated by one Runge–Kutta step. The limits, the starts and
// the constants are those of CartPole-v1, Acrobot-v1 and Pendulum-v1 of OpenAI Gym
// (Brockman et al. 2016) and Gymnasium.
package control

package control

import (
	"math"
	"math/rand/v2"
)

// The pole on a cart.
const (
	cartGravity   = 9.8
	cartMass      = 1.0
	poleMass      = 0.1
	totalMass     = cartMass + poleMass
	poleHalf      = 0.5 // half of the pole's length
	cartForce     = 10.0
	cartStep      = 0.02 // seconds
	cartLimit     = 2.4
	poleLimit     = 12 * 2 * math.Pi / 360
	cartStart     = 0.05
	cartPoleSteps = 500
)

// CartPole is a pole that is hinged to a cart on a track. A force pushes the cart to the
// left or to the right, and the pole is to stay upright (Barto, Sutton and Anderson 1983;
// CartPole-v1). With F = ±10, and m the pole's mass, M the cart's and l half of the pole's
// length,
//
//	θ̈ = (g sin θ − cos θ·f) / (l·(4/3 − m cos²θ/(m+M))),  f = (F + m·l·θ̇² sin θ)/(m+M)
//	ẍ = f − m·l·θ̈ cos θ/(m+M)
//
// by Euler's method with steps of 0.02 s.
type CartPole struct {
	State [4]float64 // x, ẋ, θ, θ̇
	episode
}

var _ Environment = (*CartPole)(nil)

// NewCartPole returns a CartPole, which has to be Reset.
func NewCartPole() *CartPole { return &CartPole{} }

// Observations is 4.
func (*CartPole) Observations() int { return 4 }

// Actions are 0, a push to the left, and 1, to the right.
func (*CartPole) Actions() Space { return Discrete(2) }

// Reset draws all four values of the state from −0.05 to 0.05.
func (c *CartPole) Reset(r *rand.Rand) {
	for i := range c.State {
		c.State[i] = uniform(r, cartStart)
	}
	c.start()
}

// Observe copies the state.
func (c *CartPole) Observe(dst []float64) { copy(dst, c.State[:]) }

// Step pushes the cart for 0.02 s. The reward is 1, for the last step as well.
func (c *CartPole) Step(action []float64) (Outcome, error) {
	if err := c.check(c.Actions(), action); err != nil {
		return Outcome{}, err
	}
	c.move(cartForce*(2*action[0]-1), cartStep)
	fallen := math.Abs(c.State[0]) > cartLimit || math.Abs(c.State[2]) > poleLimit
	return c.step(1, fallen, cartPoleSteps), nil
}

// move is one step of Euler's method.
func (c *CartPole) move(force, seconds float64) {
	speed, angle, turn := c.State[1], c.State[2], c.State[3]
	sin, cos := math.Sincos(angle)
	f := (force + poleMass*poleHalf*turn*turn*sin) / totalMass
	angular := (cartGravity*sin - cos*f) / (poleHalf * (4.0/3 - poleMass*cos*cos/totalMass))
	linear := f - poleMass*poleHalf*angular*cos/totalMass
	for i, rate := range [4]float64{speed, linear, turn, angular} {
		c.State[i] += seconds * rate
	}
}

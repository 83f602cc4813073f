package control

import (
	"math"
	"math/rand/v2"
)

// The swing of two links, each of length 1, of mass 1 in its middle and of moment of
// inertia 1.
const (
	linkLength   = 1.0
	linkMass     = 1.0
	linkMiddle   = 0.5
	linkInertia  = 1.0
	linkGravity  = 9.8
	linkStep     = 0.2 // seconds
	firstLimit   = 4 * math.Pi
	secondLimit  = 9 * math.Pi
	acrobotStart = 0.1
	acrobotSteps = 500
)

// Acrobot is a gymnast on a bar: two links with a motor in the joint between them. The
// second link's end is to swing up to a link's length above the bar (Sutton 1996, in the
// form of Sutton and Barto's book; Acrobot-v1). The angle θ₁ is the first link's from
// hanging down, θ₂ the second's from the first. With torque τ, masses m, lengths l, middles
// c and moments I of the links,
//
//	θ̈₂ = (τ + φ₁·d₂/d₁ − m₂l₁c₂θ̇₁² sin θ₂ − φ₂) / (m₂c₂² + I₂ − d₂²/d₁)
//	θ̈₁ = −(d₂θ̈₂ + φ₁)/d₁
//	d₁ = m₁c₁² + m₂(l₁² + c₂² + 2l₁c₂ cos θ₂) + I₁ + I₂
//	d₂ = m₂(c₂² + l₁c₂ cos θ₂) + I₂
//	φ₁ = −m₂l₁c₂θ̇₂² sin θ₂ − 2m₂l₁c₂θ̇₂θ̇₁ sin θ₂ + (m₁c₁ + m₂l₁)g sin θ₁ + φ₂
//	φ₂ = m₂c₂g sin(θ₁ + θ₂)
//
// by one Runge–Kutta step of fourth order for each 0.2 s. Angles are then brought to
// −π…π, and speeds to within 4π and 9π.
type Acrobot struct {
	State [4]float64 // θ₁, θ₂, θ̇₁, θ̇₂
	episode
}

var _ Environment = (*Acrobot)(nil)

// NewAcrobot returns an Acrobot, which has to be Reset.
func NewAcrobot() *Acrobot { return &Acrobot{} }

// Observations is 6.
func (*Acrobot) Observations() int { return 6 }

// Actions are 0, 1 and 2, of torques −1, 0 and 1.
func (*Acrobot) Actions() Space { return Discrete(3) }

// Reset draws all four values of the state from −0.1 to 0.1.
func (a *Acrobot) Reset(r *rand.Rand) {
	for i := range a.State {
		a.State[i] = uniform(r, acrobotStart)
	}
	a.start()
}

// Observe gives the angles' cosines and sines, and the speeds.
func (a *Acrobot) Observe(dst []float64) {
	sin1, cos1 := math.Sincos(a.State[0])
	sin2, cos2 := math.Sincos(a.State[1])
	copy(dst, []float64{cos1, sin1, cos2, sin2, a.State[2], a.State[3]})
}

// Step applies a torque for 0.2 s. The reward is −1, and 0 for a step that reaches the
// height.
func (a *Acrobot) Step(action []float64) (Outcome, error) {
	if err := a.check(a.Actions(), action); err != nil {
		return Outcome{}, err
	}
	a.move(action[0]-1, linkStep)
	a.State[0], a.State[1] = wrap(a.State[0]), wrap(a.State[1])
	a.State[2] = min(max(a.State[2], -firstLimit), firstLimit)
	a.State[3] = min(max(a.State[3], -secondLimit), secondLimit)
	if -math.Cos(a.State[0])-math.Cos(a.State[0]+a.State[1]) > 1 {
		return a.step(0, true, acrobotSteps), nil
	}
	return a.step(-1, false, acrobotSteps), nil
}

// move is one Runge–Kutta step.
func (a *Acrobot) move(torque, seconds float64) {
	start := a.State
	at := func(k [4]float64, h float64) [4]float64 {
		s := start
		for i := range s {
			s[i] += h * k[i]
		}
		return acrobotRates(s, torque)
	}
	k1 := acrobotRates(start, torque)
	k2 := at(k1, seconds/2)
	k3 := at(k2, seconds/2)
	k4 := at(k3, seconds)
	for i := range start {
		a.State[i] += seconds / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
	}
}

// acrobotRates is how fast a state changes.
func acrobotRates(s [4]float64, torque float64) [4]float64 {
	const coupling = linkMass * linkLength * linkMiddle
	sin2, cos2 := math.Sincos(s[1])
	d1 := linkMass*linkMiddle*linkMiddle + linkMass*(linkLength*linkLength+linkMiddle*linkMiddle+2*linkLength*linkMiddle*cos2) + 2*linkInertia
	d2 := linkMass*(linkMiddle*linkMiddle+linkLength*linkMiddle*cos2) + linkInertia
	phi2 := linkMass * linkMiddle * linkGravity * math.Sin(s[0]+s[1])
	phi1 := -coupling*s[3]*s[3]*sin2 - 2*coupling*s[3]*s[2]*sin2 +
		(linkMass*linkMiddle+linkMass*linkLength)*linkGravity*math.Sin(s[0]) + phi2
	second := (torque + d2/d1*phi1 - coupling*s[2]*s[2]*sin2 - phi2) / (linkMass*linkMiddle*linkMiddle + linkInertia - d2*d2/d1)
	first := -(d2*second + phi1) / d1
	return [4]float64{s[2], s[3], first, second}
}

// wrap is the angle from −π to π.
func wrap(angle float64) float64 { return math.Remainder(angle, 2*math.Pi) }

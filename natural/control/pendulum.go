package control

import (
	"math"
	"math/rand/v2"
)

// The pendulum with a motor: a rod of length 1 and mass 1.
const (
	rodGravity    = 10.0
	rodMass       = 1.0
	rodLength     = 1.0
	rodStep       = 0.05 // seconds
	rodSpeed      = 8.0
	rodTorque     = 2.0
	rodStart      = 1.0 // of the speed
	pendulumSteps = 200
)

// Pendulum is a rod that hangs on a motor too weak to lift it. It is to be swung up and
// held there (Pendulum-v1). The angle θ is from upright. With torque u,
//
//	θ̈ = 3g/(2l)·sin θ + 3/(m·l²)·u
//
// by steps of 0.05 s, the speed first, which stays within 8, and then the angle by the new
// speed. An episode is 200 steps, and none terminates.
type Pendulum struct {
	State [2]float64 // θ, θ̇
	episode
}

var _ Environment = (*Pendulum)(nil)

// NewPendulum returns a Pendulum, which has to be Reset.
func NewPendulum() *Pendulum { return &Pendulum{} }

// Observations is 3.
func (*Pendulum) Observations() int { return 3 }

// Actions are torques from −2 to 2.
func (*Pendulum) Actions() Space { return Box([]float64{-rodTorque}, []float64{rodTorque}) }

// Reset draws θ from −π to π and θ̇ from −1 to 1.
func (p *Pendulum) Reset(r *rand.Rand) {
	p.State = [2]float64{uniform(r, math.Pi), uniform(r, rodStart)}
	p.start()
}

// Observe gives the angle's cosine and sine, and the speed.
func (p *Pendulum) Observe(dst []float64) {
	sin, cos := math.Sincos(p.State[0])
	copy(dst, []float64{cos, sin, p.State[1]})
}

// Step applies a torque for 0.05 s. The reward is −(θ² + θ̇²/10 + u²/1000) of the state
// before the step, θ from −π to π.
func (p *Pendulum) Step(action []float64) (Outcome, error) {
	if err := p.check(p.Actions(), action); err != nil {
		return Outcome{}, err
	}
	angle, torque := wrap(p.State[0]), action[0]
	reward := -(angle*angle + 0.1*p.State[1]*p.State[1] + 0.001*torque*torque)
	p.move(torque, rodStep)
	return p.step(reward, false, pendulumSteps), nil
}

func (p *Pendulum) move(torque, seconds float64) {
	speed := p.State[1] + seconds*(3*rodGravity/(2*rodLength)*math.Sin(p.State[0])+3/(rodMass*rodLength*rodLength)*torque)
	p.State[1] = min(max(speed, -rodSpeed), rodSpeed)
	p.State[0] += seconds * p.State[1]
}

package control

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// drift is how far the energy of a system moves in two seconds of steps of h seconds, at
// most, beside its size.
func drift(energy func() float64, move func(h float64), h float64) float64 {
	start := energy()
	var most float64
	for range int(2 / h) {
		move(h)
		most = max(most, math.Abs(energy()-start))
	}
	return most
}

// TestEnergy: nothing that moves freely gains or loses energy, but for the method's error,
// which is of first order in the step for Euler's and of fourth for Runge and Kutta's.
func TestEnergy(t *testing.T) {
	cart := func(h float64) float64 {
		c := &CartPole{State: [4]float64{0.1, -0.3, 2, 0.7}}
		return drift(func() float64 {
			v, w := c.State[1], c.State[3]
			cos := math.Cos(c.State[2])
			return totalMass*v*v/2 + poleMass*poleHalf*v*w*cos + poleMass*poleHalf*poleHalf*4/3*w*w/2 + poleMass*cartGravity*poleHalf*cos
		}, func(h float64) { c.move(0, h) }, h)
	}
	swing := func(h float64) float64 {
		a := &Acrobot{State: [4]float64{1.2, -0.7, 0.5, 2}}
		return drift(func() float64 {
			// Both links' centres move, and both links turn.
			t1, both, w1, w2 := a.State[0], a.State[0]+a.State[1], a.State[2], a.State[2]+a.State[3]
			x := linkLength*w1*math.Cos(t1) + linkMiddle*w2*math.Cos(both)
			y := linkLength*w1*math.Sin(t1) + linkMiddle*w2*math.Sin(both)
			kinetic := linkMass*linkMiddle*linkMiddle*w1*w1/2 + linkInertia*(w1*w1+w2*w2)/2 + linkMass*(x*x+y*y)/2
			height := -linkMiddle*math.Cos(t1) - linkLength*math.Cos(t1) - linkMiddle*math.Cos(both)
			return kinetic + linkMass*linkGravity*height
		}, func(h float64) { a.move(0, h) }, h)
	}
	rod := func(h float64) float64 {
		p := &Pendulum{State: [2]float64{1, 0.5}}
		return drift(func() float64 {
			return rodMass*rodLength*rodLength/3*p.State[1]*p.State[1]/2 + rodMass*rodGravity*rodLength/2*math.Cos(p.State[0])
		}, func(h float64) { p.move(0, h) }, h)
	}
	for name, c := range map[string]struct {
		drift func(h float64) float64
		h     float64
		most  float64 // of the energy, in joules
		ratio float64 // of the drifts of steps of h and h/2
	}{
		"cartpole": {cart, 1e-4, 5e-3, 2},
		"acrobot":  {swing, 1e-2, 1e-5, 16},
		"pendulum": {rod, 1e-4, 5e-3, 2},
	} {
		whole, half := c.drift(c.h), c.drift(c.h/2)
		t.Logf("%s: %g, %g", name, whole, half)
		assert.Less(t, whole, c.most, name)
		assert.InEpsilon(t, c.ratio, whole/half, 0.1, name)
	}
}

// TestRest: what hangs, or stands exactly upright, stays.
func TestRest(t *testing.T) {
	c := &CartPole{}
	c.move(0, cartStep)
	assert.Equal(t, [4]float64{}, c.State)
	a := &Acrobot{}
	a.move(0, linkStep)
	assert.Equal(t, [4]float64{}, a.State)
	p := &Pendulum{}
	p.move(0, rodStep)
	assert.Equal(t, [2]float64{}, p.State)
}

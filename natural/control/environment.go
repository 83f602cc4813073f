package control

import (
	"errors"
	"math/rand/v2"
)

// Environment is a world that a policy acts in, one episode after another. It is not safe
// for concurrent use.
type Environment interface {
	// Observations is the number of values of an observation.
	Observations() int
	// Actions is the set of actions.
	Actions() Space
	// Reset starts an episode. Its first state is drawn from r.
	Reset(r *rand.Rand)
	// Observe fills dst, of Observations elements, with what is seen of the present state.
	Observe(dst []float64)
	// Step takes an action, an element of Actions. It returns an error, and does nothing,
	// if the action is none or if no episode is running.
	Step(action []float64) (Outcome, error)
}

// Outcome is what a step brought. Where an episode terminates at its last step, it is
// terminated and not truncated.
type Outcome struct {
	Reward     float64
	Terminated bool // the episode ended by itself: there is nothing after it
	Truncated  bool // the episode ended by its limit of steps: its last state has a value
}

// Ended reports whether the episode is over.
func (o Outcome) Ended() bool { return o.Terminated || o.Truncated }

// episode counts the steps of an episode.
type episode struct {
	running bool
	steps   int
}

func (e *episode) start() { *e = episode{running: true} }

var errEnded = errors.New("control: no episode is running: call Reset first")

// check returns an error if no episode is running, or if the action is none of the space.
func (e *episode) check(space Space, action []float64) error {
	if !e.running {
		return errEnded
	}
	return space.Check(action)
}

// step counts a step, and ends the episode if it terminated or was the last of limit.
func (e *episode) step(reward float64, terminated bool, limit int) Outcome {
	e.steps++
	o := Outcome{Reward: reward, Terminated: terminated, Truncated: !terminated && e.steps >= limit}
	e.running = !o.Ended()
	return o
}

// uniform draws from −limit to limit.
func uniform(r *rand.Rand, limit float64) float64 { return limit * (2*r.Float64() - 1) }

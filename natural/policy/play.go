package policy

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/natural/control"
)

// Act fills action with the policy's likeliest one, brought into the space of actions, for
// an observation as the environment gives it.
func (a *Agent) Act(action, observation []float64) error {
	p, space := a.policy, a.rollout.space
	if d := len(a.rollout.scale.mean); len(observation) != d || len(action) != space.Size() {
		return fmt.Errorf("policy: an observation of %d numbers and an action of %d: want %d and %d", len(observation), len(action), d, space.Size())
	}
	if err := a.rollout.check(observation); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	if a.one.x == nil {
		a.one = oneRow{graph.NewDense(graph.Float64, 1, len(observation)), graph.NewDense(graph.Float64, 1, p.Family.Outputs())}
	}
	a.rollout.scaleInto(a.one.x.Float64s(), observation)
	if err := p.Outputs(a.one.z, a.one.x); err != nil {
		return err
	}
	p.Family.Mode(a.one.z.Float64s(), action)
	space.Clip(action, action)
	return nil
}

// oneRow is the memory of Act: an observation, 1×D, and outputs, 1×K.
type oneRow struct{ x, z *tensor.Dense }

// Play plays one episode by Act. Its start is drawn from r.
func (a *Agent) Play(env control.Environment, r *rand.Rand) (Episode, error) {
	if env == nil {
		return Episode{}, errNoEnvironment
	}
	observation, action := make([]float64, env.Observations()), make([]float64, env.Actions().Size())
	env.Reset(r)
	var e Episode
	for {
		env.Observe(observation)
		if err := a.Act(action, observation); err != nil {
			return e, err
		}
		o, err := env.Step(action)
		if err != nil {
			return e, fmt.Errorf("policy: %w", err)
		}
		e.Steps++
		e.Length++
		e.Return += o.Reward
		if o.Ended() {
			return e, nil
		}
	}
}

package policy

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
	"github.com/gokfac/gokfac/natural/control"
)

var errNoEnvironment = errors.New("policy: the function that makes environments returned none")

// Episode is one that ended.
type Episode struct {
	Steps  int     // environment steps of all environments together when it ended
	Return float64 // the sum of its rewards
	Length int     // its steps
}

// actor is an environment with what is drawn for it and the episode that it is in.
type actor struct {
	control.Environment
	random *rand.Rand // of starts and of actions
	sum    float64
	length int
}

// rollout lets a policy act in E environments.
type rollout struct {
	actors   []actor
	space    control.Space
	scale    *moments      // of observations
	raw      bool          // they are not scaled
	seen     []float64     // E×D: what is observed now
	scaled   *tensor.Dense // E×D
	last     []float64     // E×D: what was observed at an end
	z        *tensor.Dense // E×K
	values   []float64     // E
	clipped  []float64
	steps    int       // so far, of all environments together
	episodes []Episode // that ended in the last batch
}

func newRollout(makeEnvironment func() control.Environment, cfg Config, family Family) (*rollout, error) {
	e := cfg.Environments
	r := &rollout{raw: cfg.Raw, actors: make([]actor, e), values: make([]float64, e), z: graph.NewDense(graph.Float64, e, family.Outputs())}
	for i := range r.actors {
		a := &r.actors[i]
		if a.Environment = makeEnvironment(); a.Environment == nil {
			return nil, errNoEnvironment
		}
		if first := r.actors[0]; a.Observations() != first.Observations() || a.Actions().Size() != first.Actions().Size() {
			return nil, fmt.Errorf("policy: environment %d has %d observations and actions of %d elements, and environment 0 %d and %d: want the same of all",
				i, a.Observations(), a.Actions().Size(), first.Observations(), first.Actions().Size())
		}
		a.random = rand.New(rand.NewPCG(cfg.Seed, uint64(1000+i)))
		a.Reset(a.random)
	}
	d := r.actors[0].Observations()
	r.space = r.actors[0].Actions()
	r.clipped = make([]float64, r.space.Size())
	r.scale = newMoments(d)
	r.seen, r.last = make([]float64, e*d), make([]float64, e*d)
	r.scaled = graph.NewDense(graph.Float64, e, d)
	for i := range r.actors {
		if err := r.observe(i); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// observe looks at environment e.
func (r *rollout) observe(e int) error {
	d := len(r.scale.mean)
	seen := r.seen[e*d : (e+1)*d]
	r.actors[e].Observe(seen)
	if !vector.Finite(seen) {
		return fmt.Errorf("policy: environment %d: observation %v: want finite numbers", e, seen)
	}
	return nil
}

// show scales observations for the networks.
func (r *rollout) show(observations []float64) { r.scaleInto(r.scaled.Float64s(), observations) }

func (r *rollout) scaleInto(dst, observations []float64) {
	if r.raw {
		copy(dst, observations)
		return
	}
	r.scale.scale(dst, observations)
}

// fill plays T steps in each environment. One forward pass of each network serves all
// environments, which step in their order: what they draw does not depend on workers.
func (r *rollout) fill(b *Batch, p *Policy, v *value) error {
	d, k, size := len(r.scale.mean), p.Family.Outputs(), p.Family.Size()
	r.episodes = r.episodes[:0]
	for t := range b.Steps {
		r.show(r.seen)
		if err := p.Outputs(r.z, r.scaled); err != nil {
			return err
		}
		if err := v.of(r.values, r.scaled); err != nil {
			return err
		}
		for e := range r.actors { // V(s′) of the step before is V(s) of this one
			if i := e*b.Steps + t; t > 0 && !b.Terminated[i-1] && !b.Truncated[i-1] {
				b.Next[i-1] = r.values[e]
			}
		}
		if !vector.Finite(r.z.Float64s()) {
			return errors.New("policy: the policy's outputs are not finite: the method's steps are too large")
		}
		r.steps += len(r.actors)
		var truncated bool
		for e := range r.actors {
			i := e*b.Steps + t
			copy(b.raw[i*d:(i+1)*d], r.seen[e*d:(e+1)*d])
			copy(b.Observations.Float64s()[i*d:(i+1)*d], r.scaled.Float64s()[e*d:(e+1)*d])
			z := b.Outputs.Float64s()[i*k : (i+1)*k]
			copy(z, r.z.Float64s()[e*k:(e+1)*k])
			b.Values[i] = r.values[e]
			action := b.Actions.Float64s()[i*size : (i+1)*size]
			cut, err := r.act(b, e, i, p.Family, z, action)
			if err != nil {
				return err
			}
			truncated = truncated || cut
		}
		if truncated {
			if err := r.bootstrap(b, t, v); err != nil {
				return err
			}
		}
	}
	r.show(r.seen)
	if err := v.of(r.values, r.scaled); err != nil {
		return err
	}
	for e := range r.actors {
		if i := (e+1)*b.Steps - 1; !b.Terminated[i] && !b.Truncated[i] {
			b.Next[i] = r.values[e]
		}
	}
	return nil
}

// act takes a step in environment e, and reports whether the clock ended its episode. The
// environment then has started another one.
func (r *rollout) act(b *Batch, e, i int, family Family, z, action []float64) (truncated bool, err error) {
	a := &r.actors[e]
	family.Sample(a.random, z, action)
	b.LogOld.Float64s()[i] = family.LogProbability(z, action)
	r.space.Clip(r.clipped, action)
	o, err := a.Step(r.clipped)
	if err != nil {
		return false, fmt.Errorf("policy: environment %d: %w", e, err)
	}
	if o.Reward-o.Reward != 0 {
		return false, fmt.Errorf("policy: environment %d: reward %v: want a finite number", e, o.Reward)
	}
	b.Rewards[i], b.Terminated[i], b.Truncated[i], b.Next[i] = o.Reward, o.Terminated, o.Truncated, 0
	a.sum += o.Reward
	a.length++
	if err := r.observe(e); err != nil {
		return false, err
	}
	d := len(r.scale.mean)
	copy(r.last[e*d:(e+1)*d], r.seen[e*d:(e+1)*d])
	if o.Ended() {
		r.episodes = append(r.episodes, Episode{Steps: r.steps, Return: a.sum, Length: a.length})
		a.sum, a.length = 0, 0
		a.Reset(a.random)
		err = r.observe(e)
	}
	return o.Truncated, err
}

// bootstrap sets V(s′) of episodes that the clock ended in step t.
func (r *rollout) bootstrap(b *Batch, t int, v *value) error {
	r.show(r.last)
	if err := v.of(r.values, r.scaled); err != nil {
		return err
	}
	for e := range r.actors {
		if i := e*b.Steps + t; b.Truncated[i] {
			b.Next[i] = r.values[e]
		}
	}
	return nil
}

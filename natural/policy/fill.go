package policy

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/internal/vector"
)

// fill plays T steps in each environment. One forward pass of each network serves all
// environments, which step in their order: what they draw does not depend on workers.
func (r *rollout) fill(b *Batch, p *Policy, v *value) error {
	r.episodes = r.episodes[:0]
	for t := range b.Steps {
		if err := r.judge(v, r.seen); err != nil {
			return err
		}
		if t > 0 {
			r.follow(b, t-1)
		}
		if err := p.Outputs(r.z, r.scaled); err != nil {
			return err
		}
		if !vector.Finite(r.z.Float64s()) {
			return errors.New("policy: the policy's outputs are not finite: the method's steps are too large")
		}
		r.steps += len(r.actors)
		var truncated bool
		for e := range r.actors {
			i := e*b.Steps + t
			r.note(b, e, i)
			cut, err := r.act(b, e, i, p.Family)
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
	if err := r.judge(v, r.seen); err != nil {
		return err
	}
	r.follow(b, b.Steps-1)
	return nil
}

// judge scales observations of all environments, and makes values V of them.
func (r *rollout) judge(v *value, observations []float64) error {
	r.scaleInto(r.scaled.Float64s(), observations)
	return v.of(r.values, r.scaled)
}

// follow sets V(s′) of step t to the values of the next one, where the episode goes on.
func (r *rollout) follow(b *Batch, t int) {
	for e := range r.actors {
		if i := e*b.Steps + t; !b.Terminated[i] && !b.Truncated[i] {
			b.Next[i] = r.values[e]
		}
	}
}

// note copies to row i what is seen of environment e, and what the networks make of it.
func (r *rollout) note(b *Batch, e, i int) {
	d, k := len(r.scale.mean), r.z.Shape()[1]
	copy(b.raw[i*d:(i+1)*d], r.seen[e*d:])
	copy(b.Observations.Float64s()[i*d:(i+1)*d], r.scaled.Float64s()[e*d:])
	copy(b.Outputs.Float64s()[i*k:(i+1)*k], r.z.Float64s()[e*k:])
	b.Values[i] = r.values[e]
}

// act takes a step in environment e, and reports whether the clock ended its episode. The
// environment then has started another one.
func (r *rollout) act(b *Batch, e, i int, family Family) (truncated bool, err error) {
	a, k, size := &r.actors[e], family.Outputs(), family.Size()
	z, action := b.Outputs.Float64s()[i*k:(i+1)*k], b.Actions.Float64s()[i*size:(i+1)*size]
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
	o.Truncated = o.Truncated && !o.Terminated // there is nothing after an end, whatever the clock says
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
	if err := r.judge(v, r.last); err != nil {
		return err
	}
	for e := range r.actors {
		if i := e*b.Steps + t; b.Truncated[i] {
			b.Next[i] = r.values[e]
		}
	}
	return nil
}

package policy

import (
	"context"
	"fmt"
)

// Limits say when a run stops.
type Limits struct {
	Steps  int     // of all environments together since New, at least
	Target float64 // an average return over 100 episodes; 0: none
	// Each is called after every update; its error ends the run.
	Each func(Record) error
}

// Result is how a run ended.
type Result struct {
	Record       // of the last update
	Reached bool // the target
	// Solved is the environment steps at the end of the episode that reached the target.
	Solved int
	// Learned is the environment steps at the end of the first of its 100 episodes. What
	// comes between the two is the proof, which takes 100 long episodes of any method.
	Learned int
}

// Run updates until a limit is reached or ctx is done, whose error it returns.
func (a *Agent) Run(ctx context.Context, l Limits) (Result, error) {
	result := Result{Record: a.last}
	if l.Steps <= 0 {
		return result, fmt.Errorf("policy: a run of %d environment steps: want 1 or more", l.Steps)
	}
	for a.rollout.steps < l.Steps {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		r, err := a.Update()
		if err != nil {
			return result, err
		}
		result.Record = r
		if l.Each != nil {
			if err := l.Each(r); err != nil {
				return result, err
			}
		}
		if i := a.record.reached(l.Target); i >= 0 && l.Target != 0 {
			result.Reached, result.Solved, result.Learned = true, r.Episodes[i].Steps, a.record.firsts[i]
			break
		}
	}
	return result, nil
}

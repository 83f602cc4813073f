package policy

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// Batch is what a policy did and what it brought: N = E·T rows, row e·T + t step t of
// environment e. Its memory is the agent's, and valid until the next rollout.
type Batch struct {
	Environments, Steps int // E, T

	Observations *tensor.Dense // N×D, scaled as the networks see them
	Actions      *tensor.Dense // N, or N×C of real actions, as they were drawn
	Outputs      *tensor.Dense // N×K: z of the policy that acted
	LogOld       *tensor.Dense // N: log π_old(a|s)
	Rewards      []float64     // N
	Terminated   []bool        // N: the episode ended with the step, for good
	Truncated    []bool        // N: the clock ended it with the step
	Values       []float64     // N: V(s)
	Next         []float64     // N: V(s′), 0 where the episode terminated
	Advantages   *tensor.Dense // N: scaled to mean 0 and deviation 1
	Returns      []float64     // N: V(s) + A before scaling, what the value network learns

	raw []float64     // N×D: observations before scaling
	now *tensor.Dense // N×K: outputs for Measure
}

func newBatch(e, t, d int, family Family) (*Batch, error) {
	n := e * t
	actions, err := family.Loss().TargetShape([]int{n, family.Outputs()})
	if err != nil {
		return nil, err
	}
	return &Batch{
		Environments: e, Steps: t,
		Observations: graph.NewDense(graph.Float64, n, d),
		Actions:      graph.NewDense(graph.Float64, actions...),
		Outputs:      graph.NewDense(graph.Float64, n, family.Outputs()),
		LogOld:       graph.NewDense(graph.Float64, n),
		Rewards:      make([]float64, n), Terminated: make([]bool, n), Truncated: make([]bool, n),
		Values: make([]float64, n), Next: make([]float64, n),
		Advantages: graph.NewDense(graph.Float64, n), Returns: make([]float64, n),
		raw: make([]float64, n*d), now: graph.NewDense(graph.Float64, n, family.Outputs()),
	}, nil
}

// Rows is N.
func (b *Batch) Rows() int { return b.Environments * b.Steps }

// Objective is the whole batch as a mini-batch of a policy whose cost takes advantages for
// weights: its gradient is that of −L at the policy that acted.
func (b *Batch) Objective(p *Policy) (trainer.MiniBatch, error) {
	return p.Model.Batch(b.Observations, b.Actions, b.Advantages)
}

// Measure compares a policy π with the policy π_old that made a batch.
type Measure struct {
	KL        float64 // mean KL(π_old ‖ π), in nats
	Entropy   float64 // mean entropy of π, in nats
	Surrogate float64 // L, the mean of π/π_old·A. At π_old it is 0, but for rounding
}

// Measure compares the policy, at its present parameters, with the one that acted.
func (b *Batch) Measure(p *Policy) (Measure, error) {
	if err := p.Outputs(b.now, b.Observations); err != nil {
		return Measure{}, err
	}
	var m Measure
	k, size := p.Family.Outputs(), p.Family.Size()
	old, z, actions := b.Outputs.Float64s(), b.now.Float64s(), b.Actions.Float64s()
	for i, a := range b.Advantages.Float64s() {
		row := z[i*k : (i+1)*k]
		m.KL += p.Family.KL(old[i*k:(i+1)*k], row)
		m.Entropy += p.Family.Entropy(row)
		m.Surrogate += math.Exp(p.Family.LogProbability(row, actions[i*size:(i+1)*size])-b.LogOld.Float64s()[i]) * a
	}
	n := float64(b.Rows())
	return Measure{KL: m.KL / n, Entropy: m.Entropy / n, Surrogate: m.Surrogate / n}, nil
}

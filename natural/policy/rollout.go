package policy

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
	"github.com/gokfac/gokfac/natural/control"
)

var errNoEnvironment = errors.New("policy: the function that makes environments returned none")

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
	most     float64       // the greatest size of one
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
	r := &rollout{raw: cfg.Raw, most: most(cfg), actors: make([]actor, e), values: make([]float64, e), z: graph.NewDense(graph.Float64, e, family.Outputs())}
	for i := range r.actors {
		a := &r.actors[i]
		if a.Environment = makeEnvironment(); a.Environment == nil {
			return nil, errNoEnvironment
		}
		if first := r.actors[0]; a.Observations() != first.Observations() || !same(a.Actions(), first.Actions()) {
			return nil, fmt.Errorf("policy: environment %d has %d observations and %v, and environment 0 %d and %v: want the same of all",
				i, a.Observations(), a.Actions(), first.Observations(), first.Actions())
		}
		a.random = rand.New(rand.NewPCG(cfg.Seed, environmentStream+uint64(i)))
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

func same(a, b control.Space) bool {
	return a.N == b.N && slices.Equal(a.Low, b.Low) && slices.Equal(a.High, b.High)
}

// observe looks at environment e.
func (r *rollout) observe(e int) error {
	d := len(r.scale.mean)
	seen := r.seen[e*d : (e+1)*d]
	r.actors[e].Observe(seen)
	if err := r.check(seen); err != nil {
		return fmt.Errorf("policy: environment %d: %w", e, err)
	}
	return nil
}

// check refuses observations that no network can learn from.
func (r *rollout) check(observation []float64) error {
	if !vector.Finite(observation) {
		return fmt.Errorf("observation %v: want finite numbers", observation)
	}
	for _, v := range observation {
		if math.Abs(v) > r.most {
			return fmt.Errorf("observation %v: want numbers of a size up to %v: scale the observations down", observation, r.most)
		}
	}
	return nil
}

// largest is of numbers whose squares have a sum, as a variance needs it.
const largest = 1e140

// most is the size up to which observations have finite squares in what reads them: the
// running moments, or the networks themselves.
func most(cfg Config) float64 {
	if cfg.Raw && cfg.DType == graph.Float32 {
		return 1e15
	}
	return largest
}

// scaleInto fills dst with observations as the networks see them.
func (r *rollout) scaleInto(dst, observations []float64) {
	if r.raw {
		copy(dst, observations)
		return
	}
	r.scale.scale(dst, observations)
}

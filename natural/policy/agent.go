package policy

import (
	"errors"
	"math/rand/v2"

	"github.com/gokfac/gokfac/natural/control"
)

// Agent learns a policy: it acts, and updates the policy by a method that it knows nothing
// of. It is not safe for concurrent use.
type Agent struct {
	cfg     Config
	method  Method
	policy  *Policy
	value   *value
	rollout *rollout
	batch   *Batch
	random  *rand.Rand // of mini-batches
	updates int
	record  record
	one     oneRow
	last    Record
	failed  error // of an Update
}

// Streams of random numbers of a seed. Those of a model are below them (graph.Streams).
const (
	orderStream       = 4    // of mini-batches
	environmentStream = 1000 // of starts and actions of environment 0; the others count on
)

// New returns an agent for environments that makeEnvironment makes.
func New(makeEnvironment func() control.Environment, method Method, cfg Config) (*Agent, error) {
	if makeEnvironment == nil || method == nil {
		return nil, errors.New("policy: an agent needs an environment and a method")
	}
	cfg, err := cfg.resolved()
	if err != nil {
		return nil, err
	}
	env := makeEnvironment()
	if env == nil {
		return nil, errNoEnvironment
	}
	family, err := familyOf(env.Actions())
	if err != nil {
		return nil, err
	}
	a := &Agent{cfg: cfg, method: method, random: rand.New(rand.NewPCG(cfg.Seed, orderStream))}
	d := env.Observations()
	if a.policy, err = newPolicy(family, method.Cost(family), cfg, d); err != nil {
		return nil, err
	}
	if a.value, err = newValue(cfg, d, cfg.Environments*cfg.Steps); err != nil {
		return nil, err
	}
	if a.rollout, err = newRollout(makeEnvironment, cfg, family); err != nil {
		return nil, err
	}
	if a.batch, err = newBatch(cfg.Environments, cfg.Steps, d, family); err != nil {
		return nil, err
	}
	return a, nil
}

// Policy is the policy that is learned.
func (a *Agent) Policy() *Policy { return a.policy }

// Config returns the settings in force: New makes the same agent of them.
func (a *Agent) Config() Config { return a.cfg.expressed() }

// Update acts for a batch and updates the policy and the value network by it. After an
// error it only returns the error: an episode may be in pieces.
func (a *Agent) Update() (Record, error) {
	if a.failed != nil {
		return Record{}, a.failed
	}
	r, err := a.update()
	a.failed = err
	return r, err
}

func (a *Agent) update() (Record, error) {
	b := a.batch
	if err := a.rollout.fill(b, a.policy, a.value); err != nil {
		return Record{}, err
	}
	b.advantages(b.Advantages.Float64s(), a.cfg.Discount, a.cfg.Lambda)
	if err := b.checkReturns(); err != nil {
		return Record{}, err
	}
	standardise(b.Advantages.Float64s())
	step, err := a.method.Update(a.policy, b, a.random)
	if err != nil {
		return Record{}, err
	}
	m, err := b.Measure(a.policy)
	if err != nil {
		return Record{}, err
	}
	r := Record{Step: step, Measure: m, Explained: explained(b)}
	if r.ValueLoss, err = a.value.learn(b, a.random); err != nil {
		return Record{}, err
	}
	if !a.cfg.Raw {
		a.rollout.scale.add(b.raw)
	}
	a.updates++
	r.Update, r.Steps = a.updates, a.rollout.steps
	a.record.add(&r, a.rollout.episodes)
	a.last = r
	return r, nil
}

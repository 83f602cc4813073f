package policy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// PPOConfig are the settings of PPO: 0 means the default, None none.
type PPOConfig struct {
	Clip         float64 // ε; default 0.2
	Epochs       int     // passes over a batch; default 10
	Batch        int     // rows of a mini-batch; default 64
	LearningRate float64 // of Adam; default 3e-4
	Entropy      float64 // β, the weight of the entropy bonus; default None
	ClipNorm     float64 // the greatest norm of a gradient; default 0.5; None: any
	// TargetKL ends an update after an epoch that has moved the policy further from the one
	// that acted, in nats; default None.
	TargetKL float64
}

func (c *PPOConfig) numbers() setting.Numbers {
	orInfinite := setting.NotNegative
	orInfinite.Off = math.Inf(1)
	return setting.Numbers{
		setting.Of("clip", &c.Clip, 0.2, setting.Positive),
		setting.Of("epochs", &c.Epochs, 10, setting.Period),
		setting.Of("batch", &c.Batch, 64, setting.Period),
		setting.Of("learning rate", &c.LearningRate, 3e-4, setting.Positive),
		setting.Of("entropy", &c.Entropy, 0, setting.NotNegative),
		setting.Of("gradient norm", &c.ClipNorm, 0.5, orInfinite),
		setting.Of("target KL", &c.TargetKL, math.Inf(1), orInfinite),
	}
}

// PPO is proximal policy optimization (Schulman et al. 2017): several epochs of Adam on the
// [Clipped] surrogate.
type PPO struct {
	cfg     PPOConfig // resolved
	adam    *trainer.Adam
	batch   *Batch // that rows are of: the agent's
	rows    *minibatches
	shorter map[graph.Objective]graph.Objective // with clipped gradients
}

var _ Method = (*PPO)(nil)

func ppoKind() Kind {
	return Kind{
		Name: "ppo", Doc: "proximal policy optimization: epochs of Adam on a clipped surrogate",
		Config: Config{Steps: 32},
		New:    func() (Method, error) { return NewPPO(PPOConfig{}) },
	}
}

// NewPPO returns PPO for one agent.
func NewPPO(cfg PPOConfig) (*PPO, error) {
	numbers := cfg.numbers()
	numbers.Resolve()
	if err := numbers.Check(); err != nil {
		return nil, fmt.Errorf("policy: PPO: %w", err)
	}
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: cfg.LearningRate, Epsilon: 1e-5})
	if err != nil {
		return nil, err
	}
	return &PPO{cfg: cfg, adam: adam, shorter: map[graph.Objective]graph.Objective{}}, nil
}

// Config returns the settings in force.
func (m *PPO) Config() PPOConfig {
	c := m.cfg
	c.numbers().Express()
	return c
}

// Cost is the clipped surrogate.
func (m *PPO) Cost(f Family) losses.Cost {
	return Clipped{Family: f, Clip: m.cfg.Clip, Entropy: m.cfg.Entropy}
}

// Update takes the epochs.
func (m *PPO) Update(p *Policy, b *Batch, r *rand.Rand) (Step, error) {
	if m.batch != b {
		m.batch, m.rows = b, newMinibatches(b.Rows(), m.cfg.Batch, b.Observations.Shape()[1:], b.Actions.Shape()[1:], nil, nil)
	}
	var s Step
	for range m.cfg.Epochs {
		m.rows.shuffle(r)
		for k := range m.rows.count {
			rows := m.rows.take(k, b.Observations, b.Actions, b.Advantages, b.LogOld)
			batch, err := p.Model.Batch(rows[0], rows[1], rows[2], rows[3])
			if err != nil {
				return s, err
			}
			if _, err := m.adam.Step(m.shortened(batch)); err != nil {
				return s, err
			}
			s.Steps++
		}
		if math.IsInf(m.cfg.TargetKL, 1) {
			continue
		}
		moved, err := b.Measure(p)
		if err != nil {
			return s, err
		}
		if moved.KL > m.cfg.TargetKL {
			break
		}
	}
	return s, nil
}

// shortened is a mini-batch with gradients of a norm of at most ClipNorm. A model has one
// objective for all mini-batches of a size.
func (m *PPO) shortened(obj graph.Objective) graph.Objective {
	if math.IsInf(m.cfg.ClipNorm, 1) {
		return obj
	}
	if m.shorter[obj] == nil {
		m.shorter[obj] = trainer.ClipNorm(obj, m.cfg.ClipNorm)
	}
	return m.shorter[obj]
}

package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// ACKTRConfig are the settings of ACKTR: 0 means the default, None none.
type ACKTRConfig struct {
	// KL is δ: a step causes a KL divergence of at most δ nats in the quadratic model of K-FAC; default 0.003.
	KL float64
	// LearningRate is the greatest factor of a natural gradient step; default 1.
	LearningRate float64
	Momentum     float64 // in [0, 1); default None
	// Damping is λ: γ = √λ is divided between the factors; default 0.01.
	Damping float64
	// FactorDecay in [0, 1) is the greatest weight that the factors of the batches before keep; default 0.95.
	FactorDecay float64
	// Estimator chooses the targets that curvature is measured with; default Exact, a backward pass for each output.
	Estimator graph.FisherEstimator
}

func (c *ACKTRConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("KL", &c.KL, 0.003, setting.Positive),
		setting.Of("learning rate", &c.LearningRate, 1, setting.Positive),
		setting.Of("momentum", &c.Momentum, 0, setting.Decay),
		setting.Of("damping", &c.Damping, 0.01, setting.Positive),
		setting.Of("factor decay", &c.FactorDecay, 0.95, setting.Decay),
	}
}

// ACKTR is the actor–critic with Kronecker-factored trust region (Wu et al. 2017). A step is −αU along the natural
// gradient U = F̂⁻¹∇(−L), F̂ the Kronecker-factored Fisher matrix of the policy as a running average over batches, and
//
//	α = min(LearningRate, √(2δ/UᵀF̂U))
//
// with UᵀF̂U = Uᵀ∇(−L), for F̂⁻¹ as it is damped. The value network is for the same optimizer ([ACKTRConfig.Value]),
// as [Methods] has it.
type ACKTR struct {
	cfg ACKTRConfig // resolved
	opt *kfac.Optimizer
}

var _ Method = (*ACKTR)(nil)

func acktrKind() Kind {
	return Kind{
		Name: "acktr", Doc: "actor-critic with Kronecker-factored trust region: K-FAC steps of a bounded KL divergence for policy and values",
		Config: Config{Steps: 64, Value: ValueConfig{Batch: 512, New: ACKTRConfig{}.Value}}, // the whole batch of 8 environments
		New:    func() (Method, error) { return NewACKTR(ACKTRConfig{}) },
	}
}

// NewACKTR returns ACKTR for one agent.
func NewACKTR(cfg ACKTRConfig) (*ACKTR, error) {
	cfg, err := cfg.resolved()
	if err != nil {
		return nil, err
	}
	opt, err := cfg.optimizer()
	if err != nil {
		return nil, err
	}
	return &ACKTR{cfg, opt}, nil
}

// Value makes the same optimizer for a value network, as ValueConfig.New. The Fisher matrix of a squared error is its Gauss–Newton
// matrix, and KL bounds half the mean square of the change of V, in the network's scale.
func (c ACKTRConfig) Value() (trainer.Optimizer, error) {
	c, err := c.resolved()
	if err != nil {
		return nil, err
	}
	return c.optimizer()
}

func (c ACKTRConfig) resolved() (ACKTRConfig, error) {
	numbers := c.numbers()
	numbers.Resolve()
	if c.Estimator == "" {
		c.Estimator = graph.Exact
	}
	if err := numbers.Check(); err != nil {
		return c, fmt.Errorf("policy: ACKTR: %w", err)
	}
	return c, nil
}

// optimizer is K-FAC with these settings, which are resolved. It measures and inverts in every step, and keeps λ: no step
// of a policy is a sample of a cost whose fall ρ would measure.
func (c ACKTRConfig) optimizer() (*kfac.Optimizer, error) {
	opt, err := kfac.New(kfac.Config{
		Mode: kfac.Fixed, Structure: kfac.BlockDiagonal, Estimator: c.Estimator,
		LearningRate: c.LearningRate, Momentum: orNone(c.Momentum), KLClip: 2 * c.KL,
		Damping: c.Damping, MinDamping: c.Damping, DampingUpdateSteps: kfac.None,
		FactorDecay: orNone(c.FactorDecay), FactorUpdateSteps: 1, InverseUpdateSteps: 1, FactorFraction: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("policy: ACKTR: %w", err)
	}
	return opt, nil
}

func orNone(v float64) float64 {
	if v == 0 {
		return kfac.None
	}
	return v
}

// Config returns the settings in force.
func (m *ACKTR) Config() ACKTRConfig {
	c := m.cfg
	c.numbers().Express()
	return c
}

// Cost is −A·log π, whose gradient at π_old is that of −L.
func (*ACKTR) Cost(f Family) losses.Cost { return losses.Weighted{Canonical: f.Loss()} }

// Update takes one step. The factors are those of the family's Fisher matrix, which the advantages have no part in.
func (m *ACKTR) Update(p *Policy, b *Batch, _ *rand.Rand) (Step, error) {
	obj, err := b.Objective(p)
	if err != nil {
		return Step{}, err
	}
	_, err = m.opt.Step(obj)
	return Step{Steps: 1}, err
}

package trainer

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/internal/vector"
)

// SGDConfig are the settings of stochastic gradient descent: 0 means the
// default, None none.
type SGDConfig struct {
	LearningRate float64 // α; default 0.1
	Momentum     float64 // μ in [0, 1); default None
	Nesterov     bool    // look-ahead momentum; needs μ > 0 to matter
	WeightDecay  float64 // w, decoupled; default None
}

func (c *SGDConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("learning rate", &c.LearningRate, 0.1, setting.Positive),
		setting.Of("momentum", &c.Momentum, 0, setting.Decay),
		setting.Of("weight decay", &c.WeightDecay, 0, setting.NotNegative),
	}
}

// SGD is gradient descent with momentum (v ← μv + ∇h) and step −αv, or
// −α(∇h + μv) with Nesterov's look-ahead, as PyTorch has them.
type SGD struct {
	rate
	owner
	cfg SGDConfig // resolved
}

var _ Optimizer = (*SGD)(nil)

// NewSGD returns an SGD optimizer.
func NewSGD(cfg SGDConfig) (*SGD, error) {
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if err := checkShrink(cfg.LearningRate, cfg.WeightDecay); err != nil {
		return nil, err
	}
	return &SGD{rate: rate{cfg.LearningRate}, owner: owner{kind: "SGD", names: []string{"velocity"}}, cfg: cfg}, nil
}

// Config returns the settings in force: NewSGD makes the same optimizer of
// them. SetLearningRate does not change them.
func (o *SGD) Config() SGDConfig {
	c := o.cfg
	c.numbers().Express()
	return c
}

// Step takes one step.
func (o *SGD) Step(obj graph.Objective) (float64, error) {
	if err := checkShrinks(obj, o.alpha, o.cfg.WeightDecay); err != nil {
		return 0, err
	}
	loss, err := o.gradient(obj)
	if err != nil {
		return loss, err
	}
	velocity := o.moments[0]
	for i, p := range obj.Params() {
		if p.Value.Dtype() == graph.Float32 {
			sgdStep(o, p, p.Value.Float32s(), p.Grad.Float32s(), velocity[i].Float32s())
		} else {
			sgdStep(o, p, p.Value.Float64s(), p.Grad.Float64s(), velocity[i].Float64s())
		}
	}
	return loss, nil
}

func sgdStep[T graph.Float](o *SGD, p *graph.Param, theta, grad, velocity []T) {
	alpha, mu, shrink := T(o.alpha*p.RateFactor()), T(o.cfg.Momentum), T(decayed(p, o.alpha, o.cfg.WeightDecay))
	if o.cfg.Nesterov {
		vector.Nesterov(theta, grad, velocity, alpha, mu, shrink)
		return
	}
	vector.SGD(theta, grad, velocity, alpha, mu, shrink)
}

// decayed is what a step with decoupled weight decay leaves of a parameter. The product is rounded: Go on arm64 would
// fuse it with the difference.
func decayed(p *graph.Param, alpha, decay float64) float64 {
	return 1 - float64(alpha*decay*p.DecayFactor())
}

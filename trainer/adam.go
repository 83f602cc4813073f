package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/internal/vector"
)

// AdamConfig are the settings of Adam: 0 means the default, None none.
type AdamConfig struct {
	LearningRate float64 // α; default 0.001
	Beta1        float64 // decay of the first moment, in [0, 1); default 0.9; None: 0
	Beta2        float64 // decay of the second moment, in [0, 1); default 0.999; None: 0
	Epsilon      float64 // added to √v̂; default 1e-8. Without one a gradient of 0 would be 0/0
	WeightDecay  float64 // w, decoupled: AdamW; default None
}

func (c *AdamConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("learning rate", &c.LearningRate, 1e-3, setting.Positive),
		setting.Of("beta1", &c.Beta1, 0.9, setting.Decay),
		setting.Of("beta2", &c.Beta2, 0.999, setting.Decay),
		setting.Of("epsilon", &c.Epsilon, 1e-8, leastEpsilon()),
		setting.Of("weight decay", &c.WeightDecay, 0, setting.NotNegative),
	}
}

// leastEpsilon is the range of ε: in float32 anything less is 0.
func leastEpsilon() setting.Range {
	return setting.Range{Low: math.SmallestNonzeroFloat32, Below: math.Inf(1)}
}

// Adam (Kingma & Ba 2015) keeps running averages m of the gradient and v of
// its square, both corrected for starting at zero:
//
//	θ ← θ − α (m̂/(√v̂ + ε) + wθ), m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ)
type Adam struct {
	rate
	owner
	cfg AdamConfig // resolved
	t   uint64     // steps taken
}

var _ Optimizer = (*Adam)(nil)

// NewAdam returns an Adam optimizer.
func NewAdam(cfg AdamConfig) (*Adam, error) {
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if err := checkShrink(cfg.LearningRate, cfg.WeightDecay); err != nil {
		return nil, err
	}
	names := []string{"first moment", "second moment"}
	return &Adam{rate: rate{cfg.LearningRate}, owner: owner{kind: "Adam", names: names}, cfg: cfg}, nil
}

// Config returns the settings in force: NewAdam makes the same optimizer of
// them. SetLearningRate does not change them.
func (o *Adam) Config() AdamConfig {
	c := o.cfg
	c.numbers().Express()
	return c
}

// Step takes one step.
func (o *Adam) Step(obj graph.Objective) (float64, error) {
	if err := checkShrinks(obj, o.alpha, o.cfg.WeightDecay); err != nil {
		return 0, err
	}
	loss, err := o.gradient(obj)
	if err != nil {
		return loss, err
	}
	m, v := o.moments[0], o.moments[1]
	o.t++
	for i, p := range obj.Params() {
		if p.Value.Dtype() == graph.Float32 {
			adamStep(o, p, p.Value.Float32s(), p.Grad.Float32s(), m[i].Float32s(), v[i].Float32s())
		} else {
			adamStep(o, p, p.Value.Float64s(), p.Grad.Float64s(), m[i].Float64s(), v[i].Float64s())
		}
	}
	return loss, nil
}

func adamStep[T graph.Float](o *Adam, p *graph.Param, theta, grad, m, v []T) {
	rate, shrink := o.alpha*p.RateFactor(), decayed(p, o.alpha, o.cfg.WeightDecay)
	vector.Adam(theta, grad, m, v, adamCoefficients[T](o.cfg.Beta1, o.cfg.Beta2, o.cfg.Epsilon, o.t, rate, shrink))
}

// adamCoefficients are of step t of Adam with the given rate. α m̂/(√v̂+ε) has both
// corrections in scalars: one pass over memory.
func adamCoefficients[T graph.Float](beta1, beta2, epsilon float64, t uint64, rate, shrink float64) vector.AdamCoefficients[T] {
	return vector.AdamCoefficients[T]{
		Beta1: T(beta1), Rest1: T(1 - beta1),
		Beta2: T(beta2), Rest2: T(1 - beta2),
		Step:    T(rate / (1 - math.Pow(beta1, float64(t)))),
		Root:    T(1 / math.Sqrt(1-math.Pow(beta2, float64(t)))),
		Epsilon: T(epsilon), Shrink: T(shrink),
	}
}

package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// AdamConfig are the settings of Adam.
type AdamConfig struct {
	LearningRate float64 // α; 0 means 0.001
	Beta1        float64 // decay of the first moment; 0 means 0.9
	Beta2        float64 // decay of the second moment; 0 means 0.999
	Epsilon      float64 // added to √v̂; 0 means 1e-8
	WeightDecay  float64 // w, decoupled: AdamW; 0 = none
}

// Adam (Kingma & Ba 2015) keeps running averages m of the gradient and v of
// its square, both corrected for starting at zero:
//
//	θ ← θ − α (m̂/(√v̂ + ε) + wθ), m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ)
type Adam struct {
	rate
	owner
	cfg AdamConfig
	t   uint64 // steps taken
}

var _ Optimizer = (*Adam)(nil)

// NewAdam returns an Adam optimizer.
func NewAdam(cfg AdamConfig) (*Adam, error) {
	for _, d := range []struct {
		v   *float64
		def float64
	}{{&cfg.LearningRate, 1e-3}, {&cfg.Beta1, 0.9}, {&cfg.Beta2, 0.999}, {&cfg.Epsilon, 1e-8}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	for _, err := range []error{
		checkRange("learning rate", cfg.LearningRate, 0, math.Inf(1)),
		checkRange("beta1", cfg.Beta1, 0, 1),
		checkRange("beta2", cfg.Beta2, 0, 1),
		checkRange("epsilon", cfg.Epsilon, 0, math.Inf(1)),
		checkRange("weight decay", cfg.WeightDecay, 0, math.Inf(1)),
	} {
		if err != nil {
			return nil, err
		}
	}
	names := []string{"first moment", "second moment"}
	return &Adam{rate: rate{cfg.LearningRate}, owner: owner{kind: "Adam", names: names}, cfg: cfg}, nil
}

// Step takes one step.
func (o *Adam) Step(obj graph.Objective) (float64, error) {
	loss, err := o.gradient(obj)
	if err != nil {
		return loss, err
	}
	m, v := o.moments[0], o.moments[1]
	o.t++
	for i, p := range obj.Params() {
		if p.Value.Dtype() == graph.Float32 {
			adamStep(o, p.Value.Float32s(), p.Grad.Float32s(), m[i].Float32s(), v[i].Float32s())
		} else {
			adamStep(o, p.Value.Float64s(), p.Grad.Float64s(), m[i].Float64s(), v[i].Float64s())
		}
	}
	return loss, nil
}

func adamStep[T graph.Float](o *Adam, theta, grad, m, v []T) {
	// α m̂/(√v̂+ε) with both corrections in scalars: one pass over memory.
	vector.Adam(theta, grad, m, v, vector.AdamCoefficients[T]{
		Beta1: T(o.cfg.Beta1), Rest1: T(1 - o.cfg.Beta1),
		Beta2: T(o.cfg.Beta2), Rest2: T(1 - o.cfg.Beta2),
		Step:    T(o.alpha / (1 - math.Pow(o.cfg.Beta1, float64(o.t)))),
		Root:    T(1 / math.Sqrt(1-math.Pow(o.cfg.Beta2, float64(o.t)))),
		Epsilon: T(o.cfg.Epsilon), Shrink: T(1 - o.alpha*o.cfg.WeightDecay),
	})
}

package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/internal/vector"
)

// ShampooConfig are the settings of Shampoo: 0 means the default, None none.
type ShampooConfig struct {
	LearningRate float64 // α; default 0.001. Rates that suit Adam suit Shampoo
	Momentum     float64 // μ in [0, 1), of the steps; default None
	WeightDecay  float64 // w, decoupled; default None
	Beta1        float64 // decay of the averaged gradient, in [0, 1); default 0.9; None: 0
	Beta2        float64 // decay of L, R and Adam's second moment, in [0, 1); default 0.999; None: 0
	Epsilon      float64 // raises the eigenvalues of L and R, as a part of the largest; default 1e-6
	AdamEpsilon  float64 // ε of the Adam step; default 1e-8
	UpdateSteps  int     // new roots of L and R every so many steps; default 20
	MaxDimension int     // a side of more rows or columns has no average; default 8192
}

func (c *ShampooConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("learning rate", &c.LearningRate, 1e-3, setting.Positive),
		setting.Of("momentum", &c.Momentum, 0, setting.Decay),
		setting.Of("weight decay", &c.WeightDecay, 0, setting.NotNegative),
		setting.Of("beta1", &c.Beta1, 0.9, setting.Decay),
		setting.Of("beta2", &c.Beta2, 0.999, setting.Decay),
		setting.Of("epsilon", &c.Epsilon, 1e-6, setting.Positive),
		setting.Of("Adam epsilon", &c.AdamEpsilon, 1e-8, leastEpsilon()),
		setting.Of("update steps", &c.UpdateSteps, 20, setting.Period),
		setting.Of("max dimension", &c.MaxDimension, 8192, setting.Period),
	}
}

// Shampoo (Gupta, Koren & Singer 2018), with running averages and with the length of
// Adam's step (grafting: Anil et al. 2020; Shi et al. 2023, arXiv 2309.06497):
//
//	m ← β₁m + (1−β₁)G,  v ← β₂v + (1−β₂)G²
//	L ← β₂L + (1−β₂)GGᵀ,  R ← β₂R + (1−β₂)GᵀG
//	D = m̂/(√v̂ + ε),  P = L^(−1/4) m R^(−1/4)
//	V ← μV + (‖D‖/‖P‖) P
//	W ← W − α(V + wW)
//
// with G = ∇h of a matrix W: the weight of a dense layer, in×out, or of a convolution,
// patch×channels. The roots are taken at the first step and every UpdateSteps, from eigenvalues in
// float64; a side larger than MaxDimension has the identity for a root, and the other
// the exponent −1/2. The lengths make L̂ and R̂, corrected for starting at zero,
// the same as L and R. Everything else, biases among them, has D for a step.
type Shampoo struct {
	rate
	owner
	cfg    ShampooConfig // resolved
	t      uint64        // steps taken
	roots  *decomposer
	single shampooBuffers[float32]
	double shampooBuffers[float64]
}

// shampooBuffers are matrices of the size of one parameter.
type shampooBuffers[T graph.Float] struct{ graft, step, work buffer[T] }

var _ Optimizer = (*Shampoo)(nil)

// The moments of Shampoo, by place.
const (
	shampooFirst = iota
	shampooSecond
	shampooVelocity
	shampooLeft
	shampooRight
	shampooLeftRoot
	shampooRightRoot
)

// NewShampoo returns a Shampoo optimizer. An error names the setting that is out of its range.
func NewShampoo(cfg ShampooConfig) (*Shampoo, error) {
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if err := checkShrink(cfg.LearningRate, cfg.WeightDecay); err != nil {
		return nil, err
	}
	names := []string{"first moment", "second moment", "velocity", "left average", "right average", "left root", "right root"}
	return &Shampoo{rate: rate{cfg.LearningRate}, owner: owner{kind: "Shampoo", names: names, shape: cfg.shape}, cfg: cfg, roots: new(decomposer)}, nil
}

// Config returns the settings in force: NewShampoo makes the same optimizer of
// them. SetLearningRate does not change them.
func (o *Shampoo) Config() ShampooConfig {
	c := o.cfg
	c.numbers().Express()
	return c
}

// shape gives a velocity where there is momentum, and each side that has an average
// its square matrices.
func (c ShampooConfig) shape(moment int, params []*graph.Param, i int) []int {
	_, left, right := sides(params[i], c.MaxDimension)
	order := left
	switch moment {
	case shampooVelocity:
		if c.Momentum == 0 {
			return nil
		}
		fallthrough
	case shampooFirst, shampooSecond:
		return params[i].Value.Shape()
	case shampooRight, shampooRightRoot:
		order = right
	}
	if order == 0 {
		return nil
	}
	return []int{order, order}
}

// Step takes one step. An average that is not finite any more, of a gradient whose
// square is not, is a *graph.NonFiniteError as well.
func (o *Shampoo) Step(obj graph.Objective) (float64, error) {
	if err := checkShrinks(obj, o.alpha, o.cfg.WeightDecay); err != nil {
		return 0, err
	}
	loss, err := o.gradient(obj)
	if err != nil {
		return loss, err
	}
	renew := o.t%uint64(o.cfg.UpdateSteps) == 0
	for i, p := range o.params {
		m, left, right := sides(p, o.cfg.MaxDimension)
		if p.Value.Dtype() == graph.Float32 {
			if !shampooAverages(o, m, left, right, renew, p.Grad.Float32s(), singles(o.moments, i)) {
				return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
			}
		} else if !shampooAverages(o, m, left, right, renew, p.Grad.Float64s(), doubles(o.moments, i)) {
			return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	o.t++
	for i, p := range o.params {
		if p.Value.Dtype() == graph.Float32 {
			shampooStep(o, &o.single, p, p.Value.Float32s(), p.Grad.Float32s(), singles(o.moments, i))
		} else {
			shampooStep(o, &o.double, p, p.Value.Float64s(), p.Grad.Float64s(), doubles(o.moments, i))
		}
	}
	return loss, nil
}

// shampooAverages brings L and R up to date, and their roots where that is due.
func shampooAverages[T graph.Float](o *Shampoo, m matrix, left, right int, renew bool, grad []T, s [7][]T) bool {
	if !accumulate(m, left, right, o.cfg.Beta2, grad, s[shampooLeft], s[shampooRight]) {
		return false
	}
	exponent := 0.25
	if left == 0 || right == 0 {
		exponent = 0.5
	}
	return !renew ||
		(left == 0 || inverseRoot(o.roots, left, s[shampooLeft], exponent, o.cfg.Epsilon, s[shampooLeftRoot])) &&
			(right == 0 || inverseRoot(o.roots, right, s[shampooRight], exponent, o.cfg.Epsilon, s[shampooRightRoot]))
}

func shampooStep[T graph.Float](o *Shampoo, w *shampooBuffers[T], p *graph.Param, theta, grad []T, s [7][]T) {
	m, left, right := sides(p, o.cfg.MaxDimension)
	rate, shrink := T(o.alpha*p.RateFactor()), T(decayed(p, o.alpha, o.cfg.WeightDecay))
	// Adam's step from zero is −D.
	step := w.graft.of(len(theta))
	clear(step)
	vector.Adam(step, grad, s[shampooFirst], s[shampooSecond], adamCoefficients[T](o.cfg.Beta1, o.cfg.Beta2, o.cfg.AdamEpsilon, o.t, 1, 1))
	scale := T(-1)
	if left > 0 || right > 0 {
		length := math.Sqrt(vector.Dot(step, step))
		step = w.step.of(len(theta))
		between(m, false, left, s[shampooLeftRoot], false, right, s[shampooRightRoot], s[shampooFirst], step, w.work.of(len(theta)))
		scale = 0 // of a gradient that has always been zero
		if own := math.Sqrt(vector.Dot(step, step)); own > 0 {
			scale = T(length / own)
		}
	}
	if velocity := s[shampooVelocity]; velocity != nil {
		vector.Combine(velocity, T(o.cfg.Momentum), scale, step)
		step, scale = velocity, 1
	}
	vector.Combine(theta, shrink, -rate*scale, step)
}

// singles are the moments of parameter i; nil: it has none of it.
func singles(moments []graph.Direction, i int) (s [7][]float32) {
	for k, m := range moments {
		if m[i] != nil {
			s[k] = m[i].Float32s()
		}
	}
	return s
}

// doubles is singles for float64.
func doubles(moments []graph.Direction, i int) (s [7][]float64) {
	for k, m := range moments {
		if m[i] != nil {
			s[k] = m[i].Float64s()
		}
	}
	return s
}

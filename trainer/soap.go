package trainer

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/internal/vector"
)

// SOAPConfig are the settings of SOAP: 0 means the default, None none.
type SOAPConfig struct {
	LearningRate float64 // α; default 0.003
	WeightDecay  float64 // w, decoupled; default None
	Beta1        float64 // decay of the first moment, in [0, 1); default 0.95; None: 0
	Beta2        float64 // decay of the second moment, L and R, in [0, 1); default 0.95; None: 0
	Epsilon      float64 // added to √v̂; default 1e-8
	UpdateSteps  int     // new bases every so many steps; default 10
	MaxDimension int     // a side of more rows or columns keeps its own basis; default 10000
}

func (c *SOAPConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("learning rate", &c.LearningRate, 3e-3, setting.Positive),
		setting.Of("weight decay", &c.WeightDecay, 0, setting.NotNegative),
		setting.Of("beta1", &c.Beta1, 0.95, setting.Decay),
		setting.Of("beta2", &c.Beta2, 0.95, setting.Decay),
		setting.Of("epsilon", &c.Epsilon, 1e-8, leastEpsilon()),
		setting.Of("update steps", &c.UpdateSteps, 10, setting.Period),
		setting.Of("max dimension", &c.MaxDimension, 10000, setting.Period),
	}
}

// SOAP (Vyas et al. 2024, arXiv 2409.11321, algorithm 3) is Adam in the eigenbasis of
// Shampoo's averages:
//
//	M ← β₁M + (1−β₁)G
//	G′ = QₗᵀGQᵣ,  M′ = QₗᵀMQᵣ
//	V ← β₂V + (1−β₂)G′²
//	N′ = M̂′/(√V̂ + ε)
//	W ← W − α(QₗN′Qᵣᵀ + wW)
//	L ← β₂L + (1−β₂)GGᵀ,  R ← β₂R + (1−β₂)GᵀG
//	every UpdateSteps: Qₗ ← QR(LQₗ),  Qᵣ ← QR(RQᵣ)
//
// with G = ∇h of a matrix W: the weight of a dense layer, in×out, or of a convolution,
// patch×channels. M stays in the space of W. M′, which is linear in M, follows G′ between two renewals, and
// is M projected anew at each. As in the authors' program, the first step only measures L and R and takes Q from their
// eigenvectors, and leaves W alone, and the columns of Q are in the order of their
// Rayleigh quotients before each QR, with V in the same order.
//
// A side larger than MaxDimension has the identity for Q. Everything else, biases among them, takes
// steps of Adam from the first step on.
type SOAP struct {
	rate
	owner
	cfg    SOAPConfig // resolved
	t      uint64     // steps taken
	bases  *decomposer
	single soapBuffers[float32]
	double soapBuffers[float64]
}

// soapBuffers are matrices of the size of one parameter.
type soapBuffers[T graph.Float] struct{ projected, step, work buffer[T] }

var _ Optimizer = (*SOAP)(nil)

// The moments of SOAP, by place. Bases have their vectors in rows: they are Qᵀ.
const (
	soapFirst = iota
	soapSecond
	soapProjected // M′
	soapLeft
	soapRight
	soapLeftBasis
	soapRightBasis
)

// NewSOAP returns a SOAP optimizer. An error names the setting that is out of its range.
func NewSOAP(cfg SOAPConfig) (*SOAP, error) {
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if err := checkShrink(cfg.LearningRate, cfg.WeightDecay); err != nil {
		return nil, err
	}
	names := []string{"first moment", "second moment", "projected first moment", "left average", "right average", "left basis", "right basis"}
	return &SOAP{rate: rate{cfg.LearningRate}, owner: owner{kind: "SOAP", names: names, shape: cfg.shape}, cfg: cfg, bases: new(decomposer)}, nil
}

// Config returns the settings in force: NewSOAP makes the same optimizer of
// them. SetLearningRate does not change them.
func (o *SOAP) Config() SOAPConfig {
	c := o.cfg
	c.numbers().Express()
	return c
}

// shape gives each side that has an average its square matrices, and a parameter
// that has a side M′.
func (c SOAPConfig) shape(moment int, params []*graph.Param, i int) []int {
	_, left, right := sides(params[i], c.MaxDimension)
	order := left
	switch moment {
	case soapProjected:
		if left == 0 && right == 0 {
			return nil
		}
		fallthrough
	case soapFirst, soapSecond:
		return params[i].Value.Shape()
	case soapRight, soapRightBasis:
		order = right
	}
	if order == 0 {
		return nil
	}
	return []int{order, order}
}

// Step takes one step. An average that is not finite any more, of a gradient whose
// square is not, is a *graph.NonFiniteError as well.
func (o *SOAP) Step(obj graph.Objective) (float64, error) {
	if err := checkShrinks(obj, o.alpha, o.cfg.WeightDecay); err != nil {
		return 0, err
	}
	loss, err := o.gradient(obj)
	if err != nil {
		return loss, err
	}
	for i, p := range o.params { // no step needs the L and R that its gradient is in
		if p.Value.Dtype() == graph.Float32 {
			if !soapAverages(o, p, p.Grad.Float32s(), singles(o.moments, i)) {
				return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
			}
		} else if !soapAverages(o, p, p.Grad.Float64s(), doubles(o.moments, i)) {
			return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	o.t++
	for i, p := range o.params {
		if p.Value.Dtype() == graph.Float32 {
			soapStep(o, &o.single, p, p.Value.Float32s(), p.Grad.Float32s(), singles(o.moments, i))
		} else {
			soapStep(o, &o.double, p, p.Value.Float64s(), p.Grad.Float64s(), doubles(o.moments, i))
		}
	}
	return loss, nil
}

// soapAverages brings L and R up to date, and takes the first bases from them.
func soapAverages[T graph.Float](o *SOAP, p *graph.Param, grad []T, s [7][]T) bool {
	m, left, right := sides(p, o.cfg.MaxDimension)
	return accumulate(m, left, right, o.cfg.Beta2, grad, s[soapLeft], s[soapRight]) && (o.t > 0 ||
		(left == 0 || firstBasis(o.bases, left, s[soapLeft], s[soapLeftBasis])) &&
			(right == 0 || firstBasis(o.bases, right, s[soapRight], s[soapRightBasis])))
}

func soapStep[T graph.Float](o *SOAP, w *soapBuffers[T], p *graph.Param, theta, grad []T, s [7][]T) {
	c := &o.cfg
	m, left, right := sides(p, c.MaxDimension)
	rate, shrink := o.alpha*p.RateFactor(), decayed(p, o.alpha, c.WeightDecay)
	if left == 0 && right == 0 {
		vector.Adam(theta, grad, s[soapFirst], s[soapSecond], adamCoefficients[T](c.Beta1, c.Beta2, c.Epsilon, o.t, rate, shrink))
		return
	}
	if o.t == 1 {
		return
	}
	t := o.t - 1
	projected, step, work := w.projected.of(len(theta)), w.step.of(len(theta)), w.work.of(len(theta))
	vector.Combine(s[soapFirst], T(c.Beta1), T(1-c.Beta1), grad)
	between(m, false, left, s[soapLeftBasis], true, right, s[soapRightBasis], grad, projected, work)
	clear(step) // Adam's step from zero is −N′
	vector.Adam(step, projected, s[soapProjected], s[soapSecond], adamCoefficients[T](c.Beta1, c.Beta2, c.Epsilon, t, 1, 1))
	between(m, true, left, s[soapLeftBasis], false, right, s[soapRightBasis], step, projected, work)
	vector.Combine(theta, T(shrink), T(rate), projected)
	if t%uint64(c.UpdateSteps) == 0 {
		soapRenew(o, m, left, right, s, projected, work)
	}
}

// soapRenew takes a step towards the eigenvectors of L and R as they are now, and
// brings the moments in the bases along.
func soapRenew[T graph.Float](o *SOAP, m matrix, left, right int, s [7][]T, spare, work []T) {
	v := s[soapSecond]
	if left > 0 {
		if order := nextBasis(o.bases, left, s[soapLeft], s[soapLeftBasis]); order != nil {
			vector.Copy(spare, v)
			for i, from := range order {
				copy(v[i*m.cols:(i+1)*m.cols], spare[from*m.cols:])
			}
		}
	}
	if right > 0 {
		if order := nextBasis(o.bases, right, s[soapRight], s[soapRightBasis]); order != nil {
			vector.Copy(spare, v)
			for i := range m.rows {
				for j, from := range order {
					v[i*m.cols+j] = spare[i*m.cols+from]
				}
			}
		}
	}
	between(m, false, left, s[soapLeftBasis], true, right, s[soapRightBasis], s[soapFirst], s[soapProjected], work)
}

package trainer

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/internal/vector"
)

// MuonConfig are the settings of Muon: 0 means the default, None none.
type MuonConfig struct {
	LearningRate float64 // α; default 0.001. Rates that suit AdamW suit Muon
	Momentum     float64 // μ in [0, 1); default 0.95; None: 0
	HeavyBall    bool    // momentum without the look-ahead of Nesterov
	WeightDecay  float64 // w, decoupled, of all parameters; default None
	// LastLayer orthogonalises the last matrix among the parameters, too. By
	// default AdamW has it, as it has the rows of classes in Jordan's experiments.
	LastLayer bool
	AdamRate  float64 // AdamW's learning rate, as a multiple of α; default 1
	Beta1     float64 // AdamW's decay of the first moment, in [0, 1); default 0.9; None: 0
	Beta2     float64 // AdamW's decay of the second moment, in [0, 1); default 0.95; None: 0
	Epsilon   float64 // AdamW's ε; default 1e-8
}

func (c *MuonConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("learning rate", &c.LearningRate, 1e-3, setting.Positive),
		setting.Of("momentum", &c.Momentum, 0.95, setting.Decay),
		setting.Of("weight decay", &c.WeightDecay, 0, setting.NotNegative),
		setting.Of("AdamW rate", &c.AdamRate, 1, setting.Positive),
		setting.Of("beta1", &c.Beta1, 0.9, setting.Decay),
		setting.Of("beta2", &c.Beta2, 0.95, setting.Decay),
		setting.Of("epsilon", &c.Epsilon, 1e-8, leastEpsilon()),
	}
}

// Muon (Jordan 2024) steps along the momentum of a matrix with all its singular
// values made nearly equal:
//
//	B ← μB + ∇h
//	W ← W − α (0.2 √max(rows, columns) · O + wW), O = NS(∇h + μB)
//
// NS is five steps of Newton–Schulz, X ← aX + bXXᵀX + c(XXᵀ)²X from
// X = U/(‖U‖ + 10⁻⁷), a = 3.4445, b = −4.775, c = 2.0315. The factor 0.2 √max gives a step the
// root mean square of AdamW's, so that rates and weight decays of AdamW can be
// kept (Liu et al. 2025, arXiv 2502.16982).
//
// Matrices are the weights of dense layers (in×out) and of convolutions
// (patch×channels). AdamW steps everything else: biases, weights of one row or one
// column, and the last matrix unless LastLayer is set.
type Muon struct {
	rate
	owner
	cfg    MuonConfig // resolved
	t      uint64     // steps taken
	single newtonSchulz[float32]
	double newtonSchulz[float64]
}

var _ Optimizer = (*Muon)(nil)

// NewMuon returns a Muon optimizer. An error names the setting that is out of its range.
func NewMuon(cfg MuonConfig) (*Muon, error) {
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if err := checkShrink(cfg.LearningRate, cfg.WeightDecay); err != nil {
		return nil, err
	}
	names := []string{"momentum", "second moment"}
	return &Muon{rate: rate{cfg.LearningRate}, owner: owner{kind: "Muon", names: names, shape: cfg.shape}, cfg: cfg}, nil
}

// Config returns the settings in force: NewMuon makes the same optimizer of
// them. SetLearningRate does not change them.
func (o *Muon) Config() MuonConfig {
	c := o.cfg
	c.numbers().Express()
	return c
}

// shape gives only AdamW's parameters a second moment. Their first one stands in
// the place of the momentum.
func (c MuonConfig) shape(moment int, params []*graph.Param, i int) []int {
	if moment == 1 && c.orthogonalizes(params, i) {
		return nil
	}
	return params[i].Value.Shape()
}

// orthogonalizes tells the matrices from AdamW's parameters.
func (c MuonConfig) orthogonalizes(params []*graph.Param, i int) bool {
	if !matrixOf(params[i]).is() {
		return false
	}
	for _, p := range params[i+1:] {
		if matrixOf(p).is() {
			return true
		}
	}
	return c.LastLayer
}

// Step takes one step.
func (o *Muon) Step(obj graph.Objective) (float64, error) {
	if err := checkShrinks(obj, o.alpha, o.cfg.WeightDecay); err != nil {
		return 0, err
	}
	loss, err := o.gradient(obj)
	if err != nil {
		return loss, err
	}
	o.t++
	for i, p := range o.params {
		m, v := o.moments[0][i], o.moments[1][i]
		switch single := p.Value.Dtype() == graph.Float32; {
		case v == nil && single:
			muonStep(o, &o.single, p, p.Value.Float32s(), p.Grad.Float32s(), m.Float32s())
		case v == nil:
			muonStep(o, &o.double, p, p.Value.Float64s(), p.Grad.Float64s(), m.Float64s())
		case single:
			vector.Adam(p.Value.Float32s(), p.Grad.Float32s(), m.Float32s(), v.Float32s(), muonAdam[float32](o, p))
		default:
			vector.Adam(p.Value.Float64s(), p.Grad.Float64s(), m.Float64s(), v.Float64s(), muonAdam[float64](o, p))
		}
	}
	return loss, nil
}

func muonStep[T graph.Float](o *Muon, w *newtonSchulz[T], p *graph.Param, theta, grad, momentum []T) {
	m, mu := matrixOf(p), T(o.cfg.Momentum)
	vector.Combine(momentum, mu, 1, grad)
	u := w.x.of(m.size())
	if o.cfg.HeavyBall {
		vector.Copy(u, momentum)
	} else {
		vector.Copy(u, grad)
		vector.AddScaled(u, mu, momentum)
	}
	step := o.alpha * p.RateFactor() * 0.2 * math.Sqrt(float64(max(m.rows, m.cols)))
	vector.Combine(theta, T(decayed(p, o.alpha, o.cfg.WeightDecay)), T(-step), w.orthogonalize(m, u))
}

func muonAdam[T graph.Float](o *Muon, p *graph.Param) vector.AdamCoefficients[T] {
	rate, shrink := o.alpha*o.cfg.AdamRate*p.RateFactor(), decayed(p, o.alpha, o.cfg.WeightDecay)
	return adamCoefficients[T](o.cfg.Beta1, o.cfg.Beta2, o.cfg.Epsilon, o.t, rate, shrink)
}

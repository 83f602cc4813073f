package trainer

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/internal/vector"
)

// EMAConfig are the settings of an exponential moving average: 0 means the default, None
// none.
type EMAConfig struct {
	Decay float64 // β in [0, 1); default 0.999; None: 0, the last iterate

	// Buffers are averaged as well, such as Model.Buffers(). Default: none; evaluations
	// then read the buffers of the last step, which mostly are running averages already.
	Buffers []*graph.Buffer
}

func (c *EMAConfig) numbers() setting.Numbers {
	return setting.Numbers{setting.Of("decay of the average", &c.Decay, 0.999, setting.Decay)}
}

// EMA is an optimizer that steps as another one does, and averages the weights beside it:
// after t steps to θ₁ … θ_t the average is
//
//	θ̄_t = Σ_k βᵗ⁻ᵏ θ_k / Σ_k βᵗ⁻ᵏ,  θ̄_t = θ̄_{t−1} + c_t (θ_t − θ̄_{t−1}),  c_t = (1−β)/(1−βᵗ)
//
// The divisor is Adam's correction for beginning at zero (Kingma & Ba 2015, section 3).
// With it the average needs no warm-up of β: θ̄₁ is θ₁, the first steps have nearly equal
// weights, and the weights before the first step have none.
//
// The average is in float64 for models of float32 as well. In float32 a part 1−β = 1e-4
// of a small difference is lost in rounding, and the average stands still.
//
// Trainer.Fit scores the average, as of any [Averager]. An inner optimizer that is an
// Averager itself, as kfac.Optimizer, keeps its own average, if it has one, which nothing
// reads: leave kfac.Config.Polyak off. An EMA in an EMA is an error of NewEMA.
//
// It has 8 bytes for each learned parameter, and as many as the parameters while Averaged
// runs or has run. It serves one model and is not safe for concurrent use.
type EMA struct {
	inner  Optimizer
	cfg    EMAConfig // resolved
	t      uint64    // steps in the average
	params []*graph.Param
	emaMemory
	pending []byte          // a restored average whose parameters are not known yet
	saved   graph.Direction // the iterate, while the average is in place
	inPlace bool            // the average is
}

var (
	_ Optimizer      = (*EMA)(nil)
	_ Averager       = (*EMA)(nil)
	_ ContextStepper = (*EMA)(nil)
	_ Adopter        = (*EMA)(nil)
)

// NewEMA returns an optimizer that steps as opt does and averages.
func NewEMA(opt Optimizer, cfg EMAConfig) (*EMA, error) {
	if opt == nil {
		return nil, errors.New("trainer: an average of weights needs an optimizer")
	}
	if _, twice := opt.(*EMA); twice {
		return nil, errors.New("trainer: an average of weights of an optimizer that has one already: take one of the two")
	}
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if slices.Contains(cfg.Buffers, nil) {
		return nil, errors.New("trainer: an average of weights with a buffer that is nil")
	}
	cfg.Buffers = slices.Clone(cfg.Buffers)
	return &EMA{inner: opt, cfg: cfg}, nil
}

// Config returns the settings in force: NewEMA makes the same average of them.
func (o *EMA) Config() EMAConfig {
	c := o.cfg
	c.Buffers = slices.Clone(c.Buffers)
	c.numbers().Express()
	return c
}

// Unwrap is the optimizer that takes the steps.
func (o *EMA) Unwrap() Optimizer { return o.inner }

// LearningRate is the inner optimizer's.
func (o *EMA) LearningRate() float64 { return o.inner.LearningRate() }

// SetLearningRate changes the inner optimizer's.
func (o *EMA) SetLearningRate(alpha float64) { o.inner.SetLearningRate(alpha) }

// Step takes the inner optimizer's step and then takes the weights into the average. If
// the step fails, the average stays as it is.
func (o *EMA) Step(obj graph.Objective) (float64, error) {
	return o.StepContext(context.Background(), obj)
}

// StepContext is Step with a context, which an inner [ContextStepper] is given.
func (o *EMA) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	if o.inPlace {
		return 0, errors.New("trainer: a step while the average is in place of the weights: step after Averaged has returned")
	}
	memory, params := o.emaMemory, o.params
	if params == nil {
		params = obj.Params()
		var err error
		if memory, err = o.memoryFor(params); err != nil {
			return 0, err
		}
	} else if !slices.Equal(params, obj.Params()) {
		return 0, errOtherParams
	}
	loss, err := optimize(ctx, o.inner, obj)
	if err != nil {
		return loss, err
	}
	if o.params == nil { // not before: the inner optimizer may have refused them
		o.own(params, memory)
	}
	o.t++
	o.fold(emaPart(o.cfg.Decay, o.t))
	return loss, nil
}

// emaPart is c_t = (1−β)/(1−βᵗ), by expm1 since both are small where β is near 1.
func emaPart(beta float64, t uint64) float64 {
	return (1 - beta) / -math.Expm1(float64(t)*math.Log(beta))
}

// Averaged runs f with the average in the parameters' and the buffers' place, and then
// puts the iterate back, also if f fails. It returns f's error. Before the first step, and
// after a state was restored into an optimizer that knows no parameters (see Adopt), f
// runs with everything as it is; within another Averaged as well.
func (o *EMA) Averaged(f func() error) error {
	if o.t == 0 || o.params == nil || o.inPlace {
		return f()
	}
	if o.saved == nil {
		for _, x := range o.values {
			o.saved = append(o.saved, graph.NewDense(x.Dtype(), x.Shape()...))
		}
	}
	o.saved.Copy(o.values)
	o.inPlace = true
	defer func() {
		o.values.Copy(o.saved)
		o.inPlace = false
	}()
	for i, x := range o.values {
		if x.Dtype() == graph.Float32 {
			vector.Narrow(x.Float32s(), o.average[i].Float64s())
		} else {
			vector.Copy(x.Float64s(), o.average[i].Float64s())
		}
	}
	return f()
}

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

// emaMemory is what belongs to parameters.
type emaMemory struct {
	values  graph.Direction // of parameters and buffers: their own memory
	average graph.Direction // in float64
	wide    []float64       // room for a piece of values in float64
}

var (
	_ Optimizer      = (*EMA)(nil)
	_ Averager       = (*EMA)(nil)
	_ ContextStepper = (*EMA)(nil)
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
		return 0, errors.New("trainer: an average of weights serves one model: make another one for these parameters")
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

// Adopt makes the parameters known before the first step, as Model's learned ones are, so
// that Averaged works at once after UnmarshalBinary. It fails, and the state stays, if the
// state is of other parameters.
func (o *EMA) Adopt(params []*graph.Param) error {
	if o.params != nil {
		if slices.Equal(o.params, params) {
			return nil
		}
		return errors.New("trainer: an average of weights serves one model: make another one for these parameters")
	}
	memory, err := o.memoryFor(params)
	if err == nil {
		o.own(params, memory)
	}
	return err
}

func (o *EMA) own(params []*graph.Param, memory emaMemory) {
	o.params, o.emaMemory, o.pending = slices.Clone(params), memory, nil
}

// memoryFor makes memory for parameters, and fills it with the pending average.
func (o *EMA) memoryFor(params []*graph.Param) (emaMemory, error) {
	var m emaMemory
	m.values = graph.Values(params)
	for _, b := range o.cfg.Buffers {
		m.values = append(m.values, b.Value)
	}
	most := 0
	for _, x := range m.values {
		m.average = append(m.average, graph.NewDense(graph.Float64, x.Shape()...))
		if x.Dtype() == graph.Float32 {
			most = max(most, x.DataSize())
		}
	}
	m.wide = make([]float64, min(most, emaPiece))
	if len(o.pending) == 0 {
		return m, nil
	}
	return m, o.decodeAverage(o.pending, params, m.average)
}

// emaPiece is the number of float32 elements that are widened at a time: few enough for
// a cache, enough to be shared among cores.
const emaPiece = 1 << 17

// fold moves the average by the part c of its distance to the present values.
func (o *EMA) fold(c float64) {
	for i, x := range o.values {
		average := o.average[i].Float64s()
		if x.Dtype() == graph.Float64 {
			vector.Combine(average, 1-c, c, x.Float64s())
			continue
		}
		for single := x.Float32s(); len(single) > 0; {
			n := min(len(single), len(o.wide))
			vector.Widen(o.wide[:n], single[:n])
			vector.Combine(average[:n], 1-c, c, o.wide[:n])
			average, single = average[n:], single[n:]
		}
	}
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

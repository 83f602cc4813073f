package kfac_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// TestByHandDeclarations: an error in one line names the part that is declared wrongly.
func TestByHandDeclarations(t *testing.T) {
	type m = kfac.ByHandMap[float64]
	type other = kfac.ByHandOther[float64]
	x := func(n int) []float64 { return make([]float64, n) }
	taken := &m{Name: "taken", In: 1, Out: 1, Weight: x(1)}
	_, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean}, taken)
	require.NoError(t, err)
	w, flat := x(6), x(9)
	good := func() *m { return &m{Name: "good", In: 2, Out: 3, Weight: x(6), Bias: x(3)} }
	type parts = []kfac.ByHandPart[float64]
	for want, declared := range map[string]parts{
		"at least one map":                                          nil,
		"part 2 of 2 is nil":                                        {good(), nil},
		"part 1 of 1 is nil":                                        {(*m)(nil)},
		"a map has no name":                                         {&m{In: 2, Out: 3, Weight: x(6)}},
		"map good: the name is another part's":                      {good(), good()},
		"parameter good: the name is another part's":                {good(), &other{Name: "good", Value: x(1)}},
		"map taken: it belongs to another network":                  {taken},
		"map a: 0 inputs, 3 outputs and 0 locations: want positive": {&m{Name: "a", Out: 3}},
		"map a: 2 inputs, 3 outputs and -1 locations":               {&m{Name: "a", In: 2, Out: 3, Locations: -1, Weight: x(6)}},
		"map a: a weight of 5 elements: want 2·3":                   {&m{Name: "a", In: 2, Out: 3, Weight: x(5)}},
		"map a: a weight of 7 elements: want 2·3":                   {&m{Name: "a", In: 2, Out: 3, Weight: x(7)}},
		"map a: a weight of 0 elements":                             {&m{Name: "a", In: math.MaxInt, Out: math.MaxInt}},
		"map a: a bias of 2 elements: want 3":                       {&m{Name: "a", In: 2, Out: 3, Weight: x(6), Bias: x(2)}},
		`map a: unknown layout "columns": want in×out or out×in`:    {&m{Name: "a", In: 2, Out: 3, Weight: x(6), Layout: "columns"}},
		"map a: the map before it, good, does not stand before it":  {&m{Name: "a", In: 2, Out: 3, Weight: x(6), Previous: good()}},
		"share their memory":                                        {&m{Name: "a", In: 2, Out: 3, Weight: w}, &m{Name: "b", In: 3, Out: 2, Weight: w}},
		"parts of one network share their memory":                   {&m{Name: "a", In: 2, Out: 3, Weight: flat[:6]}, &other{Name: "b", Value: flat[5:8]}},
		"weight and bias of part 2 of 2 share their memory":         {good(), &m{Name: "a", In: 2, Out: 3, Weight: flat[:6], Bias: flat[3:6]}},
		"a parameter has no name":                                   {&other{Value: x(1)}},
		"parameter p: no elements":                                  {&other{Name: "p"}},
	} {
		_, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, declared...)
		assert.ErrorContains(t, err, want)
	}
	for want, cfg := range map[string]kfac.ByHandConfig{
		`the scale of gradients at outputs is "": say kfac.PerExample`: {},
		"the L2 coefficient is -1":                                     {Scale: kfac.OfMean, L2: -1},
		"the L2 coefficient is NaN":                                    {Scale: kfac.OfMean, L2: math.NaN()},
	} {
		_, err := kfac.NewByHand(cfg, good())
		assert.ErrorContains(t, err, want)
	}
	_, err = kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean}, &m{Name: "a", In: 2, Out: 2, Weight: flat[:4], Bias: flat[4:6]}, &other{Name: "b", Value: flat[6:]})
	assert.NoError(t, err, "pieces of one vector that do not overlap")
	again := good() // a part of a network that was refused is free for another one
	_, err = kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, again, &other{Name: "p"})
	require.Error(t, err)
	_, err = kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, again)
	assert.NoError(t, err)
}

// handed is a network with two locations and a parameter under no map.
type handed struct {
	net    *kfac.ByHand[float64]
	first  *kfac.ByHandMap[float64]
	second *kfac.ByHandMap[float64]
	gain   *kfac.ByHandOther[float64]
}

func newHanded(t testing.TB, cfg kfac.ByHandConfig) *handed {
	h := &handed{
		first:  &kfac.ByHandMap[float64]{Name: "first", In: 2, Out: 3, Locations: 2, Weight: normal(1, 6).Float64s(), Bias: normal(2, 3).Float64s()},
		second: &kfac.ByHandMap[float64]{Name: "second", In: 3, Out: 2, Weight: normal(3, 6).Float64s()},
		gain:   &kfac.ByHandOther[float64]{Name: "gain", Value: []float64{1, 2}},
	}
	var err error
	h.net, err = kfac.NewByHand(cfg, h.first, h.second, h.gain)
	require.NoError(t, err)
	return h
}

// hand hands over everything for n examples.
func (h *handed) hand(n int) {
	h.net.Begin(n)
	h.first.Inputs(normal(4, n*4).Float64s())
	h.second.Inputs(normal(5, n*3).Float64s())
	h.gradients()
	h.gain.Gradient([]float64{1, 2})
	h.first.Sampled(normal(9, n*6).Float64s())
	h.second.Sampled(normal(10, n*2).Float64s())
	h.gain.Sampled([]float64{0.1, 0.2})
}

func (h *handed) theta() []float64 {
	return slices.Concat(h.first.Weight, h.first.Bias, h.second.Weight, h.gain.Value)
}

// TestByHandErrors: wrong input is the next Step's error, in one line that names the map. It
// changes neither weights nor averages, and the mini-batch after it is taken.
func TestByHandErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	nan, inf := math.NaN(), math.Inf(1)
	for want, call := range map[string]func(h *handed){
		"a mini-batch of 0 examples":                              func(h *handed) { h.hand(3); h.net.Begin(0); h.first.Inputs(nil) },
		"a mini-batch of -3 examples":                             func(h *handed) { h.net.Begin(-3) },
		"map first: 11 elements of inputs: want 3·2×2, row-major": func(h *handed) { h.net.Begin(3); h.first.Inputs(make([]float64, 11)) },
		"map first: 6 elements of inputs: want 3·2×2":             func(h *handed) { h.net.Begin(3); h.first.Inputs(make([]float64, 6)) },
		"map first: 0 elements of inputs":                         func(h *handed) { h.net.Begin(3); h.first.Inputs(nil) },
		"map first: inputs: NaN in row 2, column 1":               func(h *handed) { h.net.Begin(1); h.first.Inputs([]float64{0, 0, nan, 0}) },
		"map first: Inputs twice in one pass":                     func(h *handed) { h.hand(3); h.first.Inputs(make([]float64, 12)) },
		"map first: InputsAt at location 2: want 0 to 1":          func(h *handed) { h.net.Begin(3); h.first.InputsAt(2, make([]float64, 6)) },
		"map first: InputsAt at location -1":                      func(h *handed) { h.net.Begin(3); h.first.InputsAt(-1, make([]float64, 6)) },
		"map first: InputsAt twice at location 1": func(h *handed) {
			h.net.Begin(3)
			h.first.InputsAt(1, make([]float64, 6))
			h.first.InputsAt(1, make([]float64, 6))
		},
		"map second: Sampled twice in one pass":                  func(h *handed) { h.hand(3); h.second.Sampled(make([]float64, 6)) },
		"map second: sampled gradients: -Inf in row 1, column 2": func(h *handed) { h.net.Begin(1); h.second.Sampled([]float64{0, -inf}) },
		"map second: no sampled gradients since Begin: this step measures curvature, as CurvatureDue says: call Sampled, in pass 2 of 2": func(h *handed) { h.hand(3); h.net.Pass(); h.first.Sampled(normal(1, 18).Float64s()) },
		"map second: no gradients since Begin: call Gradients or True":                                                                   func(h *handed) { h.net.Begin(3); h.first.Gradients(make([]float64, 6), make([]float64, 3)) },
		"parameter gain: no gradient since Begin":                                                                                        func(h *handed) { h.begun(); h.gradients() },
		"map first: no inputs since Begin: this step measures curvature, as CurvatureDue says: call Inputs":                              func(h *handed) { h.begun(); h.gradients(); h.gain.Gradient([]float64{1, 1}) },
		"map first: inputs at 1 of 2 locations": func(h *handed) {
			h.begun()
			h.gradients()
			h.gain.Gradient([]float64{1, 1})
			h.first.InputsAt(0, make([]float64, 6))
		},
		"map first: true gradients at 1 of 2 locations":                      func(h *handed) { h.begun(); h.first.TrueAt(0, make([]float64, 9)) },
		"map first: the weight's gradient has 5 elements: want 2·3":          func(h *handed) { h.begun(); h.first.Gradients(make([]float64, 5), make([]float64, 3)) },
		"map first: the bias's gradient has 0 elements: want 3":              func(h *handed) { h.begun(); h.first.Gradients(make([]float64, 6), nil) },
		"map second: a bias's gradient of a map without bias":                func(h *handed) { h.begun(); h.second.Gradients(make([]float64, 6), make([]float64, 2)) },
		"map second: the weight's gradient: +Inf in row 3, column 2":         func(h *handed) { h.begun(); h.second.Gradients([]float64{0, 0, 0, 0, 0, inf}, nil) },
		"map first: the bias's gradient: NaN in row 1, column 1":             func(h *handed) { h.begun(); h.first.Gradients(make([]float64, 6), []float64{nan, 0, 0}) },
		"map second: Gradients twice":                                        func(h *handed) { h.hand(3); h.second.Gradients(make([]float64, 6), nil) },
		"parameter gain: a gradient of 3 elements: want 2":                   func(h *handed) { h.begun(); h.gain.Gradient(make([]float64, 3)) },
		"parameter gain: gradient: NaN in row 1, column 2":                   func(h *handed) { h.begun(); h.gain.Gradient([]float64{0, nan}) },
		"parameter gain: Gradient twice":                                     func(h *handed) { h.hand(3); h.gain.Gradient([]float64{0, 1}) },
		"parameter gain: Sampled twice in one pass":                          func(h *handed) { h.hand(3); h.gain.Sampled([]float64{0, 1}) },
		"parameter gain: SampledSquares twice since Begin, or after Sampled": func(h *handed) { h.hand(3); h.gain.SampledSquares([]float64{0, 1}) },
		"parameter gain: sampled squares: -1 in row 1, column 2 is below 0":  func(h *handed) { h.begun(); h.gain.SampledSquares([]float64{0, -1}) },
		"parameter gain: no sampled gradients in pass 2": func(h *handed) {
			h.hand(3)
			h.net.Pass()
			h.first.Sampled(normal(1, 18).Float64s())
			h.second.Sampled(normal(1, 6).Float64s())
		},
		"SampleSoftmax without a source of random numbers":                  func(h *handed) { h.begun(); h.net.SampleSoftmax(make([]float64, 6), make([]float64, 6), nil) },
		"SampleSoftmax of 5 elements for 3 examples: want N·outputs":        func(h *handed) { h.begun(); h.net.SampleSoftmax(make([]float64, 5), make([]float64, 5), r) },
		"SampleSoftmax of 6 elements for outputs of 0: want as many":        func(h *handed) { h.begun(); h.net.SampleSoftmax(make([]float64, 6), nil, r) },
		"SampleSigmoid of 0 elements":                                       func(h *handed) { h.begun(); h.net.SampleSigmoid(nil, nil, r) },
		"SampleSoftmax: outputs: NaN in row 2, column 1":                    func(h *handed) { h.begun(); h.net.SampleSoftmax(make([]float64, 6), []float64{0, 0, nan, 0, 0, 0}, r) },
		"SampleGaussian with the standard deviation 0: want a positive one": func(h *handed) { h.begun(); h.net.SampleGaussian(make([]float64, 6), 0, r) },
	} {
		t.Run(want, func(t *testing.T) {
			h := newHanded(t, kfac.ByHandConfig{Scale: kfac.PerExample})
			o := newOptimizer(t, kfac.Config{Mode: kfac.Fixed, DampingUpdateSteps: kfac.None, FactorUpdateSteps: 1})
			h.hand(3)
			err := h.net.Step(o, 1)
			require.NoError(t, err)
			theta := h.theta()
			state, err := o.MarshalBinary()
			require.NoError(t, err)

			call(h)
			err = h.net.Step(o, 1)
			require.ErrorContains(t, err, want)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, theta, h.theta())
			after, err := o.MarshalBinary()
			require.NoError(t, err)
			assert.Equal(t, state, after)
			err = h.net.Step(o, 1)
			assert.ErrorContains(t, err, "call Begin before each Step")

			h.hand(3)
			assert.ErrorContains(t, h.net.Step(o, math.NaN()), "the loss is NaN")
			assert.Equal(t, theta, h.theta())
			h.hand(3)
			assert.NoError(t, h.net.Step(o, 1))
		})
	}
}

func (h *handed) begun() { h.net.Begin(3) }

func (h *handed) gradients() {
	h.first.Gradients(normal(6, 6).Float64s(), normal(7, 3).Float64s())
	h.second.Gradients(normal(8, 6).Float64s(), nil)
}

// TestByHandWithoutNetwork: calls out of turn do nothing, and do not panic.
func TestByHandWithoutNetwork(t *testing.T) {
	m := &kfac.ByHandMap[float64]{Name: "m", In: 1, Out: 1, Weight: []float64{1}}
	o := &kfac.ByHandOther[float64]{Name: "o", Value: []float64{1}}
	use := func() {
		m.Inputs([]float64{1})
		m.InputsAt(0, nil)
		m.Sampled([]float64{1})
		m.SampledAt(3, nil)
		m.True(nil)
		m.TrueAt(0, []float64{1})
		m.Gradients([]float64{1}, nil)
		o.Gradient([]float64{1})
		o.Sampled(nil)
		o.SampledSquares([]float64{1})
		assert.ErrorContains(t, m.Update([]float64{1}, nil), "map m: there is no update")
		assert.ErrorContains(t, o.Update([]float64{1}), "parameter o: there is no update")
	}
	use()
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean}, m, o)
	require.NoError(t, err)
	use() // before Begin
	net.SampleSoftmax([]float64{1}, []float64{1}, rand.New(rand.NewPCG(1, 1)))
	fixed := newOptimizer(t, kfac.Config{Mode: kfac.Fixed, DampingUpdateSteps: kfac.None})
	err = net.Step(fixed, 1)
	assert.ErrorContains(t, err, "call Begin before each Step")

	for want, optimizer := range map[string]interface {
		Step(graph.Objective) (float64, error)
	}{
		"no optimizer":                       nil,
		"the Optimizer is not one of New":    &kfac.Optimizer{},
		"the Preconditioned is not one of":   &kfac.Preconditioned{},
		"adaptive mode measures the loss":    newOptimizer(t, kfac.Config{}),
		"fixed mode measures the loss after": newOptimizer(t, kfac.Config{Mode: kfac.Fixed}),
	} {
		net.Begin(1)
		err := net.Step(optimizer, 1)
		assert.ErrorContains(t, err, want)
	}

	h := newHanded(t, kfac.ByHandConfig{Scale: kfac.OfMean})
	pre := ruled(t, &kfac.ByHandRule{}, kfac.PreconditionedConfig{})
	h.hand(2)
	err = h.net.Step(pre, 1)
	require.NoError(t, err)
	assert.NoError(t, h.gain.Update(make([]float64, 2)))
	assert.ErrorContains(t, h.gain.Update(make([]float64, 3)), "parameter gain: an update of 3 elements: want 2")
	assert.ErrorContains(t, h.first.Update(make([]float64, 3), nil), "map first: the weight's update has 3 elements: want 2·3")
	assert.ErrorContains(t, h.second.Update(make([]float64, 6), make([]float64, 2)), "map second: a bias's update of a map without bias")
	h.hand(2)
	err = h.net.Step(fixed, 1)
	require.NoError(t, err)
	assert.ErrorContains(t, h.first.Update(make([]float64, 6), make([]float64, 3)), "there is no update", "of an optimizer that takes the step itself")
}

// TestByHandNoise: no order of calls with lengths and values at random panics, and a step
// that fails leaves all weights finite.
func TestByHandNoise(t *testing.T) {
	steps := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		h := newHanded(t, kfac.ByHandConfig{Scale: kfac.OfMean, Loss: func() (float64, error) { return r.Float64(), nil }})
		optimizers := []trainer.Optimizer{newOptimizer(t, kfac.Config{}), newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Structure: kfac.EKFAC}),
			ruled(t, &kfac.ByHandRule{}, kfac.PreconditionedConfig{Preconditioner: kfac.PreconditionerConfig{Structure: kfac.Full}})}
		o := optimizers[seed%3]
		n := 2
		x := func(size int) []float64 {
			v := normal(r.Uint64(), max(size, 1)).Float64s()[:size]
			switch r.IntN(12) {
			case 0:
				return normal(1, r.IntN(20)+1).Float64s()
			case 1:
				for i := range v {
					v[i] *= 1e200
				}
			case 2:
				if size > 0 {
					v[r.IntN(size)] = math.NaN()
				}
			case 3:
				clear(v)
			}
			return v
		}
		for range 30 {
			if r.IntN(2) == 0 {
				n = 1 + r.IntN(3)
				h.hand(n)
			}
			for range r.IntN(4) {
				switch r.IntN(12) {
				case 0:
					h.net.Begin(r.IntN(3))
				case 1:
					h.first.Inputs(x(n * 4))
				case 2:
					h.second.InputsAt(r.IntN(3)-1, x(n*3))
				case 3:
					h.first.SampledAt(r.IntN(2), x(n*3))
				case 4:
					h.second.Sampled(x(n * 2))
				case 5:
					h.first.TrueAt(r.IntN(2), x(n*3))
				case 6:
					h.second.True(x(n * 2))
				case 7:
					h.first.Gradients(x(6), x(3))
				case 8:
					h.gain.Gradient(x(2))
				case 9:
					h.gain.SampledSquares(x(2))
				case 10:
					h.net.Pass()
				case 11:
					g := x(n * 2)
					h.net.SampleSoftmax(g, g, r)
				}
			}
			if err := h.net.Step(o, r.NormFloat64()); err == nil {
				steps++
				_ = h.second.Update(x(6), nil)
			}
			for _, v := range h.theta() {
				require.False(t, math.IsNaN(v), "seed %d", seed)
			}
		}
	}
	assert.Greater(t, steps, 300, "many steps were taken for all that")
}

// TestByHandMissingLeavesTheOptimizer: a step without sampled gradients is an error in adaptive mode, also where dampings
// would be tried, and the run goes on as if it had not been.
func TestByHandMissingLeavesTheOptimizer(t *testing.T) {
	const in, hidden, out = 5, 7, 3
	_, theta := handModel(t, in, hidden, out)
	run := func(fail bool) []float64 {
		h := newHandMLP[float64](t, kfac.PerExample, kfac.OutIn, theta, in, hidden, out)
		o := newOptimizer(t, kfac.Config{Estimator: graph.Exact, GammaUpdateSteps: 3})
		for k := range 12 {
			x, y := handBatch(k, 12, in, out)
			if fail {
				loss, before := h.begin(x.Float64s(), y.Int32s()), h.theta()
				h.first.Sampled(h.g1)
				err := h.net.Step(o, loss)
				require.ErrorContains(t, err, "map second: no sampled gradients since Begin: this step measures curvature", "step %d", k)
				require.Equal(t, before, h.theta())
			}
			loss := h.begin(x.Float64s(), y.Int32s())
			h.exact()
			require.NoError(t, h.net.Step(o, loss))
		}
		return h.theta()
	}
	assert.Equal(t, run(false), run(true))
}

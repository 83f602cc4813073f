package trainer_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// scripted is an optimizer whose parameters have given values after each step.
type scripted struct {
	values []float64
	rate   float64
	err    error
	ctx    context.Context
}

func (g *scripted) LearningRate() float64     { return g.rate }
func (g *scripted) SetLearningRate(a float64) { g.rate = a }

func (g *scripted) Step(obj graph.Objective) (float64, error) {
	if g.err != nil {
		return 0, g.err
	}
	set(obj.Params(), g.values[0])
	g.values = g.values[1:]
	return 1, nil
}

func (g *scripted) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	g.ctx = ctx
	return g.Step(obj)
}

// set gives all elements of parameters one value.
func set(params []*graph.Param, v float64) {
	for _, p := range params {
		if p.Value.Dtype() == graph.Float32 {
			for i := range p.Value.Float32s() {
				p.Value.Float32s()[i] = float32(v)
			}
			continue
		}
		for i := range p.Value.Float64s() {
			p.Value.Float64s()[i] = v
		}
	}
}

// points is an objective of nothing but parameters.
type points []*graph.Param

func (p points) Params() []*graph.Param { return p }
func (p points) Loss() (float64, error) { return 0, nil }
func (p points) Grad() (float64, error) { return 0, nil }

func averaged(t *testing.T, o trainer.Averager, params []*graph.Param) []float64 {
	t.Helper()
	var v []float64
	require.NoError(t, o.Averaged(func() error { v = snapshot(params, false); return nil }))
	return v
}

// By hand: with β = ½ the weights of 8, 4, 6 are 1, 2, 4 of 7: (8 + 8 + 24)/7 = 40/7, of 8, 4 they are 1, 2 of 3: 16/3.
func TestEMAByHand(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		inner := &scripted{values: []float64{8, 4, 6}, rate: 0.25}
		ema, err := trainer.NewEMA(inner, trainer.EMAConfig{Decay: 0.5})
		require.NoError(t, err)
		assert.Equal(t, 0.25, ema.LearningRate())
		ema.SetLearningRate(0.5)
		assert.Equal(t, 0.5, inner.rate)
		assert.Same(t, inner, ema.Unwrap())
		params := points{graph.NewParam("w", dtype, 2, 3), graph.NewParam("b", dtype, 1)}
		set(params, -1)
		assert.Equal(t, []float64{-1, -1, -1, -1, -1, -1, -1}, averaged(t, ema, params), "before the first step: as it is")
		for k, want := range []float64{8, 16. / 3, 40. / 7} {
			ctx, cancel := context.WithCancel(context.Background())
			loss, err := ema.StepContext(ctx, params)
			cancel()
			require.NoError(t, err)
			assert.Equal(t, 1., loss)
			assert.Equal(t, ctx, inner.ctx)
			eps := 2e-16 * 8
			if dtype == graph.Float32 {
				eps = 3e-7 // one rounding of a number below 8
			}
			for _, v := range averaged(t, ema, params) {
				assert.InDelta(t, want, v, eps)
			}
			iterate := []float64{8, 4, 6}[k]
			assert.Equal(t, []float64{iterate, iterate, iterate, iterate, iterate, iterate, iterate}, snapshot(params, false), "the iterate is back")
		}
	}
}

// A float32 model's average follows small changes that an average in float32 would lose: after
// many steps at 1, n steps at 1 + 2⁻¹² move it by the part 1 − βⁿ of that.
func TestEMAOfFloat32IsInFloat64(t *testing.T) {
	const beta, n, moved = 0.9999, 5000, 1.0 / 4096
	inner := &scripted{}
	for range 100000 {
		inner.values = append(inner.values, 1)
	}
	for range n {
		inner.values = append(inner.values, 1+moved)
	}
	ema, err := trainer.NewEMA(inner, trainer.EMAConfig{Decay: beta})
	require.NoError(t, err)
	params := points{graph.NewParam("w", graph.Float32, 1)}
	single := float32(1)
	for range 100000 + n {
		_, err := ema.Step(params)
		require.NoError(t, err)
		single = float32(beta)*single + float32(1-beta)*params[0].Value.Float32s()[0]
	}
	// The 100,000 steps weigh 1 − β¹⁰⁵⁰⁰⁰ ≈ 1 in all.
	want := 1 + moved*(1-math.Pow(beta, n))
	assert.InDelta(t, want, averaged(t, ema, params)[0], 2.0/(1<<24))
	assert.Greater(t, math.Abs(float64(single)-want), 100.0/(1<<24), "float32 would not do")
}

// The average is put back after an error, nothing steps meanwhile, and Averaged within Averaged changes nothing.
func TestEMAPutsTheIterateBack(t *testing.T) {
	ema, err := trainer.NewEMA(&scripted{values: []float64{8, 4}}, trainer.EMAConfig{Decay: 0.5})
	require.NoError(t, err)
	params := points{graph.NewParam("w", graph.Float64, 1)}
	for range 2 {
		_, err := ema.Step(params)
		require.NoError(t, err)
	}
	failure := errors.New("failure")
	assert.ErrorIs(t, ema.Averaged(func() error {
		_, err := ema.Step(params)
		assert.ErrorContains(t, err, "a step while the average is in place")
		assert.InDelta(t, 16./3, averaged(t, ema, params)[0], 1e-15)
		assert.InDelta(t, 16./3, snapshot(params, false)[0], 1e-15)
		return failure
	}), failure)
	assert.Equal(t, []float64{4}, snapshot(params, false))
	assert.Panics(t, func() { _ = ema.Averaged(func() error { panic("f") }) })
	assert.Equal(t, []float64{4}, snapshot(params, false))
}

func TestEMARefuses(t *testing.T) {
	_, err := trainer.NewEMA(nil, trainer.EMAConfig{})
	assert.ErrorContains(t, err, "needs an optimizer")
	_, err = trainer.NewEMA(&scripted{}, trainer.EMAConfig{Decay: 1})
	assert.EqualError(t, err, "trainer: decay of the average 1: want at least 0 and below 1")
	_, err = trainer.NewEMA(&scripted{}, trainer.EMAConfig{Buffers: []*graph.Buffer{nil}})
	assert.ErrorContains(t, err, "nil")
	inner := &scripted{values: []float64{1, 2}}
	ema, err := trainer.NewEMA(inner, trainer.EMAConfig{})
	require.NoError(t, err)
	assert.Equal(t, 0.999, ema.Config().Decay)
	_, err = trainer.NewEMA(ema, trainer.EMAConfig{})
	assert.ErrorContains(t, err, "has one already")
	_, err = ema.MarshalBinary()
	assert.EqualError(t, err, "trainer: the inner optimizer *trainer_test.scripted has no MarshalBinary")
	assert.EqualError(t, ema.UnmarshalBinary(nil), "trainer: the inner optimizer *trainer_test.scripted has no UnmarshalBinary")

	params, others := points{graph.NewParam("w", graph.Float64, 1)}, points{graph.NewParam("w", graph.Float64, 1)}
	inner.err = errors.New("refused")
	_, err = ema.Step(others)
	assert.ErrorIs(t, err, inner.err)
	inner.err = nil
	_, err = ema.Step(params)
	require.NoError(t, err, "a step that failed has made no parameters its own")
	_, err = ema.Step(others)
	assert.ErrorContains(t, err, "serves one model")
	assert.ErrorContains(t, ema.Adopt(others), "serves one model")
	assert.NoError(t, ema.Adopt(params))
	inner.err = errors.New("refused")
	_, err = ema.Step(params)
	assert.ErrorIs(t, err, inner.err)
	assert.Equal(t, []float64{1}, averaged(t, ema, params), "a step that failed is not in the average")

	off, err := trainer.NewEMA(&scripted{values: []float64{1, 2}}, trainer.EMAConfig{Decay: trainer.None})
	require.NoError(t, err)
	assert.EqualValues(t, trainer.None, off.Config().Decay)
	for _, want := range []float64{1, 2} {
		_, err = off.Step(params)
		require.NoError(t, err)
		assert.Equal(t, []float64{want}, averaged(t, off, params), "decay 0: the iterate")
	}
}

// Buffers are averaged with the weights where they are asked for: c_t (x − x̄) from each step's value.
func TestEMAOfBuffers(t *testing.T) {
	buffer := graph.NewBuffer("mean", graph.Float32, 2)
	ema, err := trainer.NewEMA(&scripted{values: []float64{8, 4}}, trainer.EMAConfig{Decay: 0.5, Buffers: []*graph.Buffer{buffer}})
	require.NoError(t, err)
	params := points{graph.NewParam("w", graph.Float64, 1)}
	for _, v := range []float32{3, 6} {
		buffer.Value.Float32s()[1] = v
		_, err := ema.Step(params)
		require.NoError(t, err)
	}
	require.NoError(t, ema.Averaged(func() error {
		assert.Equal(t, []float32{0, 5}, buffer.Value.Float32s(), "(3 + 2·6)/3")
		return nil
	}))
	assert.Equal(t, []float32{0, 6}, buffer.Value.Float32s())
}

// Fit scores the average of K-FAC's iterates, takes its steps as they are, and K-FAC's own average is not asked for.
func TestEMAOfKFAC(t *testing.T) {
	fit := func(average bool) (iterate []float64, score float64) {
		m, src := toy(t, trainer.ModelConfig{Seed: 1})
		inner, err := kfac.New(kfac.Config{Polyak: 0.5})
		require.NoError(t, err)
		var opt trainer.Optimizer = inner
		if average {
			opt, err = trainer.NewEMA(inner, trainer.EMAConfig{Decay: 0.9})
			require.NoError(t, err)
		}
		test := &memory{x: src.x, y: src.y, n: 22}
		res, err := (&trainer.Trainer{Model: m, Optimizer: opt, Epochs: 2, Evaluations: []trainer.Evaluation{{Source: test}}}).Fit(context.Background(), src)
		require.NoError(t, err)
		if average {
			var want map[string]float64
			require.NoError(t, opt.(trainer.Averager).Averaged(func() error {
				want, err = m.Evaluate(context.Background(), test)
				return err
			}))
			assert.Equal(t, want["loss"], res.History[1].Scores["loss"])
		}
		return snapshot(m.Params(), false), res.History[1].Scores["loss"]
	}
	plain, polyak := fit(false)
	iterate, score := fit(true)
	assert.Equal(t, plain, iterate)
	assert.NotEqual(t, polyak, score)
}

// What is averaged is many pieces long, some of them short.
func TestEMAOfManyPieces(t *testing.T) {
	const n = 1<<18 + 77
	ema, err := trainer.NewEMA(&scripted{values: []float64{8, 4}}, trainer.EMAConfig{Decay: 0.5})
	require.NoError(t, err)
	params := points{graph.NewParam("w", graph.Float32, n), graph.NewParam("b", graph.Float32, 3)}
	for range 2 {
		_, err := ema.Step(params)
		require.NoError(t, err)
	}
	for i, v := range averaged(t, ema, params) {
		require.Equal(t, float64(float32(16./3)), v, i)
	}
}

// The average adds no allocation to a step.
func TestEMAStepAllocatesNothing(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 3}},
			losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype})
		require.NoError(t, err)
		obj, err := m.Batch(graph.NewDense(graph.Float32, 5, 4), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(5)))
		require.NoError(t, err)
		inner := sgd(t, 0.1)
		ema, err := trainer.NewEMA(inner, trainer.EMAConfig{})
		require.NoError(t, err)
		step := func(o trainer.Optimizer) func() {
			return func() {
				if _, err := o.Step(obj); err != nil {
					t.Fatal(err)
				}
			}
		}
		step(ema)()
		plain := testing.AllocsPerRun(100, step(inner))
		assert.LessOrEqual(t, testing.AllocsPerRun(100, step(ema)), plain)
		f := func() error { return nil }
		require.NoError(t, ema.Averaged(f))
		assert.Zero(t, testing.AllocsPerRun(100, func() { _ = ema.Averaged(f) }))
	}
}

// BenchmarkEMA is the cost of the average of 5 million float32 parameters.
func BenchmarkEMA(b *testing.B) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		b.Run(dtype.String(), func(b *testing.B) {
			ema, err := trainer.NewEMA(&still{}, trainer.EMAConfig{})
			require.NoError(b, err)
			params := points{graph.NewParam("w", dtype, 5<<20)}
			b.SetBytes(int64(params[0].Value.DataSize() * int(dtype.Size())))
			for b.Loop() {
				_, _ = ema.Step(params)
			}
		})
	}
}

// still is an optimizer that moves nothing.
type still struct{ scripted }

func (*still) Step(graph.Objective) (float64, error)                         { return 0, nil }
func (*still) StepContext(context.Context, graph.Objective) (float64, error) { return 0, nil }

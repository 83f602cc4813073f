package kfac_test

import (
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

var _ trainer.Optimizer = (*kfac.Optimizer)(nil)

func tinyNet() layers.Sequential {
	return layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}}
}

// trajectory is the parameters after each of a few steps on one batch.
func trajectory(t *testing.T, cfg kfac.Config, x, y *tensor.Dense, steps int) [][]float64 {
	t.Helper()
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, x.Shape()[1])
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	path := [][]float64{flat(m.Params(), values)}
	for range steps {
		step(t, m, o, x, y)
		path = append(path, flat(m.Params(), values))
	}
	return path
}

// TestDuplicatedBatch: a batch given twice over is the same mean, the same
// factors and so the same step.
func TestDuplicatedBatch(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	twice := graph.NewDense(graph.Float64, 8, 6)
	copy(twice.Float64s(), x.Float64s())
	copy(twice.Float64s()[24:], x.Float64s())
	once := trajectory(t, plain(0.1, 0.5), x, y, 5)
	dup := trajectory(t, plain(0.1, 0.5), twice, labels(0, 2, 1, 2, 0, 2, 1, 2), 5)
	for k := range once {
		assert.InDeltaSlice(t, once[k], dup[k], 1e-11)
	}
}

// TestMomentumAndDecay checks v ← μv + U and θ ← (1−αw)θ − αv against plain
// K-FAC steps taken from the same points.
func TestMomentumAndDecay(t *testing.T) {
	const alpha, mu, decay = 0.1, 0.8, 0.01
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	cfg := plain(0.1, alpha)
	cfg.Momentum, cfg.WeightDecay = mu, decay
	path := trajectory(t, cfg, x, y, 2)

	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o, err := kfac.New(plain(0.1, 1)) // its steps are −U
	require.NoError(t, err)
	theta := flat(m.Params(), values)
	velocity := make([]float64, len(theta))
	for k := range 2 {
		require.InDeltaSlice(t, path[k], theta, 1e-12)
		restore(m.Params(), theta)
		step(t, m, o, x, y)
		for i, v := range flat(m.Params(), values) {
			velocity[i] = mu*velocity[i] + theta[i] - v
			theta[i] = (1-alpha*decay)*theta[i] - alpha*velocity[i]
		}
	}
	assert.InDeltaSlice(t, path[2], theta, 1e-12)
}

// TestNormClip: a binding κ scales the step so that α²ν²ΣVᵀU = κ.
func TestNormClip(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	free := trajectory(t, plain(0.1, 0.5), x, y, 1)
	cfg := plain(0.1, 0.5)
	cfg.KLClip = 1e-4
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	step(t, m, o, x, y)
	s := o.Stats()
	assert.Less(t, s.ClipFactor, 1.0)
	vu := s.Cosine * s.GradNorm * s.PreconditionedNorm
	assert.InDelta(t, 1e-4, 0.25*s.ClipFactor*s.ClipFactor*vu, 1e-16)
	for i, v := range flat(m.Params(), values) {
		want := free[0][i] + s.ClipFactor*(free[1][i]-free[0][i])
		assert.InDelta(t, want, v, 1e-14)
	}
}

// TestPreconditionerIsApplied: the update is not the gradient in disguise.
func TestPreconditionerIsApplied(t *testing.T) {
	x, y := normal(1, 9, 6), labels(0, 2, 1, 2, 0, 1, 1, 0, 2)
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o, err := kfac.New(plain(0.01, 0.1))
	require.NoError(t, err)
	step(t, m, o, x, y)
	assert.Positive(t, o.Stats().Cosine, "a descent direction")
	assert.Less(t, o.Stats().Cosine, 0.9)
}

// TestRefusals: what K-FAC cannot train correctly it does not train.
func TestRefusals(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	shared := &layers.Dense{Units: 6}
	for want, net := range map[string]layers.Layer{
		"under no tap": layers.Sequential{&offset{}, &layers.Dense{Units: 3}},
		"used twice":   layers.Sequential{shared, layers.Tanh(), shared, &layers.Dense{Units: 3}},
	} {
		m := newModel(t, net, losses.SoftmaxCrossEntropy{}, 6)
		before := flat(m.Params(), values)
		o, err := kfac.New(kfac.Config{})
		require.NoError(t, err)
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		_, err = o.Step(obj)
		assert.ErrorContains(t, err, want)
		assert.Equal(t, before, flat(m.Params(), values))
	}

	a, b := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6), newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o, err := kfac.New(kfac.Config{})
	require.NoError(t, err)
	for range 5 {
		step(t, a, o, x, y)
		obj, err := b.Batch(x, y)
		require.NoError(t, err)
		before := flat(a.Params(), values)
		_, err = o.Step(obj)
		assert.ErrorContains(t, err, "one model")
		assert.Equal(t, before, flat(a.Params(), values))
	}
}

// offset is a layer with a parameter and no tap: y = x + c.
type offset struct{ c *graph.Param }

func (l *offset) Params() []*graph.Param { return []*graph.Param{l.c}[:boolToInt(l.c != nil)] }

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *offset) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if l.c == nil {
		l.c = graph.NewParam("offset", b.DType, x.Shape()[1])
	}
	n, c := x.Shape()[0], x.Shape()[1]
	return b.Apply(graph.Op{
		Name: "offset", Shape: x.Shape().Clone(),
		F32: func([]float32, [][]float32) { panic("float64 only") },
		F64: func(out []float64, in [][]float64) {
			for i := range n * c {
				out[i] = in[0][i] + in[1][i%c]
			}
		},
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad, nil}, nil },
	}, x, b.Param(l.c))
}

// TestNonFiniteBatch: a NaN is refused, and the next step is as if it had
// never been.
func TestNonFiniteBatch(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	want := trajectory(t, plain(0.1, 0.5), x, y, 2)
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o, err := kfac.New(plain(0.1, 0.5))
	require.NoError(t, err)
	step(t, m, o, x, y)
	bad := normal(1, 4, 6)
	bad.Float64s()[7] = math.NaN()
	obj, err := m.Batch(bad, y)
	require.NoError(t, err)
	_, err = o.Step(obj)
	var nonFinite *graph.NonFiniteError
	require.ErrorAs(t, err, &nonFinite)
	assert.Equal(t, want[1], flat(m.Params(), values))
	step(t, m, o, x, y)
	assert.Equal(t, want[2], flat(m.Params(), values))
}

// TestRatioOfAlteredSteps: clipping the gradient and decaying the weights are
// not the quadratic model's fault. On least squares, where it is the function
// itself, ρ is 1 with either.
func TestRatioOfAlteredSteps(t *testing.T) {
	x, y := normal(1, 30, 6), normal(2, 30, 3)
	for _, decay := range []float64{0, 0.5} {
		for _, clip := range []float64{math.Inf(1), 0.01} {
			m := newModel(t, &layers.Dense{Units: 3}, losses.SquaredError{}, 6)
			cfg := plain(1e-12, 0.3)
			cfg.DampingUpdateSteps, cfg.WeightDecay = 1, decay
			o, err := kfac.New(cfg)
			require.NoError(t, err)
			for range 3 {
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				_, err = o.Step(trainer.ClipNorm(obj, clip))
				require.NoError(t, err)
				assert.InDelta(t, 1, o.Stats().Ratio, 1e-6, "decay %g, clip %g", decay, clip)
			}
		}
	}
}

// TestDampingMoves: λ falls while the model predicts well, and rises when
// steps are far too long.
func TestDampingMoves(t *testing.T) {
	x, y := normal(1, 30, 6), normal(2, 30, 3)
	run := func(rate float64) float64 {
		m := newModel(t, &layers.Dense{Units: 3}, losses.SquaredError{}, 6)
		o, err := kfac.New(kfac.Config{LearningRate: rate, Momentum: -1, Damping: 1, MinDamping: 1e-3, DampingUpdateSteps: 1, Estimator: graph.Exact})
		require.NoError(t, err)
		for range 10 {
			step(t, m, o, x, y)
		}
		return o.Stats().Damping
	}
	assert.Less(t, run(0.5), 1.0)
	assert.Greater(t, run(20), 1.0)
}

func TestConfigValidation(t *testing.T) {
	assert.NoError(t, kfac.Config{}.Validate())
	for _, c := range []kfac.Config{
		{LearningRate: -1}, {LearningRate: math.NaN()}, {Momentum: 1}, {Damping: -1}, {Damping: math.Inf(1)},
		{MinDamping: 5, MaxDamping: 2}, {FactorDecay: 1}, {FactorUpdateSteps: -1}, {InverseUpdateSteps: -2},
		{KLClip: -1}, {WeightDecay: -1}, {Estimator: "fisher"},
	} {
		assert.Error(t, c.Validate(), "%+v", c)
		_, err := kfac.New(c)
		assert.Error(t, err)
	}
}

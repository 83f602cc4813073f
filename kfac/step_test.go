package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

var (
	_ trainer.Optimizer = (*kfac.Optimizer)(nil)
	_ trainer.Averager  = (*kfac.Optimizer)(nil)
)

func tinyNet() layers.Sequential {
	return layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}}
}

// trajectory is the parameters after each of a few steps on one batch.
func trajectory(t *testing.T, cfg kfac.Config, x, y *tensor.Dense, steps int) [][]float64 {
	t.Helper()
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, x.Shape()[1])
	o := newOptimizer(t, cfg)
	path := [][]float64{flat(m.Params(), values)}
	for range steps {
		step(t, m, o, x, y)
		path = append(path, flat(m.Params(), values))
	}
	return path
}

// TestOneStepSolvesLeastSquares: for one linear layer with squared error the
// Fisher is exactly A ⊗ I, and an undamped natural-gradient step lands on the
// least-squares solution, which QR finds without any of our code.
func TestOneStepSolvesLeastSquares(t *testing.T) {
	const n, in, out = 40, 6, 3
	x, y := normal(1, n, in), normal(2, n, out)
	design := mat.NewDense(n, in+1, nil)
	for i := range n {
		design.SetRow(i, append(append([]float64{}, row(x.Float64s(), i, in)...), 1))
	}
	var want mat.Dense
	require.NoError(t, want.Solve(design, mat.NewDense(n, out, y.Float64s())))
	for _, mode := range kfac.Modes() {
		for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.EKFAC, kfac.Full} {
			m := newModel(t, &layers.Dense{Units: out}, losses.SquaredError{}, in)
			cfg := kfac.Config{Mode: mode, Structure: structure, LearningRate: 1, Momentum: kfac.None, Damping: 1e-20, DampingUpdateSteps: 1, Estimator: graph.Exact, NoiseScale: kfac.None}
			o := newOptimizer(t, cfg)
			before := step(t, m, o, x, y)
			near(t, want.RawMatrix().Data, flat(m.Params(), values), 1e-9, mode, structure) // W's rows, then b: the rows of W̄
			s := o.Stats()
			assert.InDelta(t, 1, s.Ratio, 1e-9, "the quadratic model is the function itself")
			assert.InDelta(t, 1, s.Alpha, 1e-9)
			assert.InDelta(t, s.Actual, s.Predicted, 1e-9)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			after, err := obj.Grad()
			require.NoError(t, err)
			assert.InDelta(t, before+s.Actual, after, 1e-12)
			assert.InDelta(t, 0, trainer.GradNorm(obj.Params()), 1e-9)
		}
	}
}

// TestMomentumClipAndDecay checks v ← μv + νU and θ ← (1−αw)θ − αv against
// plain K-FAC steps taken from the same points: ν is of U alone, before
// momentum, and the decay is no part of v.
func TestMomentumClipAndDecay(t *testing.T) {
	const alpha, mu, decay = 0.1, 0.8, 0.01
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	for _, kappa := range []float64{0, 1e-3} {
		cfg := plain(0.1, alpha)
		cfg.Momentum, cfg.WeightDecay, cfg.KLClip = mu, decay, kappa
		path := trajectory(t, cfg, x, y, 3)
		m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
		o := newOptimizer(t, plain(0.1, 1)) // its steps are −U
		theta := flat(m.Params(), values)
		velocity := make([]float64, len(theta))
		for k := range 3 {
			near(t, path[k], theta, 1e-12, "step ", k)
			restore(m.Params(), theta)
			step(t, m, o, x, y)
			v, u := flat(m.Params(), grads), make([]float64, len(theta))
			for i, after := range flat(m.Params(), values) {
				u[i] = theta[i] - after
			}
			nu := 1.0
			if kappa > 0 {
				nu = math.Sqrt(kappa / (alpha * alpha * dot(v, u)))
				require.Less(t, nu, 1.0, "the clip binds")
			}
			for i := range theta {
				velocity[i] = mu*velocity[i] + nu*u[i]
				theta[i] = (1-alpha*decay)*theta[i] - alpha*velocity[i]
			}
		}
		near(t, path[3], theta, 1e-12)
	}
}

// TestNormClipStats: a binding κ scales the step so that α²ν²ΣVᵀU = κ.
func TestNormClipStats(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	cfg := plain(0.1, 0.5)
	cfg.KLClip = 1e-4
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o := newOptimizer(t, cfg)
	step(t, m, o, x, y)
	s := o.Stats()
	assert.Less(t, s.ClipFactor, 1.0)
	assert.InEpsilon(t, 1e-4, 0.5*s.ClipFactor*s.Cosine*s.GradNorm*s.UpdateNorm, 1e-10)
}

// TestPreconditionerIsApplied: in no structure or mode is the update the
// gradient in disguise.
func TestPreconditionerIsApplied(t *testing.T) {
	x, y := normal(1, 9, 6), labels(0, 2, 1, 2, 0, 1, 1, 0, 2)
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
			o := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure, Damping: 0.01, Estimator: graph.Exact})
			before := flat(m.Params(), values)
			step(t, m, o, x, y)
			update, v := flat(m.Params(), values), flat(m.Params(), grads)
			axpy(update, -1, before)
			cosine := -dot(update, v) / math.Sqrt(dot(update, update)*dot(v, v))
			assert.InDelta(t, cosine, o.Stats().Cosine, 1e-9)
			assert.Greater(t, cosine, 0.1, "%s, %s: a descent direction", structure, mode)
			assert.Less(t, cosine, 0.95, "%s, %s", structure, mode)
		}
	}
}

// TestRatioOfAlteredSteps: clipping the gradient and decaying the weights are
// not the quadratic model's fault. On least squares, where it is the function
// itself, ρ is 1 with either.
func TestRatioOfAlteredSteps(t *testing.T) {
	x, y := normal(1, 30, 6), normal(2, 30, 3)
	for _, mode := range kfac.Modes() {
		for _, decay := range []float64{0, 0.5} {
			for _, clip := range []float64{math.Inf(1), 0.01} {
				m := newModel(t, &layers.Dense{Units: 3}, losses.SquaredError{}, 6)
				cfg := plain(1e-12, 0.3)
				cfg.Mode, cfg.DampingUpdateSteps, cfg.WeightDecay = mode, 1, decay
				o := newOptimizer(t, cfg)
				for range 3 {
					obj, err := m.Batch(x, y)
					require.NoError(t, err)
					_, err = o.Step(trainer.ClipNorm(obj, clip))
					require.NoError(t, err)
					assert.InDelta(t, 1, o.Stats().Ratio, 1e-6, "%s, decay %g, clip %g", mode, decay, clip)
				}
			}
		}
	}
}

// TestOneModel: an optimizer that has met a model refuses another one.
func TestOneModel(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	a, b := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6), newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o := newOptimizer(t, kfac.Config{})
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

func TestConfigValidation(t *testing.T) {
	assert.NoError(t, kfac.Config{}.Validate())
	assert.NoError(t, kfac.Config{Mode: kfac.Fixed}.Validate())
	for _, c := range []kfac.Config{
		{LearningRate: -1}, {LearningRate: math.NaN()}, {LearningRate: 2}, {Mode: kfac.Fixed, Momentum: 1}, {Damping: -1}, {Damping: math.Inf(1)}, {Damping: math.NaN()},
		{MinDamping: 5, MaxDamping: 2}, {MinDamping: -2}, {MinDamping: 2, Damping: 1}, {MaxDamping: 1, Damping: 2}, {FactorDecay: 1},
		{FactorUpdateSteps: -1}, {InverseUpdateSteps: -2}, {Mode: kfac.Fixed, KLClip: -2}, {WeightDecay: -2}, {Estimator: "fisher"},
		{Polyak: 1}, {Polyak: -0.1}, {FactorFraction: 1.1}, {FactorFraction: -1}, {ProductFraction: 2}, {ProductFraction: math.NaN()},
		{Mode: "quick"}, {Structure: "dense"}, {Mode: kfac.Adaptive, Momentum: 0.5}, {Mode: kfac.Adaptive, KLClip: 1}, {Mode: kfac.Adaptive, Damping: -1},
	} {
		assert.Error(t, c.Validate(), "%+v", c)
		_, err := kfac.New(c)
		assert.Error(t, err)
	}
}

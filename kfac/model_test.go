package kfac_test

import (
	"math"
	"math/rand/v2"
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

// plain are settings without momentum, clipping or changing damping: one step
// is θ − α(F̂+λI)⁻¹∇h.
func plain(damping, rate float64) kfac.Config {
	return kfac.Config{LearningRate: rate, Momentum: -1, Damping: damping, DampingUpdateSteps: -1, Estimator: graph.Exact}
}

func newModel(t *testing.T, net layers.Layer, loss losses.Loss, in int) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{in}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m
}

func normal(seed uint64, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(seed, 9))
	x := graph.NewDense(graph.Float64, shape...)
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
	return x
}

func labels(ys ...int32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(ys)), tensor.WithBacking(ys))
}

func step(t *testing.T, m *trainer.Model, o *kfac.Optimizer, x, y *tensor.Dense) float64 {
	t.Helper()
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	loss, err := o.Step(obj)
	require.NoError(t, err)
	return loss
}

func flat(ps []*graph.Param, of func(*graph.Param) *tensor.Dense) []float64 {
	var v []float64
	for _, p := range ps {
		v = append(v, of(p).Float64s()...)
	}
	return v
}

func values(p *graph.Param) *tensor.Dense { return p.Value }
func grads(p *graph.Param) *tensor.Dense  { return p.Grad }

// TestOneStepSolvesLeastSquares: for one linear layer with squared error the
// Fisher is exactly A ⊗ I, and an undamped natural-gradient step lands on the
// least-squares solution, which QR finds without any of our code.
func TestOneStepSolvesLeastSquares(t *testing.T) {
	const n, in, out = 40, 6, 3
	x, y := normal(1, n, in), normal(2, n, out)
	m := newModel(t, &layers.Dense{Units: out}, losses.SquaredError{}, in)
	cfg := plain(1e-20, 1)
	cfg.DampingUpdateSteps = 1
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	before := step(t, m, o, x, y)

	design := mat.NewDense(n, in+1, nil)
	for i := range n {
		design.SetRow(i, append(append([]float64{}, x.Float64s()[i*in:(i+1)*in]...), 1))
	}
	var want mat.Dense
	require.NoError(t, want.Solve(design, mat.NewDense(n, out, y.Float64s())))
	got := flat(m.Params(), values) // W's rows, then b: the rows of W̄
	assert.InDeltaSlice(t, want.RawMatrix().Data, got, 1e-8)
	assert.InDelta(t, 1, o.Stats().Ratio, 1e-8, "the quadratic model is the function itself")
	assert.InDelta(t, o.Stats().Actual, o.Stats().Predicted, 1e-8)

	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	after, err := obj.Grad()
	require.NoError(t, err)
	assert.Less(t, after, before)
	assert.InDelta(t, 0, trainer.GradNorm(obj.Params()), 1e-8)
}

// enumeratedFisher is the Fisher of one example's parameters, summed over all
// classes: Σ_c p_c ∇log p_c ∇log p_cᵀ, each gradient from the model itself.
func enumeratedFisher(t *testing.T, m *trainer.Model, x *tensor.Dense, classes int) *mat.SymDense {
	t.Helper()
	p, err := m.Predict(x)
	require.NoError(t, err)
	probs := append([]float64{}, p.Float64s()...)
	var fisher *mat.SymDense
	for c := range classes {
		obj, err := m.Batch(x, labels(int32(c)))
		require.NoError(t, err)
		_, err = obj.Grad()
		require.NoError(t, err)
		g := flat(obj.Params(), grads)
		if fisher == nil {
			fisher = mat.NewSymDense(len(g), nil)
		}
		fisher.SymRankOne(fisher, probs[c], mat.NewVecDense(len(g), g))
	}
	return fisher
}

// TestSingleExample: for one example Kronecker products are no approximation.
// Each layer's update must be the dense inverse of the enumerated Fisher's
// block, damped the way K-FAC damps.
func TestSingleExample(t *testing.T) {
	const in, hidden, classes = 3, 4, 3
	const lambda = 0.05
	m := newModel(t, layers.Sequential{&layers.Dense{Units: hidden}, layers.Tanh(), &layers.Dense{Units: classes}}, losses.SoftmaxCrossEntropy{}, in)
	x, y := normal(3, 1, in), labels(1)
	fisher := enumeratedFisher(t, m, x, classes)
	before := flat(m.Params(), values)
	o, err := kfac.New(plain(lambda, 1))
	require.NoError(t, err)
	step(t, m, o, x, y)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	after := flat(m.Params(), values)
	restore(m.Params(), before)
	_, err = obj.Grad()
	require.NoError(t, err)
	gradient := flat(m.Params(), grads)

	start := 0
	for _, layer := range []struct{ rows, out int }{{in + 1, hidden}, {hidden + 1, classes}} {
		size := layer.rows * layer.out
		block := fisher.SliceSym(start, start+size)
		want := dampedSolve(t, block, layer.rows, layer.out, math.Sqrt(lambda), gradient[start:start+size])
		for i, u := range want {
			assert.InDelta(t, before[start+i]-u, after[start+i], 1e-9, "parameter %d", start+i)
		}
		start += size
	}
	require.Equal(t, len(before), start)
}

func restore(ps []*graph.Param, v []float64) {
	for _, p := range ps {
		copy(p.Value.Float64s(), v[:p.Size()])
		v = v[p.Size():]
	}
}

// dampedSolve takes a Kronecker product A⊗G apart by partial traces, of which
// one is A tr G and the other G tr A, damps both factors and solves densely.
func dampedSolve(t *testing.T, block mat.Symmetric, rows, out int, gamma float64, v []float64) []float64 {
	t.Helper()
	trace := mat.Trace(block)
	a, g := mat.NewDense(rows, rows, nil), mat.NewDense(out, out, nil)
	for i := range rows {
		for j := range rows {
			for k := range out {
				a.Set(i, j, a.At(i, j)+block.At(i*out+k, j*out+k))
			}
		}
	}
	for k := range out {
		for l := range out {
			for i := range rows {
				g.Set(k, l, g.At(k, l)+block.At(i*out+k, i*out+l))
			}
		}
	}
	// The homogeneous coordinate pins the scale: the last diagonal entry of A is 1.
	a.Scale(1/a.At(rows-1, rows-1), a)
	g.Scale(1/mat.Trace(a), g)
	require.InDelta(t, trace, mat.Trace(a)*mat.Trace(g), 1e-12)
	pi := math.Sqrt(mat.Trace(a) / float64(rows) / (mat.Trace(g) / float64(out)))
	for i := range rows {
		a.Set(i, i, a.At(i, i)+pi*gamma)
	}
	for k := range out {
		g.Set(k, k, g.At(k, k)+gamma/pi)
	}
	var f mat.Dense
	f.Kronecker(a, g)
	var u mat.VecDense
	require.NoError(t, u.SolveVec(&f, mat.NewVecDense(len(v), v)))
	return u.RawVector().Data
}

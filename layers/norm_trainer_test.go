package layers_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
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

// batchNet is a network whose first layer standardises the inputs, 2×2×3, so that its running statistics are known.
func batchNet(t testing.TB, l *layers.BatchNorm) *trainer.Model {
	t.Helper()
	net := layers.Sequential{l, &layers.Flatten{}, &layers.Dense{Units: 4}, layers.Tanh(), &layers.BatchNorm{NoScale: l.NoScale, NoShift: l.NoShift}, &layers.Dense{Units: 3}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2, 2, 3}, DType: graph.Float64, Seed: 3})
	require.NoError(t, err)
	return m
}

func batchOf(k uint64, n int) (x, y *tensor.Dense) {
	r := rand.New(rand.NewPCG(k, 11))
	x, y = graph.NewDense(graph.Float64, n, 2, 2, 3), graph.NewDense(graph.Float64, n)
	for i := range x.Float64s() {
		x.Float64s()[i] = float64(i%3)*5 + r.NormFloat64()
	}
	for i := range y.Float64s() {
		y.Float64s()[i] = float64(r.IntN(3))
	}
	return x, y
}

// statistics are the running statistics as the definition has them.
type statistics struct{ mean, variance []float64 }

func freshStatistics() statistics { return statistics{make([]float64, 3), []float64{1, 1, 1}} }

func (s statistics) take(x *tensor.Dense) {
	v := x.Float64s()
	n := float64(len(v) / 3)
	for c := range 3 {
		var mean, square float64
		for i := c; i < len(v); i += 3 {
			mean += v[i] / n
		}
		for i := c; i < len(v); i += 3 {
			square += (v[i] - mean) * (v[i] - mean)
		}
		s.mean[c] = 0.9*s.mean[c] + 0.1*mean
		s.variance[c] = 0.9*s.variance[c] + 0.1*square/(n-1)
	}
}

func (s statistics) check(t *testing.T, l *layers.BatchNorm) {
	t.Helper()
	require.InDeltaSlice(t, s.mean, l.Buffers()[0].Value.Float64s(), 1e-12)
	require.InDeltaSlice(t, s.variance, l.Buffers()[1].Value.Float64s(), 1e-12)
}

// one is a source of one mini-batch.
type one struct {
	x, y *tensor.Dense
	done bool
}

func (s *one) Steps() int { return 1 }

func (s *one) Next() (x, y *tensor.Dense, ok bool) {
	s.done = !s.done
	return s.x, s.y, s.done
}

// TestBatchNormRunningStatistics follow each mini-batch once, whatever passes an optimizer runs over it: ρ, products and
// searches of K-FAC in adaptive mode, evaluations and predictions leave them alone.
func TestBatchNormRunningStatistics(t *testing.T) {
	sgd := func() trainer.Optimizer {
		o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
		require.NoError(t, err)
		return o
	}
	adaptive := func(set kfac.Config) func() trainer.Optimizer {
		return func() trainer.Optimizer {
			set.DampingUpdateSteps, set.GammaUpdateSteps = 1, 2
			o, err := kfac.New(set)
			require.NoError(t, err)
			return o
		}
	}
	for name, c := range map[string]struct {
		make  func() trainer.Optimizer
		layer layers.BatchNorm
	}{
		"sgd":               {sgd, layers.BatchNorm{}},
		"kfac":              {adaptive(kfac.Config{}), layers.BatchNorm{}},
		"kfac, no params":   {adaptive(kfac.Config{}), layers.BatchNorm{NoScale: true, NoShift: true}},
		"kfac, part, exact": {adaptive(kfac.Config{ProductFraction: 0.5, Estimator: graph.Exact}), layers.BatchNorm{NoScale: true, NoShift: true}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &c.layer
			m, o, want := batchNet(t, l), c.make(), freshStatistics()
			for k := range uint64(8) {
				x, y := batchOf(k, 6+int(k%2)*3)
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				_, err = o.Step(obj)
				require.NoError(t, err)
				want.take(x)
				want.check(t, l)

				_, err = obj.Grad()
				require.NoError(t, err)
				_, err = obj.Loss()
				require.NoError(t, err)
				for _, examples := range []int{0, 4, 1} {
					_, err = obj.Products(examples, graph.Gradients(m.Params()))
					require.NoError(t, err)
				}
				_, err = m.Predict(x)
				require.NoError(t, err)
				_, err = m.Evaluate(context.Background(), &one{x: x, y: y})
				require.NoError(t, err)
				want.check(t, l)
			}
		})
	}
}

// TestBatchNormProducts: vᵀFv is a difference of the outputs along v, through the statistics of the mini-batch.
func TestBatchNormProducts(t *testing.T) {
	m := batchNet(t, &layers.BatchNorm{})
	x, y := batchOf(1, 6)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	loss, err := obj.Loss()
	require.NoError(t, err)
	h, err := obj.Grad()
	require.NoError(t, err)
	assert.Equal(t, loss, h)
	grads := graph.NewDirection(m.Params())
	grads.Copy(graph.Gradients(m.Params()))
	r := rand.New(rand.NewPCG(2, 2))
	v, theta := graph.NewDirection(m.Params()), graph.Values(m.Params())
	for _, part := range v {
		copy(part.Float64s(), normals(r, part.DataSize()))
	}
	const step = 1e-5
	theta.AddScaled(step, v)
	up, err := obj.Loss()
	require.NoError(t, err)
	theta.AddScaled(-2*step, v)
	down, err := obj.Loss()
	require.NoError(t, err)
	theta.AddScaled(step, v)
	assert.InDelta(t, (up-down)/(2*step), grads.Dot(v), 1e-7)
}

// TestBatchNormInParts: the parts of an accumulation are standardised each by itself, and taken in one after the other,
// once.
func TestBatchNormInParts(t *testing.T) {
	l := &layers.BatchNorm{}
	m, want := batchNet(t, l), freshStatistics()
	a := trainer.NewAccumulation(m)
	o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
	require.NoError(t, err)
	for k := range uint64(3) {
		a.Reset()
		for part := range uint64(2) {
			x, y := batchOf(10*k+part, 4+int(part))
			require.NoError(t, a.Add(x, y))
			want.take(x)
		}
		obj, err := a.MiniBatch()
		require.NoError(t, err)
		_, err = o.Step(obj)
		require.NoError(t, err)
		_, err = obj.Grad()
		require.NoError(t, err)
		want.check(t, l)
	}
}

// TestBatchNormOfOne: one value has no variance. The output is the bias, in training, and nothing is lost of the running
// statistics.
func TestBatchNormOfOne(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		l := &layers.BatchNorm{}
		b := newBuilder(t, dtype, 1, true, 1)
		x := input(t, b, []float64{7, -1e30, 3}, 1, 3)
		y, err := l.Build(b, x)
		require.NoError(t, err)
		randomise(t, l)
		kept := doubles(l.Buffers()[1].Value)
		grads, err := b.Backward(y, b.Ones(1, 3), x)
		require.NoError(t, err)
		p, err := b.Compile(append(b.Updates(), y, grads[0])...)
		require.NoError(t, err)
		require.NoError(t, p.Run())
		b.Commit()
		assert.Equal(t, doubles(l.Params()[1].Value), doubles(graph.Value(y)))
		assert.Equal(t, []float64{0, 0, 0}, doubles(graph.Value(grads[0])))
		assert.Equal(t, kept, doubles(l.Buffers()[1].Value))
	}
}

// TestBatchNormIsSaved with its running statistics and settings, and a predictor uses them.
func TestBatchNormIsSaved(t *testing.T) {
	l := &layers.BatchNorm{Momentum: 0.5, Epsilon: 1e-3}
	m := batchNet(t, l)
	o, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01})
	require.NoError(t, err)
	for k := range uint64(4) {
		obj, err := m.Batch(batchOf(k, 8))
		require.NoError(t, err)
		_, err = o.Step(obj)
		require.NoError(t, err)
	}
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, m, trainer.Preparation{}, trainer.SaveConfig{}))
	loaded, prepared, err := trainer.Load(dir, trainer.LoadConfig{})
	require.NoError(t, err)
	x, _ := batchOf(9, 5)
	want, err := m.Predict(x)
	require.NoError(t, err)
	kept := slices.Clone(want.Float64s())
	got, err := loaded.Predict(x)
	require.NoError(t, err)
	assert.Equal(t, kept, got.Float64s())
	predictor, err := trainer.NewPredictor(loaded, prepared)
	require.NoError(t, err)
	p, err := predictor.Predict(x.Float64s()[:12])
	require.NoError(t, err)
	assert.InDeltaSlice(t, kept[:3], p.Probabilities, 1e-7) // the predictor rounds raw values to float32
	for i, s := range []string{"batchnorm1.running_mean", "batchnorm1.running_var", "batchnorm2.running_mean", "batchnorm2.running_var"} {
		assert.Equal(t, s, loaded.Buffers()[i].Name)
		assert.Equal(t, m.Buffers()[i].Value.Data(), loaded.Buffers()[i].Value.Data())
	}
	assert.False(t, slices.ContainsFunc(kept, math.IsNaN))
}

// TestBatchNormOfAverages: averaged parameters are evaluated with averaged statistics, if the average has the buffers.
func TestBatchNormOfAverages(t *testing.T) {
	l := &layers.BatchNorm{}
	m := batchNet(t, l)
	inner, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
	require.NoError(t, err)
	obj, err := m.Batch(batchOf(0, 8)) // the buffers are there after the first graph
	require.NoError(t, err)
	require.NotEmpty(t, m.Buffers())
	o, err := trainer.NewEMA(inner, trainer.EMAConfig{Decay: 0.5, Buffers: m.Buffers()})
	require.NoError(t, err)
	var all [][]float64
	for k := range uint64(3) {
		_, err = o.Step(obj)
		require.NoError(t, err)
		all = append(all, slices.Clone(l.Buffers()[0].Value.Float64s()))
		obj, err = m.Batch(batchOf(k+1, 8))
		require.NoError(t, err)
	}
	latest := slices.Clone(l.Buffers()[0].Value.Float64s())
	var averaged []float64
	require.NoError(t, o.Averaged(func() error {
		averaged = slices.Clone(l.Buffers()[0].Value.Float64s())
		return nil
	}))
	assert.Equal(t, latest, l.Buffers()[0].Value.Float64s())
	for i, v := range averaged {
		assert.Less(t, math.Abs(v), math.Abs(latest[i])+1e-12, "the statistics grow from 0")
		assert.Greater(t, math.Abs(v), math.Abs(all[0][i])-1e-12)
	}
}

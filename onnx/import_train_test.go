package onnx_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// steps trains a model of images 6×6×2 and three classes by K-FAC, and returns its losses.
func steps(t *testing.T, m *trainer.Model, n int) (list []float64) {
	t.Helper()
	o, err := kfac.New(kfac.Config{})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 5))
	const batch = 24
	for range n {
		x, y := make([]float64, batch*6*6*2), make([]int32, batch)
		for i := range y {
			y[i] = int32(r.IntN(3))
			for j := range 72 {
				x[i*72+j] = r.NormFloat64() + float64(y[i])*float64(j%3)/4
			}
		}
		b, err := m.Batch(tensor.New(tensor.WithShape(batch, 6, 6, 2), tensor.WithBacking(x)), tensor.New(tensor.WithShape(batch), tensor.WithBacking(y)))
		require.NoError(t, err)
		loss, err := o.Step(b)
		require.NoError(t, err)
		list = append(list, loss)
	}
	return list
}

// TestImportedModelTrains: K-FAC takes the same steps on an imported model as on the one that was exported, since layers
// and taps are the same. In float64 they agree to rounding.
func TestImportedModelTrains(t *testing.T) {
	net := layers.Sequential{
		&layers.Conv2D{Filters: 4, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}}, &layers.BatchNorm{}, layers.ReLU(),
		&layers.Residual{Body: layers.Sequential{&layers.Conv2D{Filters: 4, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}}, layers.Tanh()}},
		&layers.MaxPool2D{Window: [2]int{2, 2}}, &layers.Flatten{}, &layers.Dense{Units: 8}, &layers.LayerNorm{}, layers.GELU(), &layers.Dense{Units: 3},
	}
	cfg := trainer.ModelConfig{Input: []int{6, 6, 2}, DType: graph.Float64, Seed: 3}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, cfg)
	require.NoError(t, err)
	var file bytes.Buffer
	for _, p := range m.Params() {
		for i, v := range p.Value.Float64s() {
			p.Value.Float64s()[i] = float64(float32(v)) // which the file has to the bit
		}
	}
	require.NoError(t, onnx.Export(&file, m, trainer.Preparation{}, onnx.SaveConfig{}))
	im, err := onnx.Import(&file, onnx.LoadConfig{Change: func(c *trainer.ModelConfig) { c.Seed, c.DType = cfg.Seed, cfg.DType }})
	require.NoError(t, err)
	assert.Equal(t, m.Config(), im.Model.Config())
	want, got := steps(t, m, 12), steps(t, im.Model, 12)
	assert.InDeltaSlice(t, want, got, 1e-9)
	assert.Less(t, got[11], got[0])
	for i, p := range m.Params() {
		assert.InDeltaSlice(t, p.Value.Float64s(), im.Model.Params()[i].Value.Float64s(), 1e-9, p.Name)
	}
	for i, b := range m.Buffers() {
		assert.InDeltaSlice(t, b.Value.Float64s(), im.Model.Buffers()[i].Value.Float64s(), 1e-9, b.Name)
	}
}

// TestImportedPyTorchTrains: a residual network of PyTorch's is trained further, and may be saved as any model.
func TestImportedPyTorchTrains(t *testing.T) {
	im, err := onnx.Load("testdata/resnet.onnx", onnx.LoadConfig{Loss: losses.SoftmaxCrossEntropy{}})
	require.NoError(t, err)
	o, err := kfac.New(kfac.Config{})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 5))
	x, y := make([]float32, 30*8*6*3), make([]int32, 30)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for i := range y {
		y[i] = int32(i % 5)
	}
	inputs, labels := tensor.New(tensor.WithShape(30, 8, 6, 3), tensor.WithBacking(x)), tensor.New(tensor.WithShape(30), tensor.WithBacking(y))
	var first, last float64
	for i := range 15 {
		b, err := im.Model.Batch(inputs, labels)
		require.NoError(t, err)
		loss, err := o.Step(b)
		require.NoError(t, err)
		if last = loss; i == 0 {
			first = last
		}
	}
	assert.Less(t, last, first/2)
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, im.Model, im.Preparation, trainer.SaveConfig{}))
	again, _, err := trainer.Load(dir, trainer.LoadConfig{})
	require.NoError(t, err)
	a, err := im.Model.Predict(inputs)
	require.NoError(t, err)
	want := a.Clone().(*tensor.Dense)
	b, err := again.Predict(inputs)
	require.NoError(t, err)
	assert.Equal(t, want.Data(), b.Data())
}

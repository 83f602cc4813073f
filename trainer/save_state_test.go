package trainer_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// centrings is the kind of a layer with a buffer, whose name comes from the builder.
func centrings() layers.Kind {
	return layers.NewKind("centring", func(*centring) struct{} { return struct{}{} }, func(struct{}) (*centring, error) { return &centring{}, nil })
}

// TestSaveBuffers: state that is not learned comes back, and a file without it is refused.
func TestSaveBuffers(t *testing.T) {
	m, err := trainer.NewModel(layers.Sequential{&centring{}, &layers.Dense{Units: 1}}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	require.NoError(t, err)
	copy(m.Buffers()[0].Value.Float32s(), []float32{3, -4})
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, m, trainer.Preparation{}, trainer.SaveConfig{Layers: []layers.Kind{centrings()}}))
	got, _, err := trainer.Load(dir, trainer.LoadConfig{Layers: []layers.Kind{centrings()}})
	require.NoError(t, err)
	require.Len(t, got.Buffers(), 1)
	assert.Equal(t, []float32{3, -4}, got.Buffers()[0].Value.Float32s())
	assert.Equal(t, predictions(t, m), predictions(t, got))
	name := m.Buffers()[0].Name
	path := filepath.Join(dir, trainer.ModelFile)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, rewritten(t, data, func(_ map[string]string, tensors map[string]*safetensors.Source) { delete(tensors, name) }), 0o600))
	_, _, err = trainer.Load(dir, trainer.LoadConfig{Layers: []layers.Kind{centrings()}})
	assert.ErrorContains(t, err, name)
}

// TestSaveAverages: within Averaged the file has the averaged weights, outside those of the last step.
func TestSaveAverages(t *testing.T) {
	m, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}})
	require.NoError(t, err)
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
	require.NoError(t, err)
	average, err := trainer.NewEMA(sgd, trainer.EMAConfig{Decay: 0.5})
	require.NoError(t, err)
	x := tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{1}))
	for range 3 {
		batch, err := m.Batch(x, x)
		require.NoError(t, err)
		_, err = average.Step(batch)
		require.NoError(t, err)
	}
	last, mean := t.TempDir(), t.TempDir()
	require.NoError(t, trainer.Save(last, m, trainer.Preparation{}, trainer.SaveConfig{}))
	var want any
	require.NoError(t, average.Averaged(func() error {
		want = m.Params()[0].Value.Clone().(*tensor.Dense).Data()
		return trainer.Save(mean, m, trainer.Preparation{}, trainer.SaveConfig{})
	}))
	require.NotEqual(t, want, m.Params()[0].Value.Data())
	for dir, want := range map[string]any{last: m.Params()[0].Value.Data(), mean: want} {
		got, _, err := trainer.Load(dir, trainer.LoadConfig{})
		require.NoError(t, err)
		assert.Equal(t, want, got.Params()[0].Value.Data())
	}
}

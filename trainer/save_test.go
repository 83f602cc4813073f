package trainer_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// saveCase is a model that is saved.
type saveCase struct {
	net  func() layers.Layer
	loss losses.Loss
	cfg  trainer.ModelConfig
	p    trainer.Preparation
}

func saveCases() map[string]saveCase {
	return map[string]saveCase{
		"classifier": {
			net: func() layers.Layer {
				return layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 5, Init: layers.HeNormal}, layers.ReLU(), &layers.Dropout{Rate: 0.25}, &layers.Dense{Units: 3, Name: "head", BiasInit: 0.5}}
			},
			loss: losses.SoftmaxCrossEntropy{}, cfg: trainer.ModelConfig{Input: []int{2, 2}, Seed: 3, L2: 0.1 + 0.2},
			p: trainer.Preparation{
				Inputs:   scaling.Scaling{Mean: []float64{math.Pi, 0, -1e-300, 4}, Deviation: []float64{1, 0, 1.0 / 3, 2}, Bound: 4.1},
				Features: []string{"a", "b \"c\"", "", "<é>"}, Classes: []string{"cat", "dog\n", "猫"},
			},
		},
		"convolution": {
			net: func() layers.Layer {
				return layers.Sequential{
					layers.Sequential{&layers.Conv2D{Filters: 3, Kernel: [2]int{3, 2}, Stride: [2]int{2, 0}, Padding: [2]int{1, 2}, Dilation: [2]int{0, 2}}, layers.Tanh()},
					&layers.Conv2D{Filters: 2, Kernel: [2]int{1, 1}, NoBias: true, Name: "c"}, layers.Identity(), &layers.Flatten{}, &layers.Dense{Units: 2, NoBias: true}, layers.Sigmoid(),
				}
			},
			loss: losses.With(&losses.ClassCost{Weights: []float64{0.5, 2}, Smoothing: 0.1}, losses.SoftmaxCrossEntropy{}),
			cfg:  trainer.ModelConfig{Input: []int{6, 7, 2}, DType: graph.Float64},
			p:    trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0.1}, Deviation: []float64{3}}},
		},
		"shared": {
			net: func() layers.Layer {
				shared := &layers.Dense{Units: 4, BiasInit: 0.1}
				return layers.Sequential{shared, layers.Tanh(), layers.Sequential{shared, layers.Tanh()}, shared}
			},
			loss: losses.Weighted{Canonical: losses.SquaredError{}}, cfg: trainer.ModelConfig{Input: []int{4}},
			p: trainer.Preparation{
				Targets: scaling.Scaling{Mean: []float64{1, 2, 3, 4}, Deviation: []float64{1, 2, 3, 4}, Bound: 10}, Values: []string{"w", "x", "y", "z"}},
		},
		"one layer": {
			net:  func() layers.Layer { return &layers.Dense{Units: 2} },
			loss: losses.SigmoidCrossEntropy{}, cfg: trainer.ModelConfig{Input: []int{3}},
		},
	}
}

// disturbed is a case's model with weights that no initialiser makes.
func (c saveCase) disturbed(t testing.TB) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(c.net(), c.loss, c.cfg)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 5))
	for _, p := range m.Params() {
		if p.Value.Dtype() == graph.Float32 {
			for i := range p.Value.Float32s() {
				p.Value.Float32s()[i] = float32(r.NormFloat64())
			}
		} else {
			for i := range p.Value.Float64s() {
				p.Value.Float64s()[i] = r.NormFloat64()
			}
		}
	}
	return m
}

func predictions(t testing.TB, m *trainer.Model) any {
	t.Helper()
	const n = 3
	shape := append([]int{n}, m.Config().Input...)
	x := make([]float64, tensor.Shape(shape).TotalSize())
	for i := range x {
		x[i] = math.Sin(float64(i))
	}
	y, err := m.Predict(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)))
	require.NoError(t, err)
	return y.Clone().(*tensor.Dense).Data()
}

// TestSaveLoad: a model comes back to the bit, with all that was said of its inputs and outputs, and saving what came
// back writes the same bytes.
func TestSaveLoad(t *testing.T) {
	for name, c := range saveCases() {
		t.Run(name, func(t *testing.T) {
			m := c.disturbed(t)
			dir := filepath.Join(t.TempDir(), "new", "dir")
			require.NoError(t, trainer.Save(dir, m, c.p, trainer.SaveConfig{}))
			got, p, err := trainer.Load(dir, trainer.LoadConfig{})
			require.NoError(t, err)
			assert.Equal(t, c.p, p)
			want := m.Config()
			want.Seed = 0
			assert.Equal(t, want, got.Config())
			require.Equal(t, len(m.Params()), len(got.Params()))
			for i, param := range m.Params() {
				assert.Equal(t, param.Name, got.Params()[i].Name)
				assert.Equal(t, param.Value.Data(), got.Params()[i].Value.Data())
			}
			assert.Equal(t, predictions(t, m), predictions(t, got))
			assert.Equal(t, m.Summary(), got.Summary())

			again := t.TempDir()
			require.NoError(t, trainer.Save(again, got, p, trainer.SaveConfig{}))
			first, err := os.ReadFile(filepath.Join(dir, trainer.ModelFile))
			require.NoError(t, err)
			second, err := os.ReadFile(filepath.Join(again, trainer.ModelFile))
			require.NoError(t, err)
			assert.Equal(t, first, second)
			_, _, err = trainer.Load(filepath.Join(again, trainer.ModelFile), trainer.LoadConfig{})
			assert.NoError(t, err, "the file's own path")
		})
	}
}

// TestLoadedModelTrainsOn: a step from the loaded weights is the step from the saved ones, loss, L2 and all.
func TestLoadedModelTrainsOn(t *testing.T) {
	c := saveCases()["convolution"]
	c.cfg.L2 = 0.3
	m := c.disturbed(t)
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, m, c.p, trainer.SaveConfig{}))
	got, _, err := trainer.Load(dir, trainer.LoadConfig{})
	require.NoError(t, err)
	x := tensor.New(tensor.WithShape(2, 6, 7, 2), tensor.WithBacking(make([]float64, 2*6*7*2)))
	for i := range x.Float64s() {
		x.Float64s()[i] = math.Cos(float64(i))
	}
	y := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{1, 0}))
	var lost []float64
	for _, m := range []*trainer.Model{m, got} {
		sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
		require.NoError(t, err)
		batch, err := m.Batch(x, y)
		require.NoError(t, err)
		loss, err := sgd.Step(batch)
		require.NoError(t, err)
		lost = append(lost, loss)
	}
	assert.Equal(t, lost[0], lost[1])
	for i, p := range m.Params() {
		assert.Equal(t, p.Value.Data(), got.Params()[i].Value.Data(), p.Name)
	}
}

// TestLoadChanges: what a LoadConfig changes of the file's model.
func TestLoadChanges(t *testing.T) {
	c := saveCases()["classifier"]
	m := c.disturbed(t)
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, m, c.p, trainer.SaveConfig{}))
	cost := losses.With(&losses.ClassCost{Smoothing: 0.1}, losses.SoftmaxCrossEntropy{})
	got, _, err := trainer.Load(dir, trainer.LoadConfig{Loss: cost, Change: func(c *trainer.ModelConfig) {
		c.DType, c.Seed, c.Groups = graph.Float64, 7, []graph.Group{{Params: "dense1.*", Frozen: true}}
	}})
	require.NoError(t, err)
	assert.Equal(t, uint64(7), got.Config().Seed)
	assert.Contains(t, got.Summary(), "frozen: dense1.weight, dense1.bias")
	for i, p := range got.Params() {
		for j, v := range m.Params()[i].Value.Float32s() {
			require.Equal(t, float64(v), p.Value.Float64s()[j])
		}
	}
	_, _, err = trainer.Load(dir, trainer.LoadConfig{Change: func(c *trainer.ModelConfig) { c.Input = []int{4} }})
	assert.ErrorContains(t, err, "it must stay")
}

// TestSaveFails by errors that say what cannot be saved, and leaves the last file.
func TestSaveFails(t *testing.T) {
	c := saveCases()["classifier"]
	m := c.disturbed(t)
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, m, c.p, trainer.SaveConfig{}))
	first, err := os.ReadFile(filepath.Join(dir, trainer.ModelFile))
	require.NoError(t, err)
	for want, p := range map[string]trainer.Preparation{
		"1 names of features": {Features: []string{"a"}},
		"4 means and 0 devia": {Inputs: scaling.Scaling{Mean: make([]float64, 4)}},
		"want finite numbers": {Inputs: scaling.Scaling{Mean: []float64{math.NaN()}, Deviation: []float64{1}}},
	} {
		assert.ErrorContains(t, trainer.Save(dir, m, p, trainer.SaveConfig{}), want)
	}
	other, err := trainer.NewModel(&unknown{}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}})
	require.NoError(t, err)
	assert.ErrorContains(t, trainer.Save(dir, other, trainer.Preparation{}, trainer.SaveConfig{}), "no kind describes *trainer_test.unknown")
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	assert.ErrorContains(t, trainer.Save(file, m, c.p, trainer.SaveConfig{}), file)
	last, err := os.ReadFile(filepath.Join(dir, trainer.ModelFile))
	require.NoError(t, err)
	assert.Equal(t, first, last)
}

type unknown struct{}

func (*unknown) Build(_ *graph.Builder, x *graph.Node) (*graph.Node, error) { return x, nil }
func (*unknown) Params() []*graph.Param                                     { return nil }

// rewritten is a saved model's file with other metadata and tensors, and a checksum that fits them.
func rewritten(t testing.TB, data []byte, change func(metadata map[string]string, tensors map[string]*safetensors.Source)) []byte {
	t.Helper()
	f, err := safetensors.Open(newReader(data), int64(len(data)))
	require.NoError(t, err)
	delete(f.Metadata, safetensors.ChecksumKey)
	tensors, order := map[string]*safetensors.Source{}, []string{}
	for i := range f.Tensors {
		x := &f.Tensors[i]
		s := &safetensors.Source{Name: x.Name, Shape: x.Shape}
		if x.DType == safetensors.F64 {
			s.Float64s = make([]float64, x.Size())
			err = f.Float64s(x, s.Float64s)
		} else {
			s.Float32s = make([]float32, x.Size())
			err = f.Float32s(x, s.Float32s)
		}
		require.NoError(t, err)
		tensors[x.Name], order = s, append(order, x.Name)
	}
	change(f.Metadata, tensors)
	var list []safetensors.Source
	for _, name := range order {
		if s := tensors[name]; s != nil {
			list = append(list, *s)
			delete(tensors, name)
		}
	}
	for _, s := range tensors {
		list = append(list, *s)
	}
	return tensorFile(t, f.Metadata, list...)
}

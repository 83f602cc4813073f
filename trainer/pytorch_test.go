package trainer_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
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

// python is an interpreter that has a module, or the test is skipped.
func python(t *testing.T, module string) string {
	t.Helper()
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import numpy, "+module).Run() == nil {
			return p
		}
	}
	t.Skipf("no python3 has numpy and %s (Debian: python3-numpy, python3-torch)", module)
	return ""
}

// check runs testdata/safetensors_check.py and decodes what it prints.
func check(t *testing.T, interpreter string, to any, args ...string) {
	t.Helper()
	command := exec.Command(interpreter, append([]string{filepath.Join("testdata", "safetensors_check.py")}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, to), "%s", out)
}

// TestPythonRebuildsModel: numpy, and torch, have the same outputs from the file alone, for raw inputs. Sums are of 7
// terms near 1 in float64; probabilities of the float32 model differ by the rounding of its sums.
func TestPythonRebuildsModel(t *testing.T) {
	interpreter := python(t, "json")
	for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
		tolerance := 1e-14
		if dtype == graph.Float32 {
			tolerance = 4e-6
		}
		net := layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 7, BiasInit: 0.2}, layers.Tanh(), &layers.Dropout{Rate: 0.5},
			&layers.Dense{Units: 6, NoBias: true}, layers.ReLU(), &layers.Dense{Units: 5}, layers.Sigmoid(), &layers.Dense{Units: 3, Name: "head"}}
		m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: 2})
		require.NoError(t, err)
		p := trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0.5, 100, -3, 7}, Deviation: []float64{2, 30, 0, 0.1}, Bound: 1.25}}
		dir := t.TempDir()
		require.NoError(t, trainer.Save(dir, m, p, trainer.SaveConfig{}))
		raw := []float64{1, 90, 5, 7.1, -2, 170, 8, 6.95, 0.3, 99.5, 0, 7}
		text, err := json.Marshal([][]float64{raw[:4], raw[4:8], raw[8:]})
		require.NoError(t, err)
		got := map[string][][]float64{}
		check(t, interpreter, &got, "predict", filepath.Join(dir, trainer.ModelFile), string(text))
		require.Contains(t, got, "numpy")
		x := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(make([]float64, 12)))
		for i, v := range raw { // in float64, as Python has it
			v -= p.Inputs.Mean[i%4]
			if d := p.Inputs.Deviation[i%4]; d != 0 {
				v *= 1 / d
			} else {
				v = 0
			}
			x.Float64s()[i] = min(max(v, -1.25), 1.25)
		}
		y, err := m.Predict(x)
		require.NoError(t, err)
		for by, rows := range got {
			for i, row := range rows {
				for j, v := range row {
					assert.InDelta(t, v, elementOf(y, i*3+j), tolerance, "%s %v", by, dtype)
				}
			}
		}
	}
}

func elementOf(t *tensor.Dense, i int) float64 {
	if t.Dtype() == graph.Float32 {
		return float64(t.Float32s()[i])
	}
	return t.Float64s()[i]
}

func mlpOfTorch() layers.Layer {
	return layers.Sequential{&layers.Dense{Units: 6}, layers.ReLU(), &layers.Dense{Units: 6}, layers.Tanh(), &layers.Dense{Units: 3, NoBias: true}}
}

func cnnOfTorch() layers.Layer {
	return layers.Sequential{&layers.Conv2D{Filters: 3, Kernel: [2]int{3, 2}, Stride: [2]int{2, 1}, Padding: [2]int{1, 0}}, layers.Tanh(),
		&layers.Conv2D{Filters: 4, Kernel: [2]int{2, 3}}, layers.ReLU(), &layers.Flatten{}, &layers.Dense{Units: 3}}
}

// normsOfTorch has running statistics, and a count of mini-batches in torch's file that nothing here is for.
func normsOfTorch() layers.Layer {
	return layers.Sequential{&layers.Conv2D{Filters: 3, Kernel: [2]int{3, 3}, NoBias: true}, &layers.BatchNorm{}, layers.ReLU(),
		&layers.MaxPool2D{Window: [2]int{3, 3}, Stride: [2]int{2, 2}, Padding: [2]int{1, 1}}, &layers.GroupNorm{Groups: 3},
		&layers.AvgPool2D{Window: [2]int{2, 2}, Stride: [2]int{1, 1}}, &layers.Flatten{}, &layers.Dense{Units: 4}, &layers.LayerNorm{}, &layers.Dense{Units: 3}}
}

// TestTorchWeights: what torch saved gives the same outputs here, for an MLP whose modules are called 0, 2 and 10 and a
// network of convolutions. The greatest sum is of 48 terms near 1, in float64.
func TestTorchWeights(t *testing.T) {
	interpreter := python(t, "torch")
	for which, c := range map[string]struct {
		net   layers.Layer
		input []int
	}{"MLP": {mlpOfTorch(), []int{4}}, "CNN": {cnnOfTorch(), []int{7, 7, 2}}, "NORM": {normsOfTorch(), []int{7, 7, 2}}} {
		path := filepath.Join(t.TempDir(), "torch.safetensors")
		var want struct {
			Names []string
			X, Y  []float64
		}
		check(t, interpreter, &want, "write", path, which)
		m, err := trainer.NewModel(c.net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: c.input, DType: graph.Float64})
		require.NoError(t, err)
		require.NoError(t, trainer.LoadWeights(path, m, trainer.WeightsConfig{}), which)
		y, err := m.Predict(tensor.New(tensor.WithShape(append([]int{5}, c.input...)...), tensor.WithBacking(want.X)))
		require.NoError(t, err)
		assert.InDeltaSlice(t, want.Y, y.Float64s(), 1e-13, which)
	}
}

// weightsFile writes a file of tensors and returns its path.
func weightsFile(t *testing.T, tensors ...safetensors.Source) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.safetensors")
	require.NoError(t, os.WriteFile(path, tensorFile(t, nil, tensors...), 0o600))
	return path
}

func numbered(name string, shape ...int) safetensors.Source {
	s := safetensors.Source{Name: name, Shape: shape, Float32s: make([]float32, tensor.Shape(shape).TotalSize())}
	for i := range s.Float32s {
		s.Float32s[i] = float32(i)
	}
	return s
}

// TestLoadWeightsOrdersWithin: the orders of weights of layers within layers are as those of layers one after the other.
func TestLoadWeightsOrdersWithin(t *testing.T) {
	conv := func() layers.Layer { return &layers.Conv2D{Filters: 2, Kernel: [2]int{2, 3}} }
	load := func(net layers.Layer, modules []string, more ...safetensors.Source) []*graph.Param {
		m, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3, 4, 3}})
		require.NoError(t, err)
		all := append([]safetensors.Source{numbered("m1.weight", 2, 3, 2, 3), numbered("m1.bias", 2), numbered("m2.weight", 5, 8), numbered("m2.bias", 5)}, more...)
		require.NoError(t, trainer.LoadWeights(weightsFile(t, all...), m, trainer.WeightsConfig{Modules: modules}))
		return m.Params()
	}
	plain := load(layers.Sequential{conv(), &layers.Flatten{}, &layers.Dense{Units: 5}}, nil)
	parallel := load(&layers.Parallel{Branches: []layers.Layer{
		layers.Sequential{conv(), &layers.Flatten{}, &layers.Dense{Units: 5}}, layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 2}},
	}}, nil, numbered("m3.weight", 2, 36), numbered("m3.bias", 2))
	residual := load(&layers.Residual{Body: layers.Sequential{conv(), &layers.Flatten{}, &layers.Dense{Units: 5}}, Shortcut: layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 5}}},
		[]string{"m1", "m2", "m3"}, numbered("m3.weight", 5, 36), numbered("m3.bias", 5))
	for i, p := range plain {
		assert.Equal(t, p.Value.Float32s(), parallel[i].Value.Float32s())
		assert.Equal(t, p.Value.Float32s(), residual[i].Value.Float32s())
	}
	for o := range 2 {
		for pixel := range 12 {
			for c := range 3 {
				assert.Equal(t, float32((o*3+c)*12+pixel), parallel[4].Value.Float32s()[(pixel*3+c)*2+o])
			}
		}
	}
}

// TestLoadWeightsOrders: elements go where a definition, written out in loops, says.
func TestLoadWeightsOrders(t *testing.T) {
	m, err := trainer.NewModel(layers.Sequential{
		&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 3}}, &layers.Flatten{}, layers.Tanh(), &layers.Dense{Units: 5}, &layers.Dense{Units: 4, NoBias: true},
	}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3, 4, 3}})
	require.NoError(t, err)
	path := weightsFile(t, numbered("m9.weight", 2, 3, 2, 3), numbered("m9.bias", 2), numbered("m10.bias", 5), numbered("m10.weight", 5, 8), numbered("m011.weight", 4, 5))
	require.NoError(t, trainer.LoadWeights(path, m, trainer.WeightsConfig{}))
	conv, dense, last := m.Params()[0].Value.Float32s(), m.Params()[2].Value.Float32s(), m.Params()[4].Value.Float32s()
	for o := range 2 {
		for c := range 3 {
			for i := range 2 {
				for j := range 3 {
					assert.Equal(t, float32(((o*3+c)*2+i)*3+j), conv[((i*3+j)*3+c)*2+o])
				}
			}
		}
	}
	for o := range 5 { // of images of 2×2 with 2 channels
		for c := range 2 {
			for i := range 2 {
				for j := range 2 {
					assert.Equal(t, float32(((o*2+c)*2+i)*2+j), dense[((i*2+j)*2+c)*5+o])
				}
			}
		}
	}
	for o := range 4 {
		for i := range 5 {
			assert.Equal(t, float32(o*5+i), last[i*4+o])
		}
	}
	assert.Equal(t, []float32{0, 1, 2, 3, 4}, m.Params()[3].Value.Float32s())
}

// TestLoadWeightsOfSquares: a layout that shapes do not show is asked for, and one that they show is found.
func TestLoadWeightsOfSquares(t *testing.T) {
	m, err := trainer.NewModel(&layers.Dense{Units: 2, NoBias: true}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	require.NoError(t, err)
	path := weightsFile(t, numbered("fc.weight", 2, 2))
	before := m.Params()[0].Value.Clone().(*tensor.Dense).Float32s()
	assert.ErrorContains(t, trainer.LoadWeights(path, m, trainer.WeightsConfig{}), "all weights are square")
	assert.Equal(t, before, m.Params()[0].Value.Float32s())
	require.NoError(t, trainer.LoadWeights(path, m, trainer.WeightsConfig{Layout: trainer.LayoutGokfac}))
	assert.Equal(t, []float32{0, 1, 2, 3}, m.Params()[0].Value.Float32s())
	require.NoError(t, trainer.LoadWeights(path, m, trainer.WeightsConfig{Layout: trainer.LayoutPyTorch}))
	assert.Equal(t, []float32{0, 2, 1, 3}, m.Params()[0].Value.Float32s())

	m, err = trainer.NewModel(layers.Sequential{&layers.Dense{Units: 2, NoBias: true}, &layers.Dense{Units: 3, NoBias: true}}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	require.NoError(t, err)
	require.NoError(t, trainer.LoadWeights(weightsFile(t, numbered("0.weight", 2, 2), numbered("1.weight", 3, 2)), m, trainer.WeightsConfig{}))
	assert.Equal(t, []float32{0, 2, 1, 3}, m.Params()[0].Value.Float32s(), "as the other weight is")
	require.NoError(t, trainer.LoadWeights(weightsFile(t, numbered("0.weight", 2, 2), numbered("1.weight", 2, 3)), m, trainer.WeightsConfig{}))
	assert.Equal(t, []float32{0, 1, 2, 3}, m.Params()[0].Value.Float32s())
}

// TestLoadWeightsNames: by the model's names, by Modules, or by numbers, and never by a guess.
func TestLoadWeightsNames(t *testing.T) {
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 3}, &layers.Dense{Units: 2, Name: "head"}}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{4}})
	require.NoError(t, err)
	load := func(cfg trainer.WeightsConfig, tensors ...safetensors.Source) error {
		before := m.Params()[0].Value.Clone().(*tensor.Dense).Float32s()
		err := trainer.LoadWeights(weightsFile(t, tensors...), m, cfg)
		if err != nil {
			assert.Equal(t, before, m.Params()[0].Value.Float32s(), "the model stays as it was")
			assert.NotContains(t, err.Error(), "\n")
		}
		return err
	}
	pair := func(a, b string) []safetensors.Source {
		return []safetensors.Source{numbered(b+".weight", 2, 3), numbered(b+".bias", 2), numbered(a+".weight", 3, 4), numbered(a+".bias", 3)}
	}
	none := trainer.WeightsConfig{}
	assert.NoError(t, load(none, pair("dense1", "head")...))
	assert.NoError(t, load(none, pair("net.2", "net.10")...))
	assert.NoError(t, load(trainer.WeightsConfig{Modules: []string{"encoder", "decoder"}}, pair("encoder", "decoder")...))
	assert.ErrorContains(t, load(none, pair("encoder", "decoder")...), `do not say which is of which layer: name them by WeightsConfig.Modules in the order of ["dense1" "head"]`)
	assert.ErrorContains(t, load(none, pair("fc1", "fc01")...), "do not say which is first")
	assert.ErrorContains(t, load(none, pair("fc2", "fc1")...), "of shape [2 3]: dense1.weight, of shape (4, 3), wants")
	assert.ErrorContains(t, load(none, pair("a\n1", "a\n2")[:2]...), "1 modules")
	assert.ErrorContains(t, load(none), "no tensors")
	assert.ErrorContains(t, load(none, append(pair("dense1", "head"), numbered("more", 1))...), `nothing that tensor "more" is for`)
	assert.NoError(t, load(none, append(pair("fc1", "fc2"), numbered("fc1.num_batches_tracked"))...))
	assert.ErrorContains(t, load(none, append(pair("fc1", "fc2"), numbered("fc1.running_mean", 3))...), `nothing that tensor "fc1.running_mean" is for`)
	assert.ErrorContains(t, load(none, pair("fc1", "fc2")[1:]...), `no tensor "fc2.weight" for head.weight`)
	assert.ErrorContains(t, load(trainer.WeightsConfig{Modules: []string{"a"}}, pair("a", "b")...), `1 modules, ["a"], for the 2 layers`)
	assert.ErrorContains(t, load(trainer.WeightsConfig{Modules: []string{"a", "c"}}, pair("a", "b")...), `no tensor "c.weight" for head.weight`)
	assert.ErrorContains(t, load(trainer.WeightsConfig{Layout: 7}, pair("fc1", "fc2")...), "layout 7 is none")
	mixed := pair("fc1", "fc2")
	mixed[0].Shape = []int{3, 2}
	assert.ErrorContains(t, load(none, mixed...), "of another network")
	four := pair("fc1", "fc2")
	four[0].Shape = []int{2, 3, 1, 1}
	assert.ErrorContains(t, load(none, four...), "is of a convolution")
	assert.ErrorContains(t, trainer.LoadWeights("none", m, none), "trainer: loading weights of none: no such file")
}

// TestLoadWeightsOfSaved: a model's own file gives another model its weights, whatever shapes show, and damage is seen.
func TestLoadWeightsOfSaved(t *testing.T) {
	build := func(seed uint64) *trainer.Model {
		m, err := trainer.NewModel(&layers.Dense{Units: 3}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, Seed: seed})
		require.NoError(t, err)
		return m
	}
	from, to := build(1), build(rand.Uint64()|2)
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, from, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{1}, Deviation: []float64{2}}}, trainer.SaveConfig{}))
	require.NoError(t, trainer.LoadWeights(dir, to, trainer.WeightsConfig{}))
	assert.Equal(t, from.Params()[0].Value.Data(), to.Params()[0].Value.Data())
	path := filepath.Join(dir, trainer.ModelFile)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)-3] ^= 16
	require.NoError(t, os.WriteFile(path, data, 0o600))
	assert.ErrorContains(t, trainer.LoadWeights(dir, to, trainer.WeightsConfig{}), "checksum")
	assert.Equal(t, from.Params()[0].Value.Data(), to.Params()[0].Value.Data())
}

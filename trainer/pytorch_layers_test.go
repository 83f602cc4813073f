package trainer_test

import (
	"encoding/json"
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
	"github.com/gokfac/gokfac/trainer"
)

func two(v int) [2]int { return [2]int{v, v} }

// torchNets are the networks of testdata/torch_layers.py.
func torchNets() map[string]struct {
	net   layers.Layer
	input []int
} {
	type c = struct {
		net   layers.Layer
		input []int
	}
	return map[string]c{
		"residual": {layers.Sequential{
			&layers.Conv2D{Filters: 4, Kernel: two(3), Padding: two(1), NoBias: true}, &layers.BatchNorm{}, layers.ReLU(),
			&layers.Residual{Body: layers.Sequential{
				&layers.Conv2D{Filters: 6, Kernel: [2]int{3, 1}, Padding: [2]int{1, 0}, Groups: 2}, &layers.BatchNorm{}, layers.ReLU(),
				&layers.Conv2D{Filters: 4, Kernel: two(3), Padding: two(1)}}},
			layers.ReLU(), &layers.MaxPool2D{Window: two(2)},
			&layers.Residual{
				Body:     layers.Sequential{&layers.Conv2D{Filters: 8, Kernel: two(3), Padding: two(1), Groups: 4}, &layers.GroupNorm{Groups: 2}, layers.Tanh()},
				Shortcut: &layers.Conv2D{Filters: 8, Kernel: two(1)}},
			&layers.Parallel{Branches: []layers.Layer{
				&layers.Conv2D{Filters: 3, Kernel: two(2)},
				layers.Sequential{&layers.AvgPool2D{Window: two(2), Stride: two(1)}, &layers.Conv2D{Filters: 2, Kernel: two(1)}}}},
			&layers.Flatten{}, &layers.BatchNorm{}, layers.ReLU(), &layers.Dense{Units: 7}, layers.Tanh(), &layers.LayerNorm{}, &layers.Dense{Units: 3},
		}, []int{6, 8, 2}},
		"flat": {layers.Sequential{
			&layers.Conv2D{Filters: 6, Kernel: two(3), Stride: two(2)}, &layers.BatchNorm{NoScale: true, NoShift: true}, layers.ReLU(),
			&layers.Conv2D{Filters: 6, Kernel: two(2), Groups: 3}, &layers.BatchNorm{}, layers.SiLU(), &layers.MaxPool2D{Window: two(2), Stride: two(1)},
			&layers.Flatten{}, &layers.Dropout{Rate: 0.5}, &layers.Dense{Units: 5}, &layers.BatchNorm{}, layers.ReLU(), &layers.Dense{Units: 3},
		}, []int{8, 9, 3}},
		"decoder": {layers.Sequential{
			&layers.Dense{Units: 24}, layers.ReLU(), &layers.Reshape{Shape: []int{3, 2, 4}}, &layers.Permute{Axes: []int{2, 3, 1}},
			&layers.ConvTranspose2D{Filters: 4, Kernel: [2]int{3, 2}, Stride: two(2), Padding: [2]int{1, 0}, OutputPadding: [2]int{1, 0}}, layers.Tanh(),
			&layers.ConvTranspose2D{Filters: 2, Kernel: two(3), Dilation: two(2), NoBias: true}, &layers.Flatten{}, &layers.Dense{Units: 3},
		}, []int{5}},
		"words": {layers.Sequential{
			&layers.Embedding{Rows: 11, Units: 4}, &layers.Conv1D{Filters: 6, Kernel: 3, Groups: 2}, &layers.BatchNorm{}, layers.GELU(),
			&layers.Conv1D{Filters: 3, Kernel: 2, Dilation: 2}, &layers.Flatten{}, &layers.Dense{Units: 3},
		}, []int{7}},
		"times": {layers.Sequential{
			&layers.Recurrent{Units: 4, Sequences: true}, &layers.Recurrent{Units: 2, Sequences: true, NoBias: true}, &layers.Flatten{}, &layers.Dense{Units: 3},
		}, []int{5, 3}},
	}
}

// TestTorchLayers: networks of all layers with weights give what PyTorch's give in evaluation. Its sums and ours are of
// up to 192 terms, in float32 on both sides.
func TestTorchLayers(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "torch_layers.json"))
	require.NoError(t, err)
	var cases map[string]struct {
		Modules []string
		X       []float32
		Y       []float64
	}
	require.NoError(t, json.Unmarshal(text, &cases))
	nets := torchNets()
	require.Len(t, cases, len(nets))
	for name, c := range nets {
		t.Run(name, func(t *testing.T) {
			want := cases[name]
			m, err := trainer.NewModel(c.net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: c.input})
			require.NoError(t, err)
			cfg := trainer.WeightsConfig{Modules: want.Modules}
			if name == "flat" {
				cfg.Modules = nil // their numbers say which is which
			}
			require.NoError(t, trainer.LoadWeights(filepath.Join("testdata", "torch_"+name+".safetensors"), m, cfg))
			y, err := m.Predict(tensor.New(tensor.WithShape(append([]int{4}, c.input...)...), tensor.WithBacking(want.X)))
			require.NoError(t, err)
			require.Len(t, want.Y, y.DataSize())
			for i, v := range want.Y {
				assert.InDelta(t, v, elementOf(y, i), 1e-5)
			}
		})
	}
}

// block is a container of one's own: its layers one after another.
type block struct{ layers.Sequential }

func blocks() layers.Kind {
	return layers.NewContainer("block", func(b block) (int, []layers.Layer) { return 0, b.Sequential },
		func(_ int, inner []layers.Layer) (block, error) { return block{inner}, nil })
}

// TestLoadWeightsRefuses what could be put in a wrong order, by one line that says what to do.
func TestLoadWeightsRefuses(t *testing.T) {
	dense := func(units int) *layers.Dense { return &layers.Dense{Units: units, NoBias: true} }
	conv := func(filters int) *layers.Conv2D {
		return &layers.Conv2D{Filters: filters, Kernel: two(1), NoBias: true}
	}
	images := []int{2, 3, 2}
	for _, c := range []struct {
		want    string // "": none
		net     layers.Layer
		input   []int
		tensors []safetensors.Source
	}{
		{"order of the weights of Conv2D(1, 1×1) conv1 is not known: a Reshape is before it", layers.Sequential{dense(12), &layers.Reshape{Shape: images}, conv(1)}, []int{4},
			[]safetensors.Source{numbered("0.weight", 12, 4), numbered("1.weight", 1, 2, 1, 1)}},
		{"", layers.Sequential{dense(6), &layers.Reshape{Shape: []int{2, 3, 1}}, conv(1)}, []int{4}, // one channel has no order
			[]safetensors.Source{numbered("0.weight", 6, 4), numbered("1.weight", 1, 1, 1, 1)}},
		{"Dense(1) dense1 is not known: a Reshape of images", layers.Sequential{conv(2), &layers.Reshape{Shape: []int{3, 4}}, &layers.Flatten{}, dense(1)}, images,
			[]safetensors.Source{numbered("0.weight", 2, 2, 1, 1), numbered("1.weight", 1, 12)}},
		{"Dense(1) dense1 is not known: a Permute", layers.Sequential{conv(2), &layers.Permute{Axes: []int{2, 1, 3}}, &layers.Flatten{}, dense(1)}, images,
			[]safetensors.Source{numbered("0.weight", 2, 2, 1, 1), numbered("1.weight", 1, 12)}},
		{"Dense(1) dense2 is not known: a container is before it whose parts", layers.Sequential{&layers.Flatten{}, &layers.Residual{Body: dense(12)}, dense(1)}, images,
			[]safetensors.Source{numbered("0.weight", 12, 12), numbered("1.weight", 1, 12)}},
		{"GroupNorm(2) groupnorm1 is of other groups", layers.Sequential{&layers.Flatten{}, &layers.GroupNorm{Groups: 2}, dense(1)}, images,
			[]safetensors.Source{numbered("0.weight", 12), numbered("0.bias", 12), numbered("1.weight", 1, 12)}},
		{"Recurrent(2) recurrent1 is not known: PyTorch has the elements", layers.Sequential{&layers.Flatten{}, &layers.Recurrent{Units: 2, NoBias: true}}, images,
			[]safetensors.Source{numbered("0.weight_ih_l0", 2, 1), numbered("0.weight_hh_l0", 2, 2)}},
		{"numbers do not say which of its parts is first", &layers.Residual{Body: dense(3), Shortcut: dense(3)}, []int{4},
			[]safetensors.Source{numbered("0.weight", 3, 4), numbered("1.weight", 3, 4)}},
		{`"0.weight_ih_l1" is of a further layer or direction of an nn.RNN`, &layers.Recurrent{Units: 2, NoBias: true}, []int{5, 3},
			[]safetensors.Source{numbered("0.weight_ih_l0", 2, 3), numbered("0.weight_hh_l0", 2, 2), numbered("0.weight_ih_l1", 2, 2)}},
		{`"0.weight_hh_l0_reverse" is of a further layer or direction`, &layers.Recurrent{Units: 2, NoBias: true}, []int{5, 3},
			[]safetensors.Source{numbered("0.weight_ih_l0", 2, 3), numbered("0.weight_hh_l0", 2, 2), numbered("0.weight_hh_l0_reverse", 2, 2)}},
		{`"0.weight_ih_l0" is of shape [8 3]: recurrent1.weight, of shape (5, 2), wants [2 3]`, &layers.Recurrent{Units: 2, NoBias: true}, []int{5, 3}, // an LSTM
			[]safetensors.Source{numbered("0.weight_ih_l0", 8, 3), numbered("0.weight_hh_l0", 8, 2)}},
		{`no tensor "0.running_mean" for batchnorm1.running_mean`, &layers.BatchNorm{}, []int{3}, []safetensors.Source{numbered("0.weight", 3), numbered("0.bias", 3)}},
		{"of shape [4 2 1 1]: conv1.weight, of shape (2, 2), wants [4 1 1 1]", &layers.Conv2D{Filters: 4, Kernel: two(1), Groups: 2, NoBias: true}, images,
			[]safetensors.Source{numbered("0.weight", 4, 2, 1, 1)}},
		{"block is a layer of your own: in which order", layers.Sequential{block{layers.Sequential{&layers.Flatten{}, dense(2)}}}, images,
			[]safetensors.Source{numbered("0.weight", 2, 12)}},
	} {
		m, err := trainer.NewModel(layers.Sequential{c.net, &layers.Flatten{}}, losses.SquaredError{}, trainer.ModelConfig{Input: c.input})
		require.NoError(t, err, c.want)
		before := snapshot(m.Params(), false)
		err = trainer.LoadWeights(weightsFile(t, c.tensors...), m, trainer.WeightsConfig{Layers: []layers.Kind{blocks()}})
		if c.want == "" {
			assert.NoError(t, err)
			continue
		}
		if assert.ErrorContains(t, err, c.want) {
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, before, snapshot(m.Params(), false), c.want)
		}
	}
	m, err := trainer.NewModel(layers.Sequential{dense(3), dense(3)}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}})
	require.NoError(t, err)
	twice := trainer.WeightsConfig{Modules: []string{"a", "a"}, Layout: trainer.LayoutPyTorch}
	assert.ErrorContains(t, trainer.LoadWeights(weightsFile(t, numbered("a.weight", 3, 3)), m, twice), `tensor "a.weight" is for two layers`)
	rnn, err := trainer.NewModel(&layers.Recurrent{Units: 2, NoBias: true}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{5, 3}})
	require.NoError(t, err)
	gokfac := trainer.WeightsConfig{Layout: trainer.LayoutGokfac}
	assert.ErrorContains(t, trainer.LoadWeights(weightsFile(t, numbered("0.weight_ih_l0", 2, 3), numbered("0.weight_hh_l0", 2, 2)), rnn, gokfac), "recurrent1.weight is 2 tensors in the file, and 1 in the layout")
}

// TestLoadWeightsInOwnContainer: convolutions within a container of one's own are found by its kind.
func TestLoadWeightsInOwnContainer(t *testing.T) {
	build := func() *trainer.Model {
		m, err := trainer.NewModel(layers.Sequential{block{layers.Sequential{&layers.Conv2D{Filters: 2, Kernel: [2]int{1, 2}, NoBias: true}, layers.ReLU()}}, &layers.Flatten{}, &layers.Dense{Units: 1, NoBias: true}},
			losses.SquaredError{}, trainer.ModelConfig{Input: []int{2, 3, 2}})
		require.NoError(t, err)
		return m
	}
	m, path := build(), weightsFile(t, numbered("0.weight", 2, 2, 1, 2), numbered("1.weight", 1, 8))
	require.NoError(t, trainer.LoadWeights(path, m, trainer.WeightsConfig{Layers: []layers.Kind{blocks()}}))
	assert.Equal(t, []float32{0, 4, 2, 6, 1, 5, 3, 7}, m.Params()[0].Value.Float32s())
	assert.Equal(t, []float32{0, 4, 1, 5, 2, 6, 3, 7}, m.Params()[1].Value.Float32s())
	assert.ErrorContains(t, trainer.LoadWeights(path, build(), trainer.WeightsConfig{}), "lies in a layer of your own")
}

// TestLoadWeightsPermuted: to channels first before a Flatten, and to channels last of the input, are PyTorch's order.
func TestLoadWeightsPermuted(t *testing.T) {
	m, err := trainer.NewModel(layers.Sequential{&layers.Permute{Axes: []int{2, 3, 1}}, &layers.Conv2D{Filters: 2, Kernel: two(1), NoBias: true}, &layers.Permute{Axes: []int{3, 1, 2}}, &layers.Flatten{}, &layers.Dense{Units: 1, NoBias: true}},
		losses.SquaredError{}, trainer.ModelConfig{Input: []int{3, 2, 2}, DType: graph.Float64})
	require.NoError(t, err)
	require.NoError(t, trainer.LoadWeights(weightsFile(t, numbered("0.weight", 2, 3, 1, 1), numbered("1.weight", 1, 8)), m, trainer.WeightsConfig{}))
	assert.Equal(t, []float64{0, 3, 1, 4, 2, 5}, m.Params()[0].Value.Float64s())
	assert.Equal(t, []float64{0, 1, 2, 3, 4, 5, 6, 7}, m.Params()[1].Value.Float64s())
}

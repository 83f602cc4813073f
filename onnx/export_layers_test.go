package onnx_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

func flat(l ...layers.Layer) layers.Layer { return append(layers.Sequential(l), &layers.Flatten{}) }

// layerNetworks has networks that show each kind of layer, with their settings. Their outputs are flat, as losses want
// them, and not what a distribution makes of them.
func layerNetworks() []network {
	conv := func(name string, c *layers.Conv2D, input ...int) network {
		return network{name: name, net: flat(c), input: input}
	}
	list := []network{
		{name: "dense", net: &layers.Dense{Units: 5}, input: []int{7}},
		{name: "dense without bias", net: &layers.Dense{Units: 5, NoBias: true}, input: []int{7}},
		{name: "dense, one unit", net: &layers.Dense{Units: 1}, input: []int{1}},
		{name: "nothing", net: layers.Sequential{}, input: []int{4}},
		{name: "flatten of a matrix", net: layers.Sequential{&layers.Flatten{}}, input: []int{4}},
		{name: "dropout", net: flat(&layers.Dropout2D{Rate: 0.5}, &layers.Dropout{Rate: 0.5}), input: []int{3, 3, 2}},
		{name: "tied", net: tied(), input: []int{6}},
		conv("conv2d", &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}}, 6, 5, 3),
		conv("conv2d without bias", &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}, NoBias: true}, 6, 5, 3),
		conv("conv2d of one channel", &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}}, 6, 5, 1),
		conv("conv2d without the channels' axis", &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}}, 6, 5),
		conv("conv2d 1×1", &layers.Conv2D{Filters: 4, Kernel: [2]int{1, 1}}, 6, 5, 3),
		conv("conv2d of the whole image", &layers.Conv2D{Filters: 4, Kernel: [2]int{6, 5}}, 6, 5, 3),
		conv("conv2d stride, padding, dilation", &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}, Stride: [2]int{2, 3}, Padding: [2]int{2, 1}, Dilation: [2]int{2, 1}}, 7, 8, 3),
		conv("conv2d groups", &layers.Conv2D{Filters: 6, Kernel: [2]int{3, 2}, Groups: 2}, 6, 5, 4),
		conv("conv2d depthwise", &layers.Conv2D{Filters: 8, Kernel: [2]int{3, 3}, Groups: 4, Same: true}, 6, 5, 4),
		{name: "conv1d", net: flat(&layers.Conv1D{Filters: 4, Kernel: 3, Stride: 2, Padding: 1}), input: []int{9, 2}},
		{name: "conv1d same, dilation, groups", net: flat(&layers.Conv1D{Filters: 4, Kernel: 3, Dilation: 2, Same: true, Groups: 2}), input: []int{9, 2}},
		{name: "conv1d without the channels' axis", net: flat(&layers.Conv1D{Filters: 4, Kernel: 3}, &layers.Conv1D{Filters: 2, Kernel: 2, NoBias: true}), input: []int{9}},
		{name: "conv-transpose2d", net: flat(&layers.ConvTranspose2D{Filters: 4, Kernel: [2]int{3, 2}}), input: []int{4, 3, 2}},
		{name: "conv-transpose2d with everything", net: flat(&layers.ConvTranspose2D{Filters: 4, Kernel: [2]int{3, 4}, Stride: [2]int{2, 3}, Padding: [2]int{1, 2},
			OutputPadding: [2]int{1, 2}, Dilation: [2]int{2, 1}, NoBias: true}), input: []int{4, 3, 2}},
		{name: "conv-transpose2d without the channels' axis", net: flat(&layers.ConvTranspose2D{Filters: 2, Kernel: [2]int{2, 2}, Stride: [2]int{2, 2}}), input: []int{4, 3}},
		{name: "maxpool2d", net: flat(&layers.MaxPool2D{Window: [2]int{2, 2}}), input: []int{5, 6, 3}},
		{name: "maxpool2d with everything", net: flat(&layers.MaxPool2D{Window: [2]int{3, 2}, Stride: [2]int{1, 2}, Padding: [2]int{2, 1}}), input: []int{5, 6, 3}},
		{name: "maxpool2d without the channels' axis", net: flat(&layers.MaxPool2D{Window: [2]int{2, 2}}, layers.Tanh(), &layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}), input: []int{5, 6}},
		{name: "avgpool2d", net: flat(&layers.AvgPool2D{Window: [2]int{3, 2}, Stride: [2]int{1, 2}, Padding: [2]int{1, 1}}), input: []int{5, 6, 3}},
		{name: "avgpool2d counting", net: flat(&layers.AvgPool2D{Window: [2]int{3, 2}, Stride: [2]int{1, 2}, Padding: [2]int{1, 1}, CountPadding: true}), input: []int{5, 6}},
		{name: "globalavgpool", net: layers.Sequential{&layers.GlobalAvgPool{}}, input: []int{5, 6, 3}},
		{name: "globalavgpool without the channels' axis", net: layers.Sequential{&layers.GlobalAvgPool{}}, input: []int{5, 6}},
		{name: "batchnorm of features", net: layers.Sequential{&layers.BatchNorm{Epsilon: 1e-3}}, input: []int{5}},
		{name: "batchnorm of images", net: flat(&layers.BatchNorm{}), input: []int{4, 3, 5}},
		{name: "batchnorm of a matrix", net: flat(&layers.BatchNorm{NoShift: true}), input: []int{4, 3}},
		{name: "batchnorm alone", net: flat(&layers.BatchNorm{NoShift: true, NoScale: true}), input: []int{2, 2, 4, 3}},
		{name: "layernorm of features", net: layers.Sequential{&layers.LayerNorm{Epsilon: 1e-2}}, input: []int{5}},
		{name: "layernorm of images", net: flat(&layers.Conv2D{Filters: 5, Kernel: [2]int{2, 2}}, &layers.LayerNorm{NoShift: true}), input: []int{4, 3, 2}},
		{name: "layernorm alone", net: flat(&layers.LayerNorm{NoShift: true, NoScale: true}), input: []int{4, 3}},
		{name: "groupnorm of features", net: layers.Sequential{&layers.GroupNorm{Groups: 2}}, input: []int{6}},
		{name: "groupnorm of images", net: flat(&layers.GroupNorm{Groups: 2, Epsilon: 1e-3}), input: []int{4, 3, 6}},
		{name: "groupnorm without shift", net: flat(&layers.Conv1D{Filters: 6, Kernel: 2}, &layers.GroupNorm{Groups: 3, NoShift: true}), input: []int{4, 3}},
		{name: "groupnorm alone, one group", net: flat(&layers.GroupNorm{Groups: 1, NoShift: true, NoScale: true}), input: []int{4, 3}},
		{name: "groupnorm of single channels", net: flat(&layers.GroupNorm{Groups: 6}), input: []int{4, 3, 6}},
		{name: "embedding", net: flat(&layers.Embedding{Rows: 9, Units: 4}), input: []int{5}, rows: 9},
		{name: "embedding of one number", net: flat(&layers.Embedding{Rows: 9, Units: 4}), input: []int{1}, rows: 9},
		{name: "recurrent", net: layers.Sequential{&layers.Recurrent{Units: 6}}, input: []int{5, 4}},
		{name: "recurrent without bias", net: layers.Sequential{&layers.Recurrent{Units: 6, NoBias: true}}, input: []int{5, 4}},
		{name: "recurrent of numbers, stacked", net: flat(&layers.Recurrent{Units: 6, Sequences: true}, &layers.Dropout{Rate: 0.1}, &layers.Recurrent{Units: 3, Sequences: true}), input: []int{5}},
		{name: "recurrent of words", net: layers.Sequential{&layers.Embedding{Rows: 9, Units: 4}, &layers.Recurrent{Units: 6, Sequences: true}, &layers.BatchNorm{}, &layers.Recurrent{Units: 3}}, input: []int{5}, rows: 9},
		{name: "recurrent of one time", net: flat(&layers.Recurrent{Units: 6, Sequences: true}), input: []int{1, 4}},
		{name: "residual", net: flat(&layers.Residual{Body: layers.Sequential{&layers.Conv2D{Filters: 3, Kernel: [2]int{3, 3}, Same: true}, layers.ReLU()}}), input: []int{4, 5, 3}},
		{name: "residual of planes", net: flat(&layers.Residual{Body: &layers.MaxPool2D{Window: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}}}), input: []int{4, 5}},
		{name: "residual of images and pools", net: flat(&layers.Conv2D{Filters: 3, Kernel: [2]int{3, 3}, Same: true}, &layers.Residual{Body: &layers.Flatten{}, Shortcut: layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 60}}}), input: []int{4, 5, 3}},
		{name: "residual with shortcut", net: flat(&layers.Residual{Body: &layers.Conv2D{Filters: 6, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}, Stride: [2]int{2, 2}},
			Shortcut: &layers.Conv2D{Filters: 6, Kernel: [2]int{1, 1}, Stride: [2]int{2, 2}}}), input: []int{4, 5, 3}},
		{name: "parallel", net: flat(&layers.Parallel{Branches: []layers.Layer{layers.Identity(), &layers.Conv2D{Filters: 2, Kernel: [2]int{1, 1}}, &layers.AvgPool2D{Window: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}}}}), input: []int{4, 5, 3}},
		{name: "parallel sum", net: &layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{&layers.Dense{Units: 3}, &layers.Dense{Units: 3, NoBias: true}, layers.Sequential{}}}, input: []int{3}},
		{name: "parallel of one", net: &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 3}}}, input: []int{3}},
		{name: "vector", net: &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 3}, &layers.Vector{Units: 2}}}, input: []int{3}},
		{name: "vector alone", net: &layers.Vector{Units: 2}, input: []int{3, 2}},
		{name: "reshape", net: flat(&layers.Reshape{Shape: []int{3, -1, 2}}, &layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, &layers.Reshape{Shape: []int{-1}}, &layers.Reshape{Shape: []int{2, 8}}), input: []int{30}},
		{name: "permute", net: flat(&layers.Permute{Axes: []int{2, 3, 1}}, layers.Tanh(), &layers.Permute{Axes: []int{1, 2, 3}}), input: []int{2, 3, 4}},
		{name: "permute of channels first", net: flat(&layers.Permute{Axes: []int{2, 3, 1}}, &layers.Conv2D{Filters: 4, Kernel: [2]int{2, 2}}, &layers.Permute{Axes: []int{3, 1, 2}}), input: []int{3, 5, 6}},
		{name: "permute of pooled planes", net: flat(&layers.AvgPool2D{Window: [2]int{2, 2}}, &layers.Permute{Axes: []int{2, 1}}), input: []int{4, 6}},
		{name: "permute of times", net: flat(&layers.Permute{Axes: []int{2, 1}}, &layers.Recurrent{Units: 3, Sequences: true}, &layers.Permute{Axes: []int{2, 1}}, &layers.Dropout{}, &layers.LayerNorm{Epsilon: 0.1}), input: []int{4, 6}},
	}
	for _, stride := range []int{1, 2, 3, 4} {
		for _, size := range []int{4, 5, 7} {
			list = append(list, conv(fmt.Sprintf("conv2d same, stride %d, %d", stride, size),
				&layers.Conv2D{Filters: 2, Kernel: [2]int{3, 2}, Stride: [2]int{stride, stride}, Dilation: [2]int{1, 2}, Same: true}, size, size+1, 2))
		}
	}
	for _, a := range []*layers.Activation{layers.ReLU(), layers.Tanh(), layers.Sigmoid(), layers.Identity(), layers.LeakyReLU(0.2), layers.ELU(1.5),
		layers.Softplus(), layers.SiLU(), layers.GELU(), layers.GELUTanh()} {
		list = append(list, network{name: a.String(), net: layers.Sequential{a}, input: []int{200}, within: 1e-6},
			network{name: a.String() + " between convolutions", net: flat(&layers.Conv2D{Filters: 3, Kernel: [2]int{2, 2}}, a, &layers.Conv2D{Filters: 3, Kernel: [2]int{2, 2}}), input: []int{5, 4, 2}})
	}
	return list
}

// tied has one layer in two places.
func tied() layers.Layer {
	d := &layers.Dense{Units: 6}
	return layers.Sequential{d, layers.Tanh(), d}
}

func TestLayersAsInOnnxruntime(t *testing.T) { compare(t, layerNetworks()) }

// TestEveryKindIsExported: a new kind of layer needs an exporter and a network here.
func TestEveryKindIsExported(t *testing.T) {
	shown := map[string]bool{}
	for _, n := range layerNetworks() {
		text, err := layers.Encode(n.net, layers.Kinds())
		require.NoError(t, err)
		var walk func(text json.RawMessage)
		walk = func(text json.RawMessage) {
			var d struct {
				Kind   string
				Layers []json.RawMessage
			}
			require.NoError(t, json.Unmarshal(text, &d))
			shown[d.Kind] = true
			for _, l := range d.Layers {
				walk(l)
			}
		}
		walk(text)
		assert.NoError(t, onnx.Export(new(strings.Builder), n.model(t), trainer.Preparation{}, onnx.SaveConfig{}), n.name)
	}
	delete(shown, "")
	var kinds []string
	for _, k := range layers.Kinds() {
		kinds = append(kinds, k.Name())
	}
	assert.ElementsMatch(t, kinds, slices.Collect(maps.Keys(shown)))
	assert.ElementsMatch(t, kinds, onnx.Kinds())
}

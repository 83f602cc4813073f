package onnx_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// notImported are kinds of layers that Save writes as operators which Load has no layer for.
var notImported = []string{"embedding", "recurrent", "vector"}

// TestRoundTrip: what Save writes of each network, Load makes a model of that predicts the same, to the bit.
func TestRoundTrip(t *testing.T) {
	for _, n := range layerNetworks() {
		t.Run(n.name, func(t *testing.T) {
			m := n.model(t)
			var file bytes.Buffer
			require.NoError(t, onnx.Export(&file, m, trainer.Preparation{}, onnx.SaveConfig{Outputs: true}))
			im, err := onnx.Import(&file, onnx.LoadConfig{})
			for _, kind := range notImported {
				if has(t, n.net, kind) {
					assert.ErrorContains(t, err, "node ")
					return
				}
			}
			require.NoError(t, err)
			assert.Equal(t, m.Config().Input, im.Model.Config().Input)
			for _, b := range n.batches() {
				assert.Equal(t, predictions(t, m, b), predictions(t, im.Model, b))
			}
		})
	}
}

// TestRoundTripOfLayers: networks of usual layers come back as they were, names included.
func TestRoundTripOfLayers(t *testing.T) {
	conv := func(filters, stride int) *layers.Conv2D {
		return &layers.Conv2D{Filters: filters, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}, Stride: [2]int{stride, stride}, NoBias: true}
	}
	shared := &layers.Dense{Units: 6}
	for _, n := range []network{
		{name: "perceptron", input: []int{4, 3}, net: layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 6}, layers.ReLU(), &layers.LayerNorm{}, &layers.Dense{Units: 3, Name: "head"}}},
		{name: "convnet", input: []int{9, 8}, net: layers.Sequential{conv(4, 1), &layers.BatchNorm{}, layers.ReLU(), &layers.MaxPool2D{Window: [2]int{2, 2}}, conv(3, 1), layers.GELU(),
			&layers.GroupNorm{Groups: 3, NoShift: true}, &layers.AvgPool2D{Window: [2]int{2, 2}}, &layers.Flatten{}, &layers.Dense{Units: 5}}},
		{name: "resnet", input: []int{8, 8, 3}, net: layers.Sequential{conv(4, 1), &layers.BatchNorm{NoScale: true}, layers.ReLU(),
			&layers.Residual{Body: layers.Sequential{conv(4, 1), &layers.BatchNorm{}, layers.SiLU(), conv(4, 1)}}, layers.ReLU(),
			&layers.Residual{Body: layers.Sequential{conv(6, 2), &layers.BatchNorm{NoShift: true}}, Shortcut: &layers.Conv2D{Filters: 6, Kernel: [2]int{1, 1}, Stride: [2]int{2, 2}}},
			&layers.Parallel{Branches: []layers.Layer{layers.Identity(), layers.Sequential{conv(2, 1), layers.Tanh()}, &layers.MaxPool2D{Window: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}}}},
			&layers.GlobalAvgPool{}, &layers.Dense{Units: 4}}},
		{name: "shared", input: []int{6}, net: layers.Sequential{shared, layers.Tanh(), shared, layers.LeakyReLU(0.1), &layers.Dense{Units: 2}}},
	} {
		t.Run(n.name, func(t *testing.T) {
			m := n.model(t)
			var file bytes.Buffer
			require.NoError(t, onnx.Export(&file, m, trainer.Preparation{}, onnx.SaveConfig{Outputs: true}))
			im, err := onnx.Import(&file, onnx.LoadConfig{})
			require.NoError(t, err)
			before, err := layers.Encode(m.Net(), layers.Kinds())
			require.NoError(t, err)
			after, err := layers.Encode(im.Model.Net(), layers.Kinds())
			require.NoError(t, err)
			assert.JSONEq(t, string(before), string(after))
			require.Len(t, im.Model.Params(), len(m.Params()))
			for i, p := range m.Params() {
				assert.Equal(t, p.Name, im.Model.Params()[i].Name)
				assert.Equal(t, p.Value.Data(), im.Model.Params()[i].Value.Data())
			}
			assert.Len(t, im.Model.Taps(), len(m.Taps()))
		})
	}
}

// TestRoundTripOfPreparation: losses, scalings and names come back.
func TestRoundTripOfPreparation(t *testing.T) {
	inputs := scaling.Scaling{Mean: []float64{1, -2, 1.6e9, 7}, Deviation: []float64{0.5, 3, 60, 0}, Bound: 4}
	targets := scaling.Scaling{Mean: []float64{100, -3}, Deviation: []float64{20, 0.25}}
	for _, c := range []struct {
		name  string
		loss  losses.Loss
		units int
		p     trainer.Preparation
	}{
		{"classes", losses.SoftmaxCrossEntropy{}, 3, trainer.Preparation{Inputs: inputs, Classes: []string{"<a>", "b", "ü"}, Features: []string{"w", "x", "y", "z"}}},
		{"yes or no", losses.SigmoidCrossEntropy{}, 2, trainer.Preparation{Values: []string{"p", "q"}}},
		{"pixels", losses.SigmoidCrossEntropy{}, 2, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{255}}, Targets: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{255}}}},
		{"values", losses.SquaredError{}, 2, trainer.Preparation{Inputs: inputs, Targets: targets, Values: []string{"p", "q"}}},
		{"a Gaussian", losses.DiagonalGaussian{}, 4, trainer.Preparation{Inputs: inputs, Targets: targets}},
	} {
		t.Run(c.name, func(t *testing.T) {
			net := layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: c.units}}
			m, err := trainer.NewModel(net, c.loss, trainer.ModelConfig{Input: []int{4}, Seed: 2})
			require.NoError(t, err)
			var file bytes.Buffer
			require.NoError(t, onnx.Export(&file, m, c.p, onnx.SaveConfig{}))
			im, err := onnx.Import(&file, onnx.LoadConfig{})
			require.NoError(t, err)
			assert.Equal(t, c.loss, im.Model.Loss())
			p := im.Preparation
			assert.Equal(t, [][]string{c.p.Classes, c.p.Features, c.p.Values}, [][]string{p.Classes, p.Features, p.Values})
			assert.Equal(t, c.p.Inputs.Bound, p.Inputs.Bound)
			was, err := trainer.NewPredictor(m, c.p)
			require.NoError(t, err)
			is, err := trainer.NewPredictor(im.Model, p)
			require.NoError(t, err)
			assert.Equal(t, was.Classes(), is.Classes())
			for i := range 3 {
				var rows []float64
				for j := range 4 {
					mean, deviation := 0.0, 1.0
					if n := len(c.p.Inputs.Mean); n > 0 {
						mean, deviation = c.p.Inputs.Mean[j%n], c.p.Inputs.Deviation[j%n]
					}
					rows = append(rows, mean+deviation*float64(i-j)/2)
				}
				want, err := was.Predict(rows)
				require.NoError(t, err)
				got, err := is.Predict(rows)
				require.NoError(t, err)
				assert.Equal(t, want.Name, got.Name)
				assert.InDeltaSlice(t, want.Probabilities, got.Probabilities, 1e-6)
				for k, v := range want.Values {
					assert.InDelta(t, v, got.Values[k], 1e-5*max(1, math.Abs(v)))
				}
			}
		})
	}
}

func has(t *testing.T, net layers.Layer, kind string) bool {
	t.Helper()
	text, err := layers.Encode(net, layers.Kinds())
	require.NoError(t, err)
	return strings.Contains(string(text), `"kind":"`+kind+`"`)
}

func predictions(t *testing.T, m *trainer.Model, b run) []float32 {
	t.Helper()
	x := make([]float32, len(b.Data))
	for i, v := range b.Data {
		x[i] = float32(v)
	}
	y, err := m.Predict(tensor.New(tensor.WithShape(b.Dims...), tensor.WithBacking(x)))
	require.NoError(t, err)
	return slices.Clone(y.Float32s())
}

// TestRoundTripOfRandomNetworks: layers behind one another as chance has it, with containers, Permutes and Reshapes, are
// read again wherever one meets another.
func TestRoundTripOfRandomNetworks(t *testing.T) {
	known := func(net layers.Layer) bool { return !has(t, net, "recurrent") }
	for _, d := range randomNetworks(300, rand.New(rand.NewPCG(3, 4)), known) {
		input := d.input
		n := network{name: fmt.Sprint(input), net: d.draw(), input: input}
		m := n.model(t)
		var file bytes.Buffer
		require.NoError(t, onnx.Export(&file, m, trainer.Preparation{}, onnx.SaveConfig{Outputs: true}))
		im, err := onnx.Import(&file, onnx.LoadConfig{})
		require.NoError(t, err, "%v %s", input, names(m))
		assert.Equal(t, input, im.Model.Config().Input)
		assert.Len(t, im.Model.Params(), len(m.Params()), names(m))
		for _, b := range n.batches() {
			want, got := predictions(t, m, b), predictions(t, im.Model, b)
			require.Len(t, got, len(want))
			most := 1.0
			for _, v := range want {
				most = max(most, math.Abs(float64(v)))
			}
			for i, v := range want {
				require.InDelta(t, v, got[i], 1e-5*most, "%v %s became %s", input, names(m), names(im.Model))
			}
		}
	}
}

// TestRoundTripOfOddNames: layers may be called as the file's own values are.
func TestRoundTripOfOddNames(t *testing.T) {
	for _, name := range []string{"zeros_1", "ones_1", "zeros", "input", "values", "outputs", "shape", "scaling", "output", "a/b:0", "ü \"x\"", "dense1.weight"} {
		for kind, norm := range map[string]layers.Layer{"batchnorm": &layers.BatchNorm{Name: name}, "layernorm": &layers.LayerNorm{Name: name}, "groupnorm": &layers.GroupNorm{Groups: 2, Name: name}} {
			n := network{name: name, input: []int{4}, net: layers.Sequential{norm, &layers.Dense{Units: 2, Name: name + "2"}}}
			m := n.model(t)
			r := rand.New(rand.NewPCG(3, 3))
			for _, p := range m.Params() {
				for i := range p.Value.Float32s() {
					p.Value.Float32s()[i] = float32(r.NormFloat64())
				}
			}
			var file bytes.Buffer
			require.NoError(t, onnx.Export(&file, m, trainer.Preparation{}, onnx.SaveConfig{Outputs: true}))
			im, err := onnx.Import(&file, onnx.LoadConfig{})
			require.NoError(t, err, name)
			for _, b := range n.batches() {
				assert.Equal(t, predictions(t, m, b), predictions(t, im.Model, b), "%s %s", kind, name)
			}
		}
	}
}

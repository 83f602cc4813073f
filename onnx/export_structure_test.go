package onnx_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// exported is what a file of a network holds.
func exported(t *testing.T, n network) *onnxproto.Model {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, onnx.Export(&b, n.model(t), n.prep, n.cfg), n.name)
	m, err := onnxproto.Decode(b.Bytes())
	require.NoError(t, err)
	return m
}

// operators are a graph's, in order.
func operators(m *onnxproto.Model) string {
	var list []string
	for _, n := range m.Graph.Nodes {
		list = append(list, n.Op)
	}
	return strings.Join(list, " ")
}

// TestTransposes: they come at the borders of what ONNX has in another order, and nowhere else.
func TestTransposes(t *testing.T) {
	conv := func() layers.Layer { return &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 3}, Same: true} }
	flatten := &layers.Flatten{}
	for _, c := range []struct {
		want  string
		net   layers.Sequential
		input []int
	}{
		{"Gemm Tanh Gemm Softmax ArgMax", layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 3}}, []int{4}},
		{"Transpose Conv Relu MaxPool BatchNormalization Conv Transpose Flatten Softmax ArgMax",
			layers.Sequential{conv(), layers.ReLU(), &layers.MaxPool2D{Window: [2]int{2, 2}}, &layers.BatchNorm{}, &layers.Dropout{}, conv(), flatten}, []int{4, 4, 3}},
		{"Transpose Conv GlobalAveragePool Flatten Softmax ArgMax", layers.Sequential{conv(), &layers.GlobalAvgPool{}}, []int{4, 4, 3}},
		// One channel and one place: nothing moves in memory.
		{"Reshape Conv MaxPool Flatten Softmax ArgMax", layers.Sequential{conv(), &layers.MaxPool2D{Window: [2]int{4, 4}}, flatten}, []int{4, 4, 1}},
		{"Reshape Conv MaxPool Flatten Softmax ArgMax", layers.Sequential{conv(), &layers.MaxPool2D{Window: [2]int{4, 4}}, flatten}, []int{4, 4}},
		// The input is turned once for both parts of a residual, and the sum is not turned.
		{"Transpose Conv Relu Add Conv Add Transpose Flatten Softmax ArgMax",
			layers.Sequential{&layers.Residual{Body: layers.Sequential{conv(), layers.ReLU()}}, &layers.Residual{Body: conv()}, flatten}, []int{3, 5, 4}},
		{"Transpose Conv Conv Concat Transpose Flatten Softmax ArgMax", layers.Sequential{&layers.Parallel{Branches: []layers.Layer{conv(), conv()}}, flatten}, []int{3, 5, 4}},
		// Channels-first data are what a convolution wants, and what a second Permute gives back.
		{"Conv Flatten Softmax ArgMax", layers.Sequential{&layers.Permute{Axes: []int{2, 3, 1}}, conv(), &layers.Permute{Axes: []int{3, 1, 2}}, flatten}, []int{4, 5, 6}},
		{"Transpose RNN Squeeze RNN Squeeze Softmax ArgMax", layers.Sequential{&layers.Recurrent{Units: 3, Sequences: true}, &layers.Recurrent{Units: 3}}, []int{5, 4}},
		{"Cast Gather Transpose RNN Squeeze Softmax ArgMax", layers.Sequential{&layers.Embedding{Rows: 3, Units: 2}, &layers.Recurrent{Units: 3}}, []int{5}},
		// A layer norm is over the last axis: it takes the channels there, and the next convolution takes them back.
		{"Transpose Conv Transpose LayerNormalization Transpose Conv Transpose Flatten Softmax ArgMax", layers.Sequential{conv(), &layers.LayerNorm{}, conv(), flatten}, []int{3, 5, 4}},
	} {
		assert.Equal(t, c.want, operators(exported(t, network{net: c.net, input: c.input, loss: losses.SoftmaxCrossEntropy{}})))
	}
}

// TestFile has the parts of a file that are not nodes.
func TestFile(t *testing.T) {
	d := &layers.Dense{Units: 6, Name: "twice"}
	m := exported(t, network{
		net:   layers.Sequential{&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 3}, Name: "input"}, layers.ReLU(), &layers.Flatten{}, d, layers.ReLU(), d},
		input: []int{2, 5, 3}, loss: losses.SoftmaxCrossEntropy{}, cfg: onnx.SaveConfig{Name: "signs"},
		prep: trainer.Preparation{Classes: []string{"<30>", "Vorfahrt gewähren", "\"c\"", "d", "e", "f"}, Values: []string{"none", "of", "a", "class", "has", "any"},
			Inputs: scaling.Scaling{Mean: []float64{1}, Deviation: []float64{2}}},
	})
	assert.EqualValues(t, 8, m.IRVersion)
	assert.Equal(t, []onnxproto.Opset{{Version: 17}}, m.Opsets)
	assert.Equal(t, "gokfac", m.ProducerName)
	assert.Equal(t, "signs", m.Graph.Name)
	assert.Equal(t, onnxproto.Entry{Key: "classes", Value: `["<30>","Vorfahrt gewähren","\"c\"","d","e","f"]`}, m.Metadata[0])
	var weights []string
	for _, w := range m.Graph.Initializers {
		weights = append(weights, fmt.Sprint(w.Name, w.Dims))
	}
	assert.Equal(t, []string{"input.mean[1]", "input.factor[1]", "input.weight[2 3 2 3]", "input.bias[2]", "twice.weight[6 6]", "twice.bias[6]"}, weights, "a layer in two places has one weight")
	assert.Equal(t, []*onnxproto.Value{{Name: "input", Type: onnxproto.Float, HasShape: true,
		Shape: []onnxproto.Dim{onnxproto.Named("N"), onnxproto.Fixed(2), onnxproto.Fixed(5), onnxproto.Fixed(3)}}}, m.Graph.Inputs)
	shapes := map[string][]onnxproto.Dim{}
	for _, v := range m.Graph.Values {
		shapes[v.Name] = v.Shape
	}
	named := map[string]bool{}
	for _, n := range m.Graph.Nodes {
		assert.False(t, named[n.Name], n.Name)
		named[n.Name] = true
	}
	assert.True(t, named["twice/Gemm"] && named["twice/Gemm_2"] && named["relu/Relu_2"], named)
	assert.Equal(t, []onnxproto.Dim{onnxproto.Named("N"), onnxproto.Fixed(2), onnxproto.Fixed(1), onnxproto.Fixed(3)}, shapes["input/Conv:0"], "channels first")
}

// TestWeightsOfConvolutions, worked by hand: gokfac has a filter's column of rows×columns×channels, group after group.
func TestWeightsOfConvolutions(t *testing.T) {
	numbered := func(net layers.Layer, input ...int) []float64 {
		m, err := trainer.NewModel(layers.Sequential{net, &layers.Flatten{}}, losses.SquaredError{}, trainer.ModelConfig{Input: input, Seed: 1})
		require.NoError(t, err)
		for i := range m.Params()[0].Value.Float32s() {
			m.Params()[0].Value.Float32s()[i] = float32(i)
		}
		var b bytes.Buffer
		require.NoError(t, onnx.Export(&b, m, trainer.Preparation{}, onnx.SaveConfig{}))
		file, err := onnxproto.Decode(b.Bytes())
		require.NoError(t, err)
		values, err := file.Graph.Initializers[0].Float64s()
		require.NoError(t, err)
		return values
	}
	// Rows (place 0, channel 0), (0, 1), (1, 0), (1, 1), each of two filters: ONNX has filter, channel, place.
	assert.Equal(t, []float64{0, 4, 2, 6, 1, 5, 3, 7}, numbered(&layers.Conv2D{Filters: 2, Kernel: [2]int{1, 2}}, 1, 2, 2))
	assert.Equal(t, []float64{0, 4, 2, 6, 1, 5, 3, 7}, numbered(&layers.Conv1D{Filters: 2, Kernel: 2}, 2, 2))
	// Two groups of one channel and one filter, of two places.
	assert.Equal(t, []float64{0, 1, 2, 3}, numbered(&layers.Conv2D{Filters: 2, Kernel: [2]int{1, 2}, Groups: 2}, 1, 2, 2))
	// Two channels, each of (place 0, filter 0), (0, 1), (1, 0), (1, 1).
	assert.Equal(t, []float64{0, 2, 1, 3, 4, 6, 5, 7}, numbered(&layers.ConvTranspose2D{Filters: 2, Kernel: [2]int{1, 2}}, 1, 2, 2))
	// [Wx; Wh] of one input and two units: input weights, units×inputs.
	assert.Equal(t, []float64{0, 1}, numbered(&layers.Recurrent{Units: 2}, 1, 1))
}

var update = flag.Bool("update", false, "write testdata/classifier.onnx anew")

// TestGolden: the bytes of a small model. A change of them is a change for every reader.
func TestGolden(t *testing.T) {
	net := layers.Sequential{&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, layers.SiLU(), &layers.Flatten{}, &layers.Dense{Units: 2}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{3, 3, 1}, Seed: 1})
	require.NoError(t, err)
	for _, p := range m.Params() {
		for i := range p.Value.Float32s() {
			p.Value.Float32s()[i] = float32(i) / 4
		}
	}
	prep := trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0.5}, Deviation: []float64{0.25}}, Classes: []string{"no", "yes"}}
	var b bytes.Buffer
	require.NoError(t, onnx.Export(&b, m, prep, onnx.SaveConfig{}))
	path := filepath.Join("testdata", "classifier.onnx")
	if *update {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, want, b.Bytes(), "go test ./onnx -run Golden -update writes it anew")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "classifier.onnx"), want, 0o644))
	checkWithPython(t, dir)
}

// opaque is a loss of a user's own.
type opaque struct{ losses.SquaredError }

func TestExportRefuses(t *testing.T) {
	diverged := network{net: &layers.Dense{Units: 2}, input: []int{3}}
	m := diverged.model(t)
	m.Params()[0].Value.Float32s()[1] = float32(math.NaN())
	diverged.made = m
	large := network{net: &layers.Dense{Units: 2}, input: []int{3}, double: true}
	m = large.model(t)
	m.Params()[0].Value.Float64s()[1] = 1e300
	large.made = m
	flatScaling := trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0, 0, 0}, Deviation: []float64{1, 1e-300, 1}}}
	wrong := func(e ...onnx.Exporter) network {
		return network{net: layers.Sequential{&scale{}}, input: []int{3}, cfg: onnx.SaveConfig{Exporters: e}}
	}
	for want, n := range map[string]network{
		"no exporter is known for layer *onnx_test.scale: give one by onnx.NewExporter in SaveConfig.Exporters": {net: layers.Sequential{&scale{}}, input: []int{3}},
		"no exporter is known for layer *onnx_test.around":                                                      {net: &around{layers.ReLU()}, input: []int{3}},
		`tensor "dense1.weight" holds NaN: want finite numbers; the training may have diverged`:                 diverged,
		`tensor "dense1.weight" holds 1e+300, which no float32 can hold: set SaveConfig.Float64`:                large,
		"the scaling of inputs: column 1 has a deviation of 1e-300, too small to divide by":                     {net: &layers.Dense{Units: 2}, input: []int{3}, prep: flatScaling},
		"2 names of features: the model takes 3 values":                                                         {net: &layers.Dense{Units: 2}, input: []int{3}, prep: trainer.Preparation{Features: []string{"a", "b"}}},
		"losses: no kind describes onnx_test.opaque: give a losses.NewKind for it; or set SaveConfig.Outputs":   {net: &layers.Dense{Units: 2}, input: []int{3}, loss: opaque{}},
		"a loss of several heads (losses.Joint) has no one prediction: set SaveConfig.Outputs":                  {net: &layers.Dense{Units: 2}, input: []int{3}, loss: &losses.Joint{Heads: []losses.Head{{Loss: losses.SquaredError{}, Units: 2}}}},
		`what a loss of kind "opaque" predicts is not known here: set SaveConfig.Outputs`:                       {net: &layers.Dense{Units: 2}, input: []int{3}, loss: opaque{}, cfg: onnx.SaveConfig{Losses: []losses.Kind{opaqueKind()}}},
		"layer ConvTranspose2D(1, 2×2, stride 2×2, dilation 3×3, output padding 2×0) conv1: ONNX has no output": {net: flat(&layers.ConvTranspose2D{Filters: 1, Kernel: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{3, 3}, OutputPadding: [2]int{2, 0}}), input: []int{3, 3}},
		"an exporter's layer makes [2] of an example: the model has 3 outputs": wrong(onnx.NewExporter("scale", func(g *onnx.Graph, _ *scale, x onnx.Value) (onnx.Value, error) {
			return g.Made(g.Plain(x), 2), nil
		})),
		"2 numbers \"two\": an exporter wants them in shape [3]": wrong(onnx.NewExporter("scale", func(g *onnx.Graph, _ *scale, x onnx.Value) (onnx.Value, error) {
			return x.Same(g.Node("Mul", []string{x.Name(), g.Floats("two", []float64{1, 2}, 3)})), nil
		})),
		`tensor "scale.weight" has 3 elements: an exporter wants it in shape [4]`: wrong(onnx.NewExporter("scale", func(g *onnx.Graph, l *scale, x onnx.Value) (onnx.Value, error) {
			return x.Same(g.Node("Mul", []string{x.Name(), g.Param(l.weight, 4)})), nil
		})),
		"a layer of the user's": wrong(onnx.NewExporter("scale", func(_ *onnx.Graph, _ *scale, x onnx.Value) (onnx.Value, error) {
			return x, errors.New("a layer of the user's")
		})),
		"a layer is nil": wrong(onnx.NewExporter("scale", func(g *onnx.Graph, _ *scale, x onnx.Value) (onnx.Value, error) { return g.Layer(nil, x) })),
	} {
		path := filepath.Join(t.TempDir(), "model.onnx")
		require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
		err := onnx.Save(path, n.model(t), n.prep, n.cfg)
		if assert.ErrorContains(t, err, want) {
			assert.True(t, strings.HasPrefix(err.Error(), "onnx: "), err)
			assert.NotContains(t, err.Error(), "\n")
		}
		old, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, "old", string(old), "what was there stays")
	}
	assert.ErrorContains(t, onnx.Save("x.onnx", nil, trainer.Preparation{}, onnx.SaveConfig{}), "onnx: trainer: a predictor needs a model")
	good := network{net: &layers.Dense{Units: 2}, input: []int{3}, loss: opaque{}, cfg: onnx.SaveConfig{Outputs: true}}
	assert.Equal(t, "Gemm", operators(exported(t, good)), "a loss of one's own")
	path := filepath.Join(t.TempDir(), "none")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	good.net = &layers.Dense{Units: 2}
	assert.ErrorContains(t, onnx.Save(filepath.Join(path, "model.onnx"), good.model(t), trainer.Preparation{}, good.cfg), "onnx: writing "+path)
}

func opaqueKind() losses.Kind {
	return losses.NewKind("opaque", func(opaque) string { return "any settings" }, func(string) (opaque, error) { return opaque{}, nil })
}

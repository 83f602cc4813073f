package onnx_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// pytorch is a network that PyTorch's exporter wrote, with examples in ONNX's order and what PyTorch computes for them.
// testdata/make.py made the files.
type pytorch struct {
	name  string
	shape []int // in the model
	layer string
	log   bool // the file's output is the logarithm of the model's prediction
}

func fromPyTorch() []pytorch {
	return []pytorch{
		{name: "mlp", shape: []int{6}, layer: "Dense(5) 0, ReLU, Dense(4) 2, Tanh, Dense(3) 4"},
		{name: "lenet", shape: []int{13, 9, 1}, log: true, layer: "Conv2D(4, 3×3, padding 1×1) 0, BatchNorm 1, ReLU, MaxPool2D(2×2), Conv2D(6, 3×3) 4, ReLU, AvgPool2D(2×2), Flatten, Dense(7) 9"},
		{name: "lenet-folded", shape: []int{13, 9, 1}, log: true},
		{name: "resnet", shape: []int{8, 6, 3}},
		{name: "layernorm", shape: []int{5}},
		{name: "layernorm-decomposed", shape: []int{5}},
		{name: "inception", shape: []int{5, 7, 2}},
		{name: "sequence", shape: []int{8, 2}},
		{name: "channels-last", shape: []int{6, 5, 2}},
	}
}

type examples struct {
	Shape           []int       `json:"shape"`
	Inputs, Outputs [][]float64 `json:"-"`
	In              [][]float64 `json:"inputs"`
	Out             [][]float64 `json:"outputs"`
}

func readExamples(t *testing.T, name string) *examples {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)
	var e examples
	require.NoError(t, json.Unmarshal(text, &e))
	return &e
}

// channelsLast orders an example of channels×… as the model has it.
func channelsLast(x []float64, shape, model []int) []float64 {
	channels := model[len(model)-1]
	if len(shape) == 1 || shape[0] != channels || shape[len(shape)-1] == channels && len(shape) == len(model) && shape[0] == model[0] {
		return x
	}
	places := len(x) / channels
	out := make([]float64, len(x))
	for c := range channels {
		for p := range places {
			out[p*channels+c] = x[c*places+p]
		}
	}
	return out
}

// TestImportPyTorch: the imported model predicts what PyTorch computes.
func TestImportPyTorch(t *testing.T) {
	for _, c := range fromPyTorch() {
		t.Run(c.name, func(t *testing.T) {
			im, err := onnx.Load(filepath.Join("testdata", c.name+".onnx"), onnx.LoadConfig{})
			require.NoError(t, err)
			assert.Equal(t, c.shape, im.Model.Config().Input)
			e := readExamples(t, c.name)
			var rows []float32
			for _, x := range e.In {
				for _, v := range channelsLast(x, e.Shape, c.shape) {
					rows = append(rows, float32(v))
				}
			}
			x := tensor.New(tensor.WithShape(append([]int{len(e.In)}, c.shape...)...), tensor.WithBacking(rows))
			y, err := im.Model.Predict(x)
			require.NoError(t, err)
			for i, want := range e.Out {
				got := y.Float32s()[i*len(want) : (i+1)*len(want)]
				for j, v := range want {
					if c.log {
						assert.InDelta(t, v, math.Log(float64(got[j])), 1e-5*max(1, -v))
					} else {
						assert.InDelta(t, v, got[j], 1e-5*max(1, v))
					}
				}
			}
			if c.layer != "" {
				assert.Equal(t, c.layer, names(im.Model))
			}
			nodes := 0
			for _, n := range im.Report.Nodes {
				nodes += n.Nodes
				assert.NotEmpty(t, n.Became, n.Node)
			}
			assert.Positive(t, nodes)
		})
	}
}

// names are the rows of a model's summary.
func names(m *trainer.Model) string {
	var list []string
	layers.Walk(m.Net(), layers.Kinds(), func(l layers.Layer) {
		if s, ok := l.(fmt.Stringer); ok {
			list = append(list, s.String())
		}
	})
	return strings.Join(list, ", ")
}

package onnx_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/onnx"
)

// TestImportAsInOnnxruntime: onnxruntime and the imported model compute the same of PyTorch's files.
func TestImportAsInOnnxruntime(t *testing.T) {
	var tasks []task
	for _, c := range fromPyTorch() {
		path, err := filepath.Abs(filepath.Join("testdata", c.name+".onnx"))
		require.NoError(t, err)
		e := readExamples(t, c.name)
		one := run{Dims: append([]int{len(e.In)}, e.Shape...)}
		for _, x := range e.In {
			one.Data = append(one.Data, x...)
		}
		tasks = append(tasks, task{Model: path, Runs: []run{one}})
	}
	results := onnxruntime(t, tasks)
	require.Len(t, results, levels*len(tasks))
	most := 0.0
	for i, c := range fromPyTorch() {
		im, err := onnx.Load(tasks[i].Model, onnx.LoadConfig{})
		require.NoError(t, err)
		e := readExamples(t, c.name)
		var rows []float32
		for _, x := range e.In {
			for _, v := range channelsLast(x, e.Shape, c.shape) {
				rows = append(rows, float32(v))
			}
		}
		y, err := im.Model.Predict(tensor.New(tensor.WithShape(append([]int{len(e.In)}, c.shape...)...), tensor.WithBacking(rows)))
		require.NoError(t, err)
		for level := range levels {
			got := results[levels*i+level]
			require.Empty(t, got.Error, c.name)
			want := got.Outputs["y"].values()
			require.Len(t, y.Float32s(), len(want), c.name)
			for j, v := range want {
				mine := float64(y.Float32s()[j])
				if c.log {
					mine = math.Log(mine)
				}
				most = max(most, math.Abs(v-mine)/max(1, math.Abs(v)))
				assert.InDelta(t, v, mine, 1e-5*max(1, math.Abs(v)), c.name)
			}
		}
	}
	t.Logf("largest difference %.2g", most)
}

package onnx_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// TestCommandsModelsAsInOnnxruntime trains each model of the command for some steps, with its own data and scaling.
func TestCommandsModelsAsInOnnxruntime(t *testing.T) {
	var list []network
	var runs []*job.Run
	for _, args := range []string{
		"model mlp dataset digits hidden 32,16", "model convnet dataset digits filters 4,8 hidden 16", "model resnet dataset shapes filters 4,8",
		"model rnn dataset digits hidden 24", "model autoencoder dataset digits hidden 32,8", "model regression hidden 16",
		"model mlp dataset digits hidden 16 dtype float64 act gelu", "model convnet dataset digits filters 4 hidden 16 act silu",
	} {
		var choices job.Choices
		words := strings.Fields(args + " max-steps 8 batch-size 32 opt adam")
		for i := 0; i < len(words); i += 2 {
			choices = append(choices, job.Choice{Name: words[i], Value: words[i+1]})
		}
		s, err := job.Parse(choices)
		require.NoError(t, err, args)
		d, _, err := s.Open(t.Context(), nil)
		require.NoError(t, err, args)
		require.NoError(t, s.Resolve(d.Train.Len()), args)
		r, err := job.New(s, d)
		require.NoError(t, err, args)
		require.NoError(t, r.Fit(t.Context(), func(*trainer.Event) error { return nil }), args)
		runs = append(runs, r)
		list = append(list, network{name: args, input: r.Model.Config().Input, made: r.Model, prep: s.Preparation(d)})
	}
	// What trainer.Load makes of a saved model is exported to the same bytes.
	for i, r := range runs {
		dir := t.TempDir()
		require.NoError(t, trainer.Save(dir, r.Model, list[i].prep, trainer.SaveConfig{}))
		m, p, err := trainer.Load(dir, trainer.LoadConfig{})
		require.NoError(t, err)
		var before, after bytes.Buffer
		require.NoError(t, onnx.Export(&before, r.Model, list[i].prep, onnx.SaveConfig{}))
		require.NoError(t, onnx.Export(&after, m, p, onnx.SaveConfig{}))
		assert.Equal(t, before.Bytes(), after.Bytes(), list[i].name)
	}
	compare(t, list) // at the end: it may skip
}

// TestFloat64: a graph of doubles is as exact as ONNX's settings, which are float32, allow; a layer that onnxruntime has
// for floats alone is refused by name.
func TestFloat64(t *testing.T) {
	var list []network
	var refused []network
	for _, n := range layerNetworks() {
		n.double, n.cfg.Float64, n.within = true, true, 1e-8
		m := n.model(t)
		if err := onnx.Export(new(bytes.Buffer), m, n.prep, n.cfg); err != nil {
			assert.Regexp(t, `^onnx: the model cannot be exported: layer [a-z0-9]+: onnxruntime has no kernel of doubles for ONNX's \w+: leave SaveConfig.Float64 out$`, err)
			n.within, n.made = 0, m
			refused = append(refused, n)
			continue
		}
		n.made = m
		list = append(list, n)
	}
	assert.Greater(t, len(list), 25)
	compare(t, list)
	refusedRightly(t, refused)
}

// refusedRightly makes doubles of the floats of files that are refused, and wants the runtime to refuse them, too.
func refusedRightly(t *testing.T, list []network) {
	t.Helper()
	dir := t.TempDir()
	var tasks []task
	var names []string
	for i, n := range list {
		var b bytes.Buffer
		require.NoError(t, onnx.Export(&b, n.made, n.prep, onnx.SaveConfig{}))
		m, err := onnxproto.Decode(b.Bytes())
		require.NoError(t, err)
		for j, w := range m.Graph.Initializers {
			if w.Type != onnxproto.Float {
				continue
			}
			values, err := w.Float64s()
			require.NoError(t, err)
			m.Graph.Initializers[j] = onnxproto.NewDouble(w.Name, values, w.Dims...)
		}
		for _, v := range slices.Concat(m.Graph.Inputs, m.Graph.Outputs, m.Graph.Values) {
			v.Type = onnxproto.Double
		}
		b.Reset()
		_, err = m.WriteTo(&b)
		require.NoError(t, err)
		path := filepath.Join(dir, strconv.Itoa(i)+".onnx")
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
		tasks, names = append(tasks, task{path, true, n.batches()[:1]}), append(names, n.name)
	}
	require.NotEmpty(t, tasks)
	for i, r := range onnxruntime(t, tasks) {
		assert.Contains(t, r.Error, "Could not find an implementation", "%s: onnxruntime runs it now: take its operator off floatOnly", names[i/levels])
	}
}

package onnx_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// notImported are kinds of layers that Save writes as operators which Load has no layer for.
var notImported = []string{"embedding", "recurrent", "vector"}

// TestRoundTrip: what Save writes of each network, Load makes a model of that predicts the same.
func TestRoundTrip(t *testing.T) {
	exact := 0
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
				want, got := predictions(t, m, b), predictions(t, im.Model, b)
				require.Len(t, got, len(want))
				same := true
				for i, v := range want {
					same = same && v == got[i]
					assert.InDelta(t, v, got[i], 1e-5*max(1, math.Abs(float64(v))))
				}
				if !same {
					t.Logf("not to the bit: %s; %s", names(m), names(im.Model))
				} else {
					exact++
				}
			}
			if names(m) != names(im.Model) {
				t.Logf("%s\nbecame\n%s", names(m), names(im.Model))
			}
		})
	}
	t.Log(exact)
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
	return bytes32(y.Float32s())
}

func bytes32(v []float32) []float32 { return append([]float32{}, v...) }

var _ = losses.SquaredError{}

package layers_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// smooth are the activations whose derivatives are not a function of the output alone, or
// that have a parameter.
func smooth() map[string]*layers.Activation {
	all := map[string]*layers.Activation{}
	for _, a := range []*layers.Activation{
		layers.LeakyReLU(0.1), layers.ELU(0.7), layers.Softplus(), layers.SiLU(), layers.GELU(), layers.GELUTanh(),
	} {
		all[a.String()] = a
	}
	return all
}

// TestActivationProofs: a vector in 64 examples is more than a piece of the kernels.
func TestActivationProofs(t *testing.T) {
	for name, a := range smooth() {
		t.Run(name, func(t *testing.T) {
			prove(t, proof{layer: func() layers.Layer { return a }, shape: []int{7, 3}})
			prove(t, proof{layer: func() layers.Layer { return layers.Sequential{&layers.Dense{Units: 5}, a, &layers.Dense{Units: 2}} }, shape: []int{4}})
			proof{layer: func() layers.Layer { return a }, shape: []int{1200}}.proveBits(t)
		})
	}
}

// TestActivationsAgainstPyTorch: values and gradients, in testdata with the script that
// made them.
func TestActivationsAgainstPyTorch(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "torch_activations.json"))
	require.NoError(t, err)
	var file struct {
		X         []float64 `json:"x"`
		Functions map[string]struct {
			Y  []float64 `json:"y"`
			DX []float64 `json:"dx"`
		} `json:"functions"`
	}
	require.NoError(t, json.Unmarshal(text, &file))
	all := smooth()
	require.Len(t, file.Functions, len(all))
	for name, want := range file.Functions {
		for _, c := range []struct {
			single             bool
			relative, absolute float64
		}{
			// PyTorch has Φ as (1 + erf)/2, which has no digits in the tail: absolute
			// error of an ulp of 1, times x.
			{false, 1e-14, 30 * 2.3e-16}, {true, 1e-6, 4e-7},
		} {
			dtype := graph.Float64
			if c.single {
				dtype = graph.Float32
			}
			b := newBuilder(t, dtype, 1, true, 1)
			x := input(t, b, file.X, 1, len(file.X))
			require.Contains(t, all, name)
			y, err := all[name].Build(b, x)
			require.NoError(t, err)
			g, err := b.Backward(y, b.Ones(1, len(file.X)), x)
			require.NoError(t, err)
			p, err := b.Compile(y, g[0])
			require.NoError(t, err)
			require.NoError(t, p.Run())
			gotY, gotDX := doubles(graph.Value(y)), doubles(graph.Value(g[0]))
			for i, v := range file.X {
				assert.InDelta(t, want.Y[i], gotY[i], c.relative*math.Abs(want.Y[i])+c.absolute, "%s(%g)", name, v)
				assert.InDelta(t, want.DX[i], gotDX[i], c.relative*math.Abs(want.DX[i])+c.absolute, "%s'(%g)", name, v)
			}
		}
	}
}

// TestActivationsAreStable far out, in both types.
func TestActivationsAreStable(t *testing.T) {
	x := []float64{-1e4, -200, 200, 1e4}
	for _, a := range []*layers.Activation{layers.Softplus(), layers.SiLU(), layers.GELU(), layers.GELUTanh()} {
		for _, single := range []bool{false, true} {
			dtype := graph.Float64
			if single {
				dtype = graph.Float32
			}
			b := newBuilder(t, dtype, 1, false, 1)
			assert.InDeltaSlice(t, []float64{0, 0, 200, 1e4}, run(t, b, a, input(t, b, x, 1, 4)), 1e-80, a.String())
		}
	}
	for _, a := range []*layers.Activation{layers.Softplus(), layers.SiLU(), layers.GELU(), layers.GELUTanh()} {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			b := newBuilder(t, dtype, 1, false, 1)
			x := input(t, b, []float64{-1e30, 1e30}, 1, 2)
			y, err := a.Build(b, x)
			require.NoError(t, err)
			g, err := b.Backward(y, b.Ones(1, 2), x)
			require.NoError(t, err)
			bend, err := b.Forward(g[0], []*graph.Node{x}, []*graph.Node{b.Ones(1, 2)})
			require.NoError(t, err)
			p, err := b.Compile(y, g[0], bend)
			require.NoError(t, err)
			require.NoError(t, p.Run())
			assert.Equal(t, []float64{0, 1}, doubles(graph.Value(g[0])), a.String())
			assert.Equal(t, []float64{0, 0}, doubles(graph.Value(bend)), a.String())
		}
	}
	for _, a := range []*layers.Activation{layers.Softplus(), layers.SiLU(), layers.GELU(), layers.GELUTanh()} {
		b := newBuilder(t, graph.Float32, 1, false, 1)
		assert.Equal(t, []float64{0, math.MaxFloat32}, run(t, b, a, input(t, b, []float64{-math.MaxFloat32, math.MaxFloat32}, 1, 2)), a.String())
	}
	// The digits of small results: log(1+e⁻⁴⁰) = e⁻⁴⁰, and Φ(−9)·9.
	b := newBuilder(t, graph.Float32, 1, false, 1)
	assert.InEpsilon(t, math.Exp(-40), run(t, b, layers.Softplus(), input(t, b, []float64{-40}, 1, 1))[0], 1e-6)
	assert.InEpsilon(t, -9*1.1285884059538405e-19, run(t, b, layers.GELU(), input(t, b, []float64{-9}, 1, 1))[0], 1e-6)
}

// TestGELUTanhIsNear the function that it approximates, but another one.
func TestGELUTanhIsNear(t *testing.T) {
	var x []float64
	for v := -8.0; v <= 8; v += 1.0 / 128 {
		x = append(x, v)
	}
	b := newBuilder(t, graph.Float64, 1, false, 1)
	exact := run(t, b, layers.GELU(), input(t, b, x, 1, len(x)))
	near := run(t, b, layers.GELUTanh(), input(t, b, x, 1, len(x)))
	furthest := 0.0
	for i := range x {
		furthest = max(furthest, math.Abs(near[i]-exact[i]))
	}
	assert.InDelta(t, 0.00047, furthest, 0.00002)
}

// TestActivationParameters are refused when the layer is built, by name.
func TestActivationParameters(t *testing.T) {
	for want, a := range map[string]*layers.Activation{
		"LeakyReLU(-0.1): slope -0.1": layers.LeakyReLU(-0.1), "LeakyReLU(NaN): slope NaN": layers.LeakyReLU(math.NaN()),
		"ELU(-1): alpha -1": layers.ELU(-1), "ELU(+Inf): alpha +Inf": layers.ELU(math.Inf(1)), "an Activation of no function": {},
	} {
		b := newBuilder(t, graph.Float64, 1, false, 1)
		_, err := a.Build(b, b.Ones(1, 2))
		assert.ErrorContains(t, err, want)
	}
	b := newBuilder(t, graph.Float64, 1, false, 1)
	assert.Equal(t, []float64{0, 2}, run(t, b, layers.LeakyReLU(0), input(t, b, []float64{-1, 2}, 1, 2)))
	assert.Equal(t, []float64{0, 2}, run(t, b, layers.ELU(0), input(t, b, []float64{-1, 2}, 1, 2)))
}

// TestActivationFunction: the name and the parameter that a function was made with.
func TestActivationFunction(t *testing.T) {
	for _, c := range []struct {
		a         *layers.Activation
		name      string
		parameter float64
	}{{layers.Identity(), "Identity", 0}, {layers.GELUTanh(), "GELUTanh", 0}, {layers.LeakyReLU(0.2), "LeakyReLU", 0.2}, {layers.ELU(1.5), "ELU", 1.5}} {
		name, parameter := c.a.Function()
		assert.Equal(t, c.name, name)
		assert.Equal(t, c.parameter, parameter, name)
	}
}

// TestActivationKinds: functions and parameters come back from a file.
func TestActivationKinds(t *testing.T) {
	for name, a := range smooth() {
		text, err := layers.Encode(a, layers.Kinds())
		require.NoError(t, err)
		got, err := layers.Decode(text, layers.Kinds())
		require.NoError(t, err)
		assert.Equal(t, name, got.(*layers.Activation).String())
		again, err := layers.Encode(got, layers.Kinds())
		require.NoError(t, err)
		assert.Equal(t, string(text), string(again))
	}
	for _, settings := range []string{`{"function":"ELU"}`, `{"function":"ELU","slope":1}`, `{"function":"LeakyReLU","slope":1,"alpha":1}`,
		`{"function":"ReLU","slope":1}`, `{"function":"Maxout"}`} {
		_, err := layers.Decode([]byte(`{"kind":"activation","settings":`+settings+`}`), layers.Kinds())
		assert.ErrorContains(t, err, "is not known, or not with these settings", settings)
	}
}

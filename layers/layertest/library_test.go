package layertest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/layers/layertest"
)

// libraryCase is a layer of package layers, as a user would check it.
type libraryCase struct {
	name  string
	layer func() layers.Layer
	cfg   layertest.Config
}

func pair(k int) [2]int { return [2]int{k, k} }

// library has every kind of layer, with the cases that have kernels of their own.
func library() []libraryCase {
	of := func(name string, layer func() layers.Layer, input ...int) libraryCase {
		return libraryCase{name, layer, layertest.Config{Input: input, Hessian: true}}
	}
	all := []libraryCase{
		of("dense", func() layers.Layer { return &layers.Dense{Units: 4} }),
		of("dense without bias", func() layers.Layer { return &layers.Dense{Units: 3, NoBias: true} }, 7),
		of("flatten", func() layers.Layer { return &layers.Flatten{} }, 2, 3),
		of("reshape", func() layers.Layer { return &layers.Reshape{Shape: []int{3, -1}} }, 2, 6),
		of("permute", func() layers.Layer { return &layers.Permute{Axes: []int{3, 1, 2}} }, 2, 2, 3),
		of("dropout", func() layers.Layer { return &layers.Dropout{Rate: 0.4} }),
		of("dropout2d", func() layers.Layer { return &layers.Dropout2D{Rate: 0.4} }, 2, 3, 4),
		of("convolution", func() layers.Layer {
			return &layers.Conv2D{Filters: 3, Kernel: [2]int{2, 3}, Stride: [2]int{2, 1}, Padding: [2]int{1, 0}}
		}, 4, 5, 2),
		of("dilated", func() layers.Layer {
			return &layers.Conv2D{Filters: 3, Kernel: pair(2), Dilation: pair(2), NoBias: true}
		}, 4, 5, 2),
		of("1×1", func() layers.Layer { return &layers.Conv2D{Filters: 3, Kernel: pair(1)} }, 3, 2, 2),
		of("one channel", func() layers.Layer { return &layers.Conv2D{Filters: 2, Kernel: pair(3), Same: true} }, 4, 4),
		of("groups", func() layers.Layer { return &layers.Conv2D{Filters: 4, Kernel: pair(2), Groups: 2} }, 3, 3, 4),
		of("depthwise", func() layers.Layer { return &layers.Conv2D{Filters: 4, Kernel: pair(3), Same: true, Groups: 4} }, 3, 4, 4),
		of("depthwise, beyond the image", func() layers.Layer {
			return &layers.Conv2D{Filters: 6, Kernel: [2]int{2, 1}, Stride: pair(3), Padding: pair(2), Dilation: pair(2), Groups: 2}
		}, 3, 1, 2),
		of("depthwise, doubling", func() layers.Layer { return &layers.Conv2D{Filters: 4, Kernel: pair(2), Groups: 2} }, 3, 4, 2),
		of("lines", func() layers.Layer { return &layers.Conv1D{Filters: 3, Kernel: 2, Stride: 2} }, 6, 2),
		of("transposed", func() layers.Layer {
			return &layers.ConvTranspose2D{Filters: 3, Kernel: pair(3), Stride: pair(2), OutputPadding: [2]int{1, 0}}
		}, 2, 3, 2),
		of("max pool", func() layers.Layer { return &layers.MaxPool2D{Window: pair(3), Stride: pair(2), Padding: pair(1)} }, 5, 4, 2),
		of("mean pool", func() layers.Layer {
			return &layers.AvgPool2D{Window: pair(2), Stride: [2]int{1, 2}, Padding: pair(1)}
		}, 4, 4, 2),
		of("global mean pool", func() layers.Layer { return &layers.GlobalAvgPool{} }, 3, 3, 4),
		of("layer norm", func() layers.Layer { return &layers.LayerNorm{} }, 5),
		of("layer norm of a sequence", func() layers.Layer { return &layers.LayerNorm{NoShift: true} }, 3, 4),
		of("group norm", func() layers.Layer { return &layers.GroupNorm{Groups: 2} }, 2, 3, 4),
		of("recurrent", func() layers.Layer { return &layers.Recurrent{Units: 3, Sequences: true} }, 4, 3),
		of("recurrent, the last", func() layers.Layer { return &layers.Recurrent{Units: 3, NoBias: true} }, 4, 2),
		of("vector", func() layers.Layer { return &layers.Vector{Units: 3} }, 4),
		of("residual", func() layers.Layer {
			return &layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh()}, Shortcut: &layers.Dense{Units: 3}}
		}, 4),
		of("concat", func() layers.Layer {
			return &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, layers.Identity(), &layers.Vector{Units: 2, Init: layers.HeNormal}}}
		}, 4),
		of("sum", func() layers.Layer {
			return &layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{layers.Tanh(), &layers.Dense{Units: 4}}}
		}, 4),
		of("sequential", func() layers.Layer {
			return layers.Sequential{
				&layers.Conv2D{Filters: 3, Kernel: pair(2)}, layers.ReLU(), &layers.MaxPool2D{Window: pair(2)}, &layers.Flatten{}, &layers.Dropout{Rate: 0.3}, &layers.Dense{Units: 4},
			}
		}, 5, 5, 2),
		of("shared", func() layers.Layer {
			shared := &layers.Dense{Units: 4}
			return layers.Sequential{shared, layers.Tanh(), shared, layers.Sigmoid()}
		}, 4),
		{"batch norm", func() layers.Layer { return &layers.BatchNorm{} }, layertest.Config{Input: []int{4}, Hessian: true, Coupled: true}},
		{"batch norm of images", func() layers.Layer { return &layers.BatchNorm{Momentum: 0.3, NoScale: true} }, layertest.Config{Input: []int{2, 2, 3}, Hessian: true, Coupled: true}},
		{"words", func() layers.Layer { return &layers.Embedding{Rows: 7, Units: 3} }, layertest.Config{Input: []int{4}, Rows: 7, Hessian: true}},
		{"recurrent words", func() layers.Layer {
			return layers.Sequential{&layers.Embedding{Rows: 7, Units: 3}, &layers.Recurrent{Units: 3}, &layers.Dense{Units: 2}}
		}, layertest.Config{Input: []int{4}, Rows: 7, Hessian: true}},
	}
	for _, f := range []func() *layers.Activation{
		layers.ReLU, func() *layers.Activation { return layers.LeakyReLU(0.2) }, func() *layers.Activation { return layers.ELU(0.7) },
		layers.Tanh, layers.Sigmoid, layers.Identity, layers.Softplus, layers.SiLU, layers.GELU, layers.GELUTanh,
	} {
		all = append(all, of(f().String(), func() layers.Layer { return f() }))
	}
	return all
}

// TestLibrary: every kind of layer of package layers passes.
func TestLibrary(t *testing.T) {
	kinds := map[string]bool{}
	for _, c := range library() {
		described, err := layers.Encode(c.layer(), layers.Kinds())
		require.NoError(t, err)
		var tree any
		require.NoError(t, json.Unmarshal(described, &tree))
		collect(tree, kinds)
		t.Run(c.name, func(t *testing.T) { layertest.Check(t, c.layer, c.cfg) })
	}
	for _, k := range layers.Kinds() {
		assert.True(t, kinds[k.Name()], "no case of this test has a layer of the kind %s", k.Name())
	}
}

// collect adds the kinds in a description, those of inner layers too.
func collect(v any, kinds map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		if k, ok := v["kind"].(string); ok {
			kinds[k] = true
		}
		for _, inner := range v {
			collect(inner, kinds)
		}
	case []any:
		for _, inner := range v {
			collect(inner, kinds)
		}
	}
}

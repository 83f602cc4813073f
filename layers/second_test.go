package layers_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// secondNets has every kind of layer, with its cases that have kernels of their own, behind and before something
// that bends: the second derivatives of most layers by themselves are zero. The layers are new ones in each call.
func secondNets() map[string]proof {
	words := []float64{0, 3, 6, 1, 1, 5, 2, 4, 4, 6, 0, 2}
	pair := func(k int) [2]int { return [2]int{k, k} }
	between := func(l ...layers.Layer) func() layers.Layer {
		return func() layers.Layer {
			return append(append(layers.Sequential{layers.Softplus()}, l...), layers.Sigmoid())
		}
	}
	nets := map[string]proof{
		"dense":                 {layer: between(&layers.Dense{Units: 5, BiasInit: 0.2}), shape: []int{4}},
		"dense without bias":    {layer: between(&layers.Dense{Units: 5, NoBias: true}), shape: []int{4}},
		"flatten":               {layer: between(&layers.Flatten{}, &layers.Dense{Units: 2}), shape: []int{2, 3}},
		"dropout":               {layer: between(&layers.Dropout{Rate: 0.4}, &layers.Dense{Units: 2}), shape: []int{6}},
		"dropout2d":             {layer: between(&layers.Dropout2D{Rate: 0.4}), shape: []int{2, 3, 4}},
		"convolution":           {layer: between(&layers.Conv2D{Filters: 3, Kernel: [2]int{2, 3}, Stride: [2]int{2, 1}, Padding: [2]int{1, 0}}), shape: []int{4, 5, 2}},
		"dilated convolution":   {layer: between(&layers.Conv2D{Filters: 3, Kernel: pair(2), Dilation: pair(2), NoBias: true}), shape: []int{4, 5, 2}},
		"1×1 convolution":       {layer: between(&layers.Conv2D{Filters: 3, Kernel: pair(1)}), shape: []int{3, 2, 2}},
		"grouped convolution":   {layer: between(&layers.Conv2D{Filters: 4, Kernel: pair(2), Groups: 2}), shape: []int{3, 3, 4}},
		"depthwise convolution": {layer: between(&layers.Conv2D{Filters: 4, Kernel: pair(3), Same: true, Groups: 4}), shape: []int{3, 4, 4}},
		"depthwise, doubling":   {layer: between(&layers.Conv2D{Filters: 4, Kernel: pair(2), Groups: 2}), shape: []int{3, 4, 2}},
		"convolution of lines":  {layer: between(&layers.Conv1D{Filters: 3, Kernel: 2, Stride: 2}), shape: []int{6, 2}},
		"transposed":            {layer: between(&layers.ConvTranspose2D{Filters: 3, Kernel: pair(3), Stride: pair(2), OutputPadding: [2]int{1, 0}}), shape: []int{2, 3, 2}},
		"max pool":              {layer: between(&layers.MaxPool2D{Window: pair(3), Stride: pair(2), Padding: pair(1)}), shape: []int{5, 4, 2}},
		"mean pool":             {layer: between(&layers.AvgPool2D{Window: pair(2), Stride: [2]int{1, 2}, Padding: pair(1)}), shape: []int{4, 4, 2}},
		"global mean pool":      {layer: between(&layers.GlobalAvgPool{}, &layers.Dense{Units: 2}), shape: []int{3, 3, 4}},
		"batch":                 {layer: between(&layers.Dense{Units: 5}, &layers.BatchNorm{}, &layers.Dense{Units: 2}), shape: []int{4}},
		"batch of images":       {layer: between(&layers.BatchNorm{}, &layers.Conv2D{Filters: 2, Kernel: pair(2)}), shape: []int{3, 3, 2}},
		"layer":                 {layer: between(&layers.Dense{Units: 5}, &layers.LayerNorm{}), shape: []int{4}},
		"group":                 {layer: between(&layers.GroupNorm{Groups: 2}), shape: []int{2, 3, 4}},
		"reshape":               {layer: between(&layers.Reshape{Shape: []int{3, -1}}, &layers.LayerNorm{}), shape: []int{2, 6}},
		"permute":               {layer: between(&layers.Permute{Axes: []int{3, 1, 2}}, &layers.LayerNorm{}), shape: []int{2, 2, 3}},
		"residual":              {layer: between(&layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh()}, Shortcut: &layers.Dense{Units: 3}}), shape: []int{4}},
		"concat":                {layer: between(&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, layers.Identity(), layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh()}}}), shape: []int{4}},
		"sum":                   {layer: between(&layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{layers.Tanh(), &layers.Dense{Units: 4}}}), shape: []int{4}},
		"vector":                {layer: between(&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, &layers.Vector{Units: 3, Init: layers.HeNormal}}}), shape: []int{4}},
		"words": {layer: func() layers.Layer {
			return layers.Sequential{&layers.Embedding{Rows: 7, Units: 3}, layers.Tanh(), &layers.Conv1D{Filters: 2, Kernel: 2}, layers.Sigmoid()}
		}, shape: []int{4}, fixed: words},
		"recurrent": {layer: func() layers.Layer {
			return layers.Sequential{layers.Softplus(), &layers.Recurrent{Units: 4, Sequences: true}, &layers.Recurrent{Units: 3, NoBias: true}}
		}, shape: []int{5, 3}},
		"recurrent words": {layer: func() layers.Layer {
			return layers.Sequential{&layers.Embedding{Rows: 7, Units: 3}, &layers.Recurrent{Units: 3}, &layers.Dense{Units: 2}, layers.Sigmoid()}
		}, shape: []int{4}, fixed: words},
		"shared": {layer: func() layers.Layer {
			shared := &layers.Dense{Units: 4}
			return layers.Sequential{shared, layers.Tanh(), shared, layers.Sigmoid()}
		}, shape: []int{4}},
	}
	for _, a := range []*layers.Activation{
		layers.ReLU(), layers.LeakyReLU(0.2), layers.ELU(0.7), layers.Tanh(), layers.Sigmoid(), layers.Identity(), layers.Softplus(), layers.SiLU(), layers.GELU(), layers.GELUTanh(),
	} {
		nets[a.String()] = proof{layer: func() layers.Layer {
			return layers.Sequential{&layers.Dense{Units: 4}, a, &layers.Dense{Units: 3}, layers.Sigmoid()}
		}, shape: []int{4}}
	}
	return nets
}

// TestSecondDerivatives: in training and in evaluation, products with the Hessian of ⟨u, y⟩ over all parameters and the
// input are the central differences of its gradient, symmetric, and the same in float32 up to rounding.
func TestSecondDerivatives(t *testing.T) {
	kinds := map[string]bool{}
	for name, c := range secondNets() {
		described, err := layers.Encode(c.layer(), layers.Kinds())
		require.NoError(t, err)
		collectKinds(t, described, kinds)
		for _, n := range []int{1, 3} {
			for _, train := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%d/train=%v", name, n, train), func(t *testing.T) {
					double := hessianOf(t, secondNets()[name], graph.Float64, n, train)
					for i, g := range double.grads {
						want := double.difference(t, g, double.subsets()[len(double.wrt)]...)
						// Truncation of the difference and rounding, as of tangents, through a few layers.
						assert.InDeltaSlice(t, want, double.along[i], 10*differenceTolerance*(1+largest(want)), "the gradient at %d", i)
					}
					var left, right, size float64
					for i, a := range double.along {
						left += dot(a, doubles(graph.Value(double.others[i])))
						right += dot(double.across[i], doubles(double.moves[i]))
						size = max(size, largest(a))
					}
					assert.InDelta(t, left, right, 1e-12*(1+size), "symmetry")
					single := hessianOf(t, secondNets()[name], graph.Float32, n, train)
					for i, a := range double.along {
						// Some dozen terms in each of four layers, forth and back.
						assert.InDeltaSlice(t, a, single.along[i], 1e-5*(1+size))
					}
				})
			}
		}
	}
	for _, k := range layers.Kinds() {
		assert.True(t, kinds[k.Name()], "no net of this test has a layer of the kind %s", k.Name())
	}
}

// hessian is a layer with its products with the Hessian along two directions, by what moves.
type hessian struct {
	*moving
	grads, others []*graph.Node
	along, across [][]float64
}

func hessianOf(t *testing.T, c proof, dtype tensor.Dtype, n int, train bool) *hessian {
	t.Helper()
	m, l := c.moving(t, dtype, n, train)
	randomiseBuffers(t, l)
	h := &hessian{moving: m}
	_, h.grads = m.backward(t)
	r := rand.New(rand.NewPCG(6, 6))
	for _, w := range m.wrt {
		h.others = append(h.others, input(t, m.b, normals(r, w.Shape().TotalSize()), w.Shape()...))
	}
	product := func(v []*graph.Node) (all [][]float64) {
		dots, err := m.b.ForwardAll(h.grads, m.wrt, v)
		require.NoError(t, err)
		for i, d := range dots {
			if d == nil { // no parameter bends here
				all = append(all, make([]float64, h.grads[i].Shape().TotalSize()))
				continue
			}
			p, err := m.b.Compile(d)
			require.NoError(t, err)
			require.NoError(t, p.Run())
			all = append(all, doubles(graph.Value(d)))
		}
		return all
	}
	h.along, h.across = product(m.tangents), product(h.others)
	return h
}

// randomiseBuffers gives running statistics values of their own, the same in both float types.
func randomiseBuffers(t *testing.T, l layers.Layer) {
	s, ok := l.(layers.Stateful)
	if !ok {
		return
	}
	r := rand.New(rand.NewPCG(8, 8))
	for i, b := range s.Buffers() {
		x := normals(r, b.Value.DataSize())
		for j := range x {
			if i%2 == 1 { // variances
				x[j] = 0.5 + x[j]*x[j]
			}
		}
		require.NoError(t, graph.CopyInto(b.Value, tensor.New(tensor.WithShape(b.Value.Shape()...), tensor.WithBacking(x))))
	}
}

// collectKinds adds the kinds in a description, those of inner layers too.
func collectKinds(t *testing.T, described []byte, kinds map[string]bool) {
	var tree any
	require.NoError(t, json.Unmarshal(described, &tree))
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if k, ok := v["kind"].(string); ok {
				kinds[k] = true
			}
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	visit(tree)
}

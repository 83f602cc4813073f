package layers_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

func TestRecurrentProofs(t *testing.T) {
	for name, c := range map[string]proof{
		"last":     {layer: func() layers.Layer { return &layers.Recurrent{Units: 3, BiasInit: 0.2} }, shape: []int{4, 2}},
		"all":      {layer: func() layers.Layer { return &layers.Recurrent{Units: 3, Sequences: true} }, shape: []int{4, 2}},
		"no bias":  {layer: func() layers.Layer { return &layers.Recurrent{Units: 2, NoBias: true, Sequences: true} }, shape: []int{3, 2}},
		"numbers":  {layer: func() layers.Layer { return &layers.Recurrent{Units: 3} }, shape: []int{5}},
		"one time": {layer: func() layers.Layer { return &layers.Recurrent{Units: 3} }, shape: []int{1, 2}},
		"two of it": {layer: func() layers.Layer {
			return layers.Sequential{&layers.Recurrent{Units: 3, Sequences: true}, &layers.Recurrent{Units: 2}}
		}, shape: []int{4, 2}},
		"shared": {layer: func() layers.Layer {
			r := &layers.Recurrent{Units: 2, Sequences: true}
			return layers.Sequential{r, r}
		}, shape: []int{3, 2}},
	} {
		t.Run(name, func(t *testing.T) { prove(t, c) })
	}
	proof{layer: func() layers.Layer { return &layers.Recurrent{Units: 48, Sequences: true} }, shape: []int{5, 30}}.proveBits(t)
}

type torchRecurrent struct {
	N         int       `json:"n"`
	T         int       `json:"t"`
	In        int       `json:"in"`
	Units     int       `json:"units"`
	Sequences bool      `json:"sequences"`
	Weight    []float64 `json:"weight"`
	Bias      []float64 `json:"bias"`
	X         []float64 `json:"x"`
	Seed      []float64 `json:"seed"`
	Y         []float64 `json:"y"`
	DX        []float64 `json:"dx"`
	DW        []float64 `json:"dw"`
	DB        []float64 `json:"db"`
}

// TestRecurrentAgainstPyTorch: values and all gradients of nn.RNN, in testdata with the
// script that made them; and the tap, whose A and G give the gradients of weight and bias.
func TestRecurrentAgainstPyTorch(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "torch_recurrent.json"))
	require.NoError(t, err)
	var cases []torchRecurrent
	require.NoError(t, json.Unmarshal(text, &cases))
	require.Len(t, cases, 4)
	for _, c := range cases {
		b := newBuilder(t, graph.Float64, c.N, true, 1)
		r := &layers.Recurrent{Units: c.Units, Sequences: c.Sequences}
		x := input(t, b, c.X, c.N, c.T, c.In)
		y, err := r.Build(b, x)
		require.NoError(t, err)
		require.Len(t, r.Params(), 2)
		copy(r.Params()[0].Value.Float64s(), c.Weight)
		copy(r.Params()[1].Value.Float64s(), c.Bias)
		require.Len(t, b.Taps, 1)
		tap := b.Taps[0]
		a, s := tap.Nodes()
		g, err := b.Backward(y, input(t, b, c.Seed, y.Shape()...), x, b.Param(r.Params()[0]), b.Param(r.Params()[1]), s)
		require.NoError(t, err)
		p, err := b.Compile(append(g, y, a)...)
		require.NoError(t, err)
		require.NoError(t, p.Run())
		const eps = 1e-14 // some dozen terms of size 2 in another order
		assert.InDeltaSlice(t, c.Y, doubles(graph.Value(y)), eps)
		assert.InDeltaSlice(t, c.DX, doubles(graph.Value(g[0])), eps)
		assert.InDeltaSlice(t, c.DW, doubles(graph.Value(g[1])), eps)
		assert.InDeltaSlice(t, c.DB, doubles(graph.Value(g[2])), eps)

		assert.Equal(t, graph.Affine, tap.Kind)
		assert.True(t, tap.Aside)
		assert.Equal(t, c.T, tap.Locations())
		rows, in := c.N*c.T, c.In+c.Units
		A, G := mat.NewDense(rows, in, doubles(graph.Value(a))), mat.NewDense(rows, c.Units, doubles(graph.Value(g[3])))
		var dw mat.Dense
		dw.Mul(A.T(), G)
		assert.InDeltaSlice(t, c.DW, dw.RawMatrix().Data, eps)
		for j := range c.Units {
			assert.InDelta(t, c.DB[j], mat.Sum(G.ColView(j)), eps)
		}
		for i := range rows {
			assert.Equal(t, c.X[i*c.In:(i+1)*c.In], A.RawRowView(i)[:c.In])
			want := make([]float64, c.Units) // h_0
			if i%c.T > 0 && c.Sequences {
				want = c.Y[(i-1)*c.Units : i*c.Units]
			}
			if i%c.T == 0 || c.Sequences {
				assert.InDeltaSlice(t, want, A.RawRowView(i)[c.In:], eps)
			}
		}
	}
}

// TestRecurrentOfOneTimeIsDense: with T = 1 the layer is a Dense with tanh.
func TestRecurrentOfOneTimeIsDense(t *testing.T) {
	x := normals(rand.New(rand.NewPCG(1, 1)), 4*3)
	b := newBuilder(t, graph.Float64, 4, true, 3)
	recurrent := &layers.Recurrent{Units: 5, BiasInit: 0.1}
	got := run(t, b, recurrent, input(t, b, x, 4, 1, 3))
	b = newBuilder(t, graph.Float64, 4, true, 3)
	dense := layers.Sequential{&layers.Dense{Units: 5, BiasInit: 0.1}, layers.Tanh()}
	y, err := dense.Build(b, input(t, b, x, 4, 3))
	require.NoError(t, err)
	copy(dense.Params()[0].Value.Float64s(), recurrent.Params()[0].Value.Float64s())
	p, err := b.Compile(y)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.InDeltaSlice(t, doubles(graph.Value(y)), got, 1e-15)
}

// TestRecurrentInit: the rows of the state are an orthogonal matrix, those of the input
// Glorot's.
func TestRecurrentInit(t *testing.T) {
	const in, units = 3, 16
	b := newBuilder(t, graph.Float64, 2, true, 1)
	r := &layers.Recurrent{Units: units}
	_, err := r.Build(b, b.Ones(2, 4, in))
	require.NoError(t, err)
	w := r.Params()[0].Value.Float64s()
	state := mat.NewDense(units, units, w[in*units:])
	var product mat.Dense
	product.Mul(state.T(), state)
	for i := range units {
		for j := range units {
			want := 0.0
			if i == j {
				want = 1
			}
			assert.InDelta(t, want, product.At(i, j), 1e-14)
		}
	}
	limit := 0.0
	for _, v := range w[:in*units] {
		limit = max(limit, v, -v)
	}
	assert.InDelta(t, 0.56, limit, 0.03) // √(6/19) = 0.562, and the greatest of 48 draws
	constant := &layers.Recurrent{Units: 2, Init: layers.Constant(1), RecurrentInit: layers.Constant(2), NoBias: true}
	_, err = constant.Build(b, b.Ones(2, 4))
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 1, 2, 2, 2, 2}, constant.Params()[0].Value.Float64s())
}

// TestRecurrentSharesItsWeights among graphs of sequences of several lengths, and refuses
// what does not fit.
func TestRecurrentSharesItsWeights(t *testing.T) {
	r := &layers.Recurrent{Units: 3, Name: "memory"}
	for _, times := range []int{1, 4, 9} {
		b := newBuilder(t, graph.Float64, 2, true, 1)
		y, err := r.Build(b, b.Ones(2, times, 5))
		require.NoError(t, err)
		assert.Equal(t, []int{2, 3}, []int(y.Shape()))
		assert.Len(t, r.Params(), 2)
	}
	for _, c := range []struct {
		layer *layers.Recurrent
		shape []int
		want  string
	}{
		{r, []int{2, 4, 6}, "layers: memory: input of shape (2, 4, 6) (float64) has 6 features for 3 units: the weights are (8, 3) (float64)"},
		{&layers.Recurrent{}, []int{2, 4, 6}, "recurrent1: 0 units"},
		{&layers.Recurrent{Units: -3}, []int{2, 4, 6}, "-3 units"},
		{&layers.Recurrent{Units: 1 << 62}, []int{2, 4, 6}, "units are too many"},
		{&layers.Recurrent{Units: 1 << 40}, []int{2, 4, 6}, "units are too many"},
		{&layers.Recurrent{Units: 3}, []int{2}, "input of shape (2): want sequences N×T×features, or N×T"},
		{&layers.Recurrent{Units: 3}, []int{2, 4, 6, 7}, "input of shape (2, 4, 6, 7)"},
		{&layers.Recurrent{Units: 3}, []int{3, 4, 6}, "the 2 examples of the batch"},
	} {
		b := newBuilder(t, graph.Float64, 2, true, 1)
		_, err := c.layer.Build(b, b.Ones(c.shape...))
		assert.ErrorContains(t, err, c.want)
	}
	single := newBuilder(t, graph.Float32, 2, true, 1)
	_, err := r.Build(single, single.Ones(2, 4, 5))
	assert.ErrorContains(t, err, "(float32)")
}

// TestRecurrentBreaksChains: weights that several times share are coupled with nothing.
// At one time the layer is a Dense: a chain may begin with it, and none leads to it, as
// its own state feeds it.
func TestRecurrentBreaksChains(t *testing.T) {
	for times, want := range map[int][]bool{4: {false, false}, 1: {false, true}} {
		b := newBuilder(t, graph.Float64, 2, true, 1)
		_, err := layers.Sequential{
			&layers.Dense{Units: times * 3}, &layers.Reshape{Shape: []int{times, 3}}, &layers.Recurrent{Units: 3}, &layers.Dense{Units: 2},
		}.Build(b, b.Ones(2, 5))
		require.NoError(t, err)
		require.Len(t, b.Taps, 3)
		for i := range want {
			assert.Equal(t, want[i], graph.Consecutive(b.Taps[i], b.Taps[i+1], b.Taps), "T = %d, tap %d", times, i)
		}
	}
}

func TestRecurrentKind(t *testing.T) {
	r := &layers.Recurrent{Units: 7, Sequences: true, NoBias: true, Name: "memory"}
	text, err := layers.Encode(r, layers.Kinds())
	require.NoError(t, err)
	got, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, r, got)
	assert.Equal(t, "Recurrent(7, sequences) memory", got.(*layers.Recurrent).String())
	assert.Equal(t, "Recurrent(2)", (&layers.Recurrent{Units: 2}).String())
}

package layers_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func TestEmbeddingProofs(t *testing.T) {
	numbers := []float64{0, 3, 3, 1, 6, 0, 3}
	prove(t, proof{layer: func() layers.Layer { return &layers.Embedding{Rows: 7, Units: 3} }, fixed: numbers})
	prove(t, proof{layer: func() layers.Layer {
		return layers.Sequential{&layers.Embedding{Rows: 7, Units: 3}, &layers.Flatten{}, layers.Tanh(), &layers.Dense{Units: 2}}
	}, shape: []int{4}, fixed: numbers})
	proof{layer: func() layers.Layer { return &layers.Embedding{Rows: 9, Units: 80} }, shape: []int{5}, fixed: numbers}.proveBits(t)
}

// TestEmbeddingIsALookUp: rows of the table, and gradients added up in a plain loop. The
// same as a matrix of ones and zeros times the table.
func TestEmbeddingIsALookUp(t *testing.T) {
	const n, steps, rows, units = 50, 7, 11, 70
	r := rand.New(rand.NewPCG(1, 2))
	x, seed := make([]float64, n*steps), normals(r, n*steps*units)
	for i := range x {
		x[i] = float64(r.IntN(rows - 1)) // the last row is never asked for
	}
	b := newBuilder(t, graph.Float64, n, true, 1)
	e := &layers.Embedding{Rows: rows, Units: units, Name: "words"}
	xn := input(t, b, x, n, steps)
	y, err := e.Build(b, xn)
	require.NoError(t, err)
	assert.Equal(t, []int{n, steps, units}, []int(y.Shape()))
	table := e.Params()[0]
	g, err := b.Backward(y, input(t, b, seed, n, steps, units), xn, b.Param(table))
	require.NoError(t, err)
	assert.Nil(t, g[0], "numbers of rows have no gradient")
	require.Len(t, b.Taps, 1)
	tap := b.Taps[0]
	a, s := tap.Nodes()
	assert.Equal(t, graph.Embedding, tap.Kind)
	assert.Equal(t, steps, tap.Locations())
	assert.Equal(t, []int{n * steps, 1}, []int(a.Shape()))
	assert.Equal(t, []int{n * steps, units}, []int(s.Shape()))
	assert.Same(t, table, tap.Weight)
	assert.Nil(t, tap.Bias)
	p, err := b.Compile(y, a, g[1])
	require.NoError(t, err)
	require.NoError(t, p.Run())
	want := make([]float64, rows*units)
	got, w := doubles(graph.Value(y)), doubles(table.Value)
	for i, v := range x {
		for j := range units {
			require.Equal(t, w[int(v)*units+j], got[i*units+j])
			want[int(v)*units+j] += seed[i*units+j]
		}
	}
	assert.Equal(t, want, doubles(graph.Value(g[1])), "one order of addition: the same bits")
	assert.Equal(t, x, doubles(graph.Value(a)))
	var variance float64
	for _, v := range w {
		variance += v * v / float64(len(w))
	}
	assert.InDelta(t, 1, variance, 5*math.Sqrt(2.0/(rows*units)))
}

func TestEmbeddingErrors(t *testing.T) {
	shared := &layers.Embedding{Rows: 5, Units: 2, Name: "shared"}
	double := newBuilder(t, graph.Float64, 2, true, 1)
	_, err := shared.Build(double, double.Ones(2))
	require.NoError(t, err)
	for _, c := range []struct {
		layer *layers.Embedding
		shape []int
		want  string
	}{
		{&layers.Embedding{Units: 3}, []int{2}, "embedding1: a table of 0 rows and 3 units"},
		{&layers.Embedding{Rows: 3}, []int{2}, "3 rows and 0 units"},
		{&layers.Embedding{Rows: math.MaxInt, Units: 3, Name: "big"}, []int{2}, "big: a table"},
		{&layers.Embedding{Rows: 1<<24 + 1, Units: 1}, []int{2}, "float32 has whole numbers up to 16777216"},
		{&layers.Embedding{Rows: 3, Units: 3}, []int{2, 3, 4}, "input of shape (2, 3, 4)"},
		{&layers.Embedding{Rows: 3, Units: 3}, []int{3}, "input of shape (3)"},
		{shared, []int{2}, "shared: a table of 5×2 (float32): the parameter is (5, 2) (float64)"},
	} {
		b := newBuilder(t, graph.Float32, 2, true, 1)
		_, err := c.layer.Build(b, b.Ones(c.shape...))
		assert.ErrorContains(t, err, c.want)
	}
}

// TestEmbeddingRefusesNumbers: one line names the layer, the number and the rows; no
// parameter changes; the next mini-batch is as if nothing had been.
func TestEmbeddingRefusesNumbers(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64} {
		t.Run(name, func(t *testing.T) {
			model, err := trainer.NewModel(layers.Sequential{
				&layers.Embedding{Rows: 5, Units: 3, Name: "words"}, &layers.Flatten{}, &layers.Dense{Units: 2},
			}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, DType: dtype})
			require.NoError(t, err)
			adam, err := trainer.NewAdam(trainer.AdamConfig{})
			require.NoError(t, err)
			y := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{0, 1}))
			step := func(numbers ...float64) error {
				batch, err := model.Batch(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking(numbers)), y)
				require.NoError(t, err)
				_, err = adam.Step(batch)
				return err
			}
			require.NoError(t, step(0, 1, 2, 4))
			values := func() (all [][]float64) {
				for _, p := range model.Params() {
					all = append(all, doubles(p.Value))
				}
				return all
			}
			before := values()
			for bad, text := range map[float64]string{5: "5", -1: "-1", 2.5: "2.5", math.Inf(1): "+Inf", 1e30: "1e+30"} {
				err := step(0, 1, 2, bad)
				want := "layers: words: example 1, position 1 of the mini-batch (counted from 0) has the number " + text + ": the table has 5 rows, want a whole number from 0 to 4"
				if dtype == graph.Float32 && bad == 1e30 {
					want = "1e+30"
				}
				require.Error(t, err)
				var data *graph.DataError
				assert.True(t, errors.As(err, &data))
				if bad != 1e30 {
					assert.Equal(t, want, err.Error())
				}
				assert.Equal(t, before, values())
			}
			_, err = model.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{math.NaN(), 1})))
			assert.ErrorContains(t, err, "layers: words: example 0, position 0 of the mini-batch (counted from 0) has the number NaN: the table has 5 rows")
			assert.False(t, strings.Contains(err.Error(), "\n"))
			require.NoError(t, step(4, 4, 4, 4))
			assert.NotEqual(t, before, values())
		})
	}
}

func TestEmbeddingKind(t *testing.T) {
	e := &layers.Embedding{Rows: 7, Units: 2, Name: "words"}
	text, err := layers.Encode(e, layers.Kinds())
	require.NoError(t, err)
	got, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, e, got)
	assert.Empty(t, got.Params())
}

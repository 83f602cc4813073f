package trainer_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// ofAllLayers are networks that have every kind of layer between them, for 2 classes.
func ofAllLayers() map[string]func() (net layers.Layer, input []int) {
	return map[string]func() (layers.Layer, []int){
		"images": func() (layers.Layer, []int) {
			return layers.Sequential{
				&layers.Conv2D{Filters: 4, Kernel: two(3), Same: true, NoBias: true}, &layers.BatchNorm{Momentum: 0.3, Epsilon: 1e-3}, layers.LeakyReLU(0.2),
				&layers.MaxPool2D{Window: two(3), Stride: two(2), Padding: two(1)},
				&layers.Residual{
					Body:     layers.Sequential{&layers.Conv2D{Filters: 4, Kernel: two(3), Padding: two(1), Groups: 2, Dilation: two(1)}, &layers.GroupNorm{Groups: 2, NoShift: true}, layers.ELU(0.7), &layers.Dropout2D{Rate: 0.3}},
					Shortcut: &layers.Conv2D{Filters: 4, Kernel: two(1), Name: "short"}},
				&layers.ConvTranspose2D{Filters: 3, Kernel: [2]int{3, 2}, Stride: two(2), OutputPadding: [2]int{1, 0}}, layers.SiLU(),
				&layers.Residual{Body: &layers.Conv2D{Filters: 3, Kernel: two(3), Padding: two(1), Groups: 3}},
				&layers.AvgPool2D{Window: two(2), Stride: [2]int{1, 2}},
				&layers.Parallel{Branches: []layers.Layer{
					layers.Sequential{&layers.GlobalAvgPool{}, &layers.BatchNorm{NoScale: true, NoShift: true}},
					layers.Sequential{&layers.Permute{Axes: []int{3, 1, 2}}, &layers.Flatten{}, &layers.Dropout{Rate: 0.1}, &layers.Dense{Units: 3}}}},
				&layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{&layers.Dense{Units: 5}, &layers.Dense{Units: 5, NoBias: true}}},
				&layers.LayerNorm{Epsilon: 1e-4}, layers.GELU(), &layers.Dense{Units: 2},
			}, []int{6, 8, 2}
		},
		"sequences": func() (layers.Layer, []int) {
			return layers.Sequential{
				&layers.Embedding{Rows: 9, Units: 4}, &layers.Conv1D{Filters: 6, Kernel: 2, Groups: 2, Dilation: 2}, &layers.BatchNorm{}, layers.Softplus(),
				&layers.Recurrent{Units: 3, Sequences: true}, &layers.Recurrent{Units: 4, NoBias: true}, &layers.Reshape{Shape: []int{2, -1}},
				&layers.Flatten{}, layers.GELUTanh(), &layers.Dense{Units: 2},
				&layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{layers.Identity(), &layers.Vector{Units: 2, Init: layers.Constant(0.3)}}},
			}, []int{7}
		},
	}
}

// wholeNumbers are n examples of numbers that an Embedding of 9 rows takes.
func wholeNumbers(r *rand.Rand, n int, input []int) *tensor.Dense {
	x := graph.NewDense(graph.Float64, append([]int{n}, input...)...)
	for i := range x.Float64s() {
		x.Float64s()[i] = float64(r.IntN(9))
	}
	return x
}

// trained is a model after a few steps, with running statistics of their mini-batches.
func trained(t *testing.T, net layers.Layer, input []int, dtype tensor.Dtype) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: input, DType: dtype, Seed: 4})
	require.NoError(t, err)
	opt, r := sgd(t, 0.05), rand.New(rand.NewPCG(2, 3))
	for range 4 {
		y := graph.NewDense(graph.Float64, 6)
		for i := range y.Float64s() {
			y.Float64s()[i] = float64(r.IntN(2))
		}
		b, err := m.Batch(wholeNumbers(r, 6, input), y)
		require.NoError(t, err)
		_, err = opt.Step(b)
		require.NoError(t, err)
	}
	return m
}

// TestSaveLoadEveryLayer: parameters, buffers and outputs of trained networks come back to the bit, and the file made of
// what came back is the same.
func TestSaveLoadEveryLayer(t *testing.T) {
	found := map[string]bool{}
	for name, build := range ofAllLayers() {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(name+"/"+dtype.String(), func(t *testing.T) {
				net, input := build()
				m, dir, again := trained(t, net, input, dtype), t.TempDir(), t.TempDir()
				require.NoError(t, trainer.Save(dir, m, trainer.Preparation{}, trainer.SaveConfig{}))
				got, p, err := trainer.Load(dir, trainer.LoadConfig{})
				require.NoError(t, err)
				require.NotEmpty(t, m.Buffers())
				require.Len(t, got.Buffers(), len(m.Buffers()))
				for i, b := range m.Buffers() {
					assert.Equal(t, b.Name, got.Buffers()[i].Name)
					assert.Equal(t, b.Value.Data(), got.Buffers()[i].Value.Data(), b.Name)
				}
				require.Len(t, got.Params(), len(m.Params()))
				for i, p := range m.Params() {
					assert.Equal(t, p.Name, got.Params()[i].Name)
					assert.Equal(t, p.Value.Data(), got.Params()[i].Value.Data(), p.Name)
				}
				x := wholeNumbers(rand.New(rand.NewPCG(8, 8)), 5, input)
				want, err := m.Predict(x)
				require.NoError(t, err)
				y, err := got.Predict(x)
				require.NoError(t, err)
				assert.Equal(t, want.Data(), y.Data())
				assert.Equal(t, m.Summary(), got.Summary())

				require.NoError(t, trainer.Save(again, got, p, trainer.SaveConfig{}))
				first, err := os.ReadFile(filepath.Join(dir, trainer.ModelFile))
				require.NoError(t, err)
				second, err := os.ReadFile(filepath.Join(again, trainer.ModelFile))
				require.NoError(t, err)
				assert.Equal(t, first, second)

				text, err := layers.Encode(net, layers.Kinds())
				require.NoError(t, err)
				for _, k := range layers.Kinds() {
					found[k.Name()] = found[k.Name()] || strings.Contains(string(text), `"kind":`+strconv.Quote(k.Name()))
				}
			})
		}
	}
	for kind, ok := range found {
		assert.True(t, ok, "no network here has a layer of kind %s", kind)
	}
}

// TestPredictorEvaluates: running statistics and no masks, for concurrent callers. In training mode an example's outputs
// would depend on the others of its batch, and on masks that are drawn anew.
func TestPredictorEvaluates(t *testing.T) {
	input := []int{6, 8, 2}
	m := trained(t, layers.Sequential{
		&layers.Conv2D{Filters: 4, Kernel: two(3), NoBias: true}, &layers.BatchNorm{}, layers.ReLU(), &layers.Dropout2D{Rate: 0.5},
		&layers.MaxPool2D{Window: two(2)}, &layers.Flatten{}, &layers.Dense{Units: 2},
	}, input, graph.Float32)
	var state [][]float32
	for _, b := range m.Buffers() {
		state = append(state, append([]float32(nil), b.Value.Float32s()...))
	}
	const n = 40
	x := wholeNumbers(rand.New(rand.NewPCG(5, 1)), n, input)
	y, err := m.Predict(x)
	require.NoError(t, err)
	want := append([]float32(nil), y.Float32s()...)
	p := predictor(t, m, trainer.Preparation{})
	raw := make([][]float64, n)
	for i := range raw {
		raw[i] = x.Float64s()[i*p.Features() : (i+1)*p.Features()]
	}
	var callers sync.WaitGroup
	for c := range 6 {
		callers.Go(func() {
			r := rand.New(rand.NewPCG(6, uint64(c)))
			for range 10 {
				from := r.IntN(n)
				all, err := p.PredictAll(raw[from : from+1+r.IntN(n-from)])
				assert.NoError(t, err)
				for i, one := range all {
					for j, v := range one.Probabilities {
						assert.Equal(t, want[(from+i)*2+j], float32(v))
					}
				}
			}
		})
	}
	callers.Wait()
	for i, b := range m.Buffers() {
		assert.Equal(t, state[i], b.Value.Float32s(), b.Name)
	}
}

package trainer_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// inParts is a mini-batch cut into parts of these sizes.
func inParts(t testing.TB, a *trainer.Accumulation, tensors []*tensor.Dense, sizes ...int) trainer.MiniBatch {
	t.Helper()
	a.Reset()
	at := 0
	for _, size := range sizes {
		var cut []*tensor.Dense
		for _, whole := range tensors {
			cut = append(cut, rows(whole, at, at+size))
		}
		require.NoError(t, a.Add(cut[0], cut[1], cut[2:]...))
		at += size
	}
	require.Equal(t, at, tensors[0].Shape()[0], "the sizes add up")
	obj, err := a.MiniBatch()
	require.NoError(t, err)
	return obj
}

// closeTo fails unless got is want, within tolerance of want's greatest element.
func closeTo(t testing.TB, want, got []float64, tolerance float64, msg ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	size, gap := 0.0, 0.0
	for i, v := range want {
		size, gap = max(size, math.Abs(v)), max(gap, math.Abs(v-got[i]))
	}
	require.LessOrEqual(t, gap, tolerance*size, msg...)
}

// TestAccumulationSteps: optimizers take the steps of the whole mini-batch on its parts,
// with L2, weight decay and a bound on the gradient's norm, in both float types.
func TestAccumulationSteps(t *testing.T) {
	// Sums in another order. In float32 a step differs by some units in the last place,
	// times the condition of K-FAC's damped factors.
	for dtype, tolerance := range map[tensor.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-5} {
		for name := range optimizers(t, 0.1, 0.01) {
			for _, clip := range []float64{0, 0.05} {
				for _, sizes := range [][]int{{5, 5, 5}, {2, 6, 1, 6}, {15}} {
					t.Run(fmt.Sprint(dtype, name, clip, sizes), func(t *testing.T) {
						build := func() *trainer.Model {
							m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 6}, layers.Tanh(), &layers.Dense{Units: 3}},
								losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, L2: 0.1, Seed: 2})
							require.NoError(t, err)
							return m
						}
						whole, cut := build(), build()
						a := trainer.NewAccumulation(cut)
						one, other := optimizers(t, 0.1, 0.01)[name], optimizers(t, 0.1, 0.01)[name]
						bounded := func(obj graph.Objective) graph.Objective {
							if clip > 0 {
								return trainer.ClipNorm(obj, clip)
							}
							return obj
						}
						for k := range uint64(6) {
							x, y := stateBatch(k, 15)
							obj, err := whole.Batch(x, y)
							require.NoError(t, err)
							want, err := one.Step(bounded(obj))
							require.NoError(t, err)
							got, err := other.Step(bounded(inParts(t, a, []*tensor.Dense{x, y}, sizes...)))
							require.NoError(t, err)
							require.InEpsilon(t, want, got, tolerance)
							closeTo(t, snapshot(whole.Params(), true), snapshot(cut.Params(), true), tolerance*100, "gradient, step %d", k)
							closeTo(t, snapshot(whole.Params(), false), snapshot(cut.Params(), false), tolerance, "step %d", k)
						}
					})
				}
			}
		}
	}
}

// TestAccumulationOfOnePart is Model.Batch's mini-batch, to the bit, with its draws.
func TestAccumulationOfOnePart(t *testing.T) {
	for name := range optimizers(t, 0.1, 0) {
		whole, data := toy(t, trainer.ModelConfig{Seed: 1})
		cut, _ := toy(t, trainer.ModelConfig{Seed: 1})
		a := trainer.NewAccumulation(cut)
		one, other := optimizers(t, 0.1, 0)[name], optimizers(t, 0.1, 0)[name]
		for range 5 {
			obj, err := whole.Batch(data.x, data.y)
			require.NoError(t, err)
			want, err := one.Step(obj)
			require.NoError(t, err)
			got, err := other.Step(inParts(t, a, []*tensor.Dense{data.x, data.y}, 22))
			require.NoError(t, err)
			assert.Equal(t, want, got, name)
		}
		assert.Equal(t, snapshot(whole.Params(), false), snapshot(cut.Params(), false), name)
	}
}

// TestAccumulationOfMoreTargets: further targets are cut and kept as well.
func TestAccumulationOfMoreTargets(t *testing.T) {
	build := func() *trainer.Model {
		return newModel(t, layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}, 4, 0)
	}
	whole, cut := build(), build()
	x, y := stateBatch(1, 9)
	weights := graph.NewDense(graph.Float64, 9)
	for i := range weights.Float64s() {
		weights.Float64s()[i] = float64(i)
	}
	obj, err := whole.Batch(x, y, weights)
	require.NoError(t, err)
	for _, est := range []graph.FisherEstimator{graph.Exact, graph.Empirical} {
		one, err := kfac.New(kfac.Config{Estimator: est, Structure: kfac.EKFAC})
		require.NoError(t, err)
		other, err := kfac.New(kfac.Config{Estimator: est, Structure: kfac.EKFAC})
		require.NoError(t, err)
		want, err := one.Step(obj)
		require.NoError(t, err)
		got, err := other.Step(inParts(t, trainer.NewAccumulation(cut), []*tensor.Dense{x, y, weights}, 3, 3, 3))
		require.NoError(t, err)
		assert.InEpsilon(t, want, got, 1e-12)
		closeTo(t, snapshot(whole.Params(), false), snapshot(cut.Params(), false), 1e-11, est)
	}
}

// TestAccumulationAndBuffers: buffers take each part in once per step, in order, whatever
// passes an optimizer runs.
func TestAccumulationAndBuffers(t *testing.T) {
	names := []string{"ekfac"}
	for name := range optimizers(t, 0.1, 0) {
		names = append(names, name)
	}
	for _, name := range names {
		m, l := withState(t, graph.Float64)
		o := optimizers(t, 0.1, 0)[name]
		if name == "ekfac" {
			var err error
			o, err = kfac.New(kfac.Config{Structure: kfac.EKFAC, ProductFraction: 0.5, DampingUpdateSteps: 1})
			require.NoError(t, err)
		}
		a := trainer.NewAccumulation(m)
		want := make([]float64, 4)
		for k := range uint64(5) {
			x, y := stateBatch(k, 14)
			obj := inParts(t, a, []*tensor.Dense{x, y}, 5, 5, 4)
			_, err := o.Step(obj)
			require.NoError(t, err)
			for _, part := range [][2]int{{0, 5}, {5, 10}, {10, 14}} {
				for i, v := range columnMeans(rows(x, part[0], part[1]).Float64s(), 4) {
					want[i] = 0.9*want[i] + 0.1*v
				}
			}
			require.InDeltaSlice(t, want, l.running.Value.Float64s(), 1e-14, "%s, step %d", name, k)
			_, err = obj.Grad()
			require.NoError(t, err)
			require.InDeltaSlice(t, want, l.running.Value.Float64s(), 1e-14, "%s, step %d, once more", name, k)
		}
	}
}

// TestAccumulationBesideOtherUses: evaluations and predictions between the passes of a
// mini-batch change nothing.
func TestAccumulationBesideOtherUses(t *testing.T) {
	after := func(between func(m *trainer.Model, data *memory)) []float64 {
		m, data := toy(t, trainer.ModelConfig{Seed: 1, DType: graph.Float64})
		obj := inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{data.x, data.y}, 10, 10, 2)
		_, err := obj.Loss()
		require.NoError(t, err)
		between(m, data)
		_, err = obj.Grad()
		require.NoError(t, err)
		return snapshot(m.Params(), true)
	}
	assert.Equal(t, after(func(*trainer.Model, *memory) {}), after(func(m *trainer.Model, data *memory) {
		_, err := m.Predict(data.x)
		require.NoError(t, err)
		_, err = m.Evaluate(context.Background(), data)
		require.NoError(t, err)
		for n := range 20 { // graphs of the parts are dropped from the cache
			_, err = m.Predict(rows(data.x, 0, n+1))
			require.NoError(t, err)
		}
	}))
}

// TestAccumulationNext: the parts of a source, fewer at the end of an epoch.
func TestAccumulationNext(t *testing.T) {
	m, data := toy(t, trainer.ModelConfig{Seed: 1}) // 22 examples in mini-batches of 5
	a := trainer.NewAccumulation(m)
	var sizes []int
	for range 4 {
		obj, err := a.Next(data, 3)
		require.NoError(t, err)
		sizes = append(sizes, obj.Examples())
		assert.LessOrEqual(t, a.Targets().Shape()[0], 5)
	}
	assert.Equal(t, []int{15, 7, 15, 7}, sizes)
	obj, err := a.Next(data, 0)
	require.NoError(t, err)
	assert.Equal(t, 5, obj.Examples())
	_, err = a.Next(&memory{x: data.x, y: data.y, n: 5, next: 22}, 9)
	require.NoError(t, err)
	_, err = a.Next(nothing{}, 2)
	require.ErrorContains(t, err, "the data give no mini-batch")
}

// nothing is a source without data.
type nothing struct{}

func (nothing) Steps() int                          { return 1 }
func (nothing) Next() (x, y *tensor.Dense, ok bool) { return nil, nil, false }

// TestAccumulationErrors: what Model.Batch refuses is refused with the part's number, and
// leaves the parts before it.
func TestAccumulationErrors(t *testing.T) {
	m, data := toy(t, trainer.ModelConfig{Seed: 1})
	a := trainer.NewAccumulation(m)
	assert.Nil(t, a.Targets())
	_, err := a.MiniBatch()
	require.ErrorContains(t, err, "no parts")
	nothing := graph.NewDirection(m.Params())
	require.ErrorContains(t, a.Multiply(graph.Fisher, nothing, graph.NewDirection(m.Params())), "no parts")
	require.NoError(t, a.Add(data.x, data.y))
	require.ErrorContains(t, a.Add(data.x, nil), "without targets")
	require.ErrorContains(t, a.Add(nil, data.y), "part 2: trainer: batch of shape")
	require.ErrorContains(t, a.Add(rows(data.x, 0, 3), data.y), "part 2: trainer: targets of shape (22)")
	bad := rows(data.y, 0, 22)
	bad.Float64s()[4] = 7
	require.ErrorContains(t, a.Add(data.x, bad), "part 2")
	require.NoError(t, a.Add(data.x, data.y))
	obj, err := a.MiniBatch()
	require.NoError(t, err)
	assert.Equal(t, 44, obj.Examples())
	_, err = obj.Products(-1, graph.Values(m.Params()))
	require.ErrorContains(t, err, "products over -1 examples")
	_, err = obj.Products(0)
	require.ErrorContains(t, err, "products of no directions")
	_, err = obj.Products(0, graph.Direction{})
	require.ErrorContains(t, err, "0 tensors for 4 parameters")
	_, err = obj.Curvature("nonsense", nil)
	require.ErrorContains(t, err, "unknown Fisher estimator")
}

// TestAccumulationNotFinite: one part whose loss is no number makes that of the mini-batch
// none, and the parameters stay.
func TestAccumulationNotFinite(t *testing.T) {
	for name, o := range optimizers(t, 0.1, 0) {
		m, data := toy(t, trainer.ModelConfig{Seed: 1})
		x := rows(data.x, 0, 22)
		x.Float64s()[30] = math.Inf(1)
		before := snapshot(m.Params(), false)
		_, err := o.Step(inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{x, data.y}, 5, 5, 12))
		var nonFinite *graph.NonFiniteError
		require.ErrorAs(t, err, &nonFinite, name)
		assert.Equal(t, before, snapshot(m.Params(), false), name)
	}
}

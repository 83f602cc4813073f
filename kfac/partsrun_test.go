package kfac

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// parts is the mini-batch of a step in parts of two sizes.
func (r *run) parts(a *trainer.Accumulation, step int) miniBatch {
	r.t.Helper()
	a.Reset()
	for part := range 3 {
		rng, n := random(uint64(3*step+part)), 6-2*(part%2)
		x, y := graph.NewDense(graph.Float64, n, 6), make([]int32, n)
		copy(x.Float64s(), randomSlice(rng, 6*n))
		for i := range y {
			y[i] = int32(rng.IntN(3))
		}
		require.NoError(r.t, a.Add(x, tensor.New(tensor.WithShape(n), tensor.WithBacking(y))))
	}
	obj, err := a.MiniBatch()
	require.NoError(r.t, err)
	return obj
}

// TestStepAllocationsOfParts: after warm-up a step on parts allocates what its bare passes
// over the graphs of the parts do.
func TestStepAllocationsOfParts(t *testing.T) {
	for name, cfg := range configs() {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(name, dtype), func(t *testing.T) {
				cfg.FactorUpdateSteps, cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps = 1, 1, 1, 1
				r := newRun(t, cfg, dtype, 1, 3)
				a := trainer.NewAccumulation(r.model)
				for k := range 8 {
					_, err := r.optimizer.Step(r.parts(a, k))
					require.NoError(t, err)
				}
				obj := r.parts(a, 0)
				barePasses(t, r.optimizer, obj)
				graphs := testing.AllocsPerRun(10, func() { barePasses(t, r.optimizer, obj) })
				whole := testing.AllocsPerRun(10, func() {
					_, err := r.optimizer.Step(obj)
					require.NoError(t, err)
				})
				t.Logf("allocations per step: %g, of which gorgonia's %g", whole, graphs)
				assert.LessOrEqual(t, whole, graphs)
			})
		}
	}
}

// TestPartsResume: a run on parts that is saved between two steps goes on to the bit, with
// dropout and sampled targets, though no state has a part in it.
func TestPartsResume(t *testing.T) {
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, cfg, graph.Float32, 1, 3)
			a := trainer.NewAccumulation(r.model)
			steps := func(r *run, a *trainer.Accumulation, from, to int) {
				for k := from; k < to; k++ {
					_, err := r.optimizer.Step(r.parts(a, k))
					require.NoError(t, err)
				}
			}
			steps(r, a, 0, saved)
			model, optimizer := r.save()
			steps(r, a, saved, end)

			again := newRun(t, cfg, graph.Float32, 2, 3).load(model, optimizer)
			steps(again, trainer.NewAccumulation(again.model), saved, end)
			assert.Equal(t, r.parameters(), again.parameters())
		})
	}
}

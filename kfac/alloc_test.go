package kfac

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// TestStepAllocations: after warm-up a step's only allocations are those of
// gorgonia's tape machine, which are the same for bare passes over the graph.
func TestStepAllocations(t *testing.T) {
	for name, cfg := range configs() {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(name, dtype), func(t *testing.T) {
				cfg.FactorUpdateSteps, cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps = 1, 1, 1, 1
				r := newRun(t, cfg, dtype, 1, 3).steps(0, 8)
				obj := r.batch(0)
				graphs := testing.AllocsPerRun(20, func() { barePasses(t, r.optimizer, obj) })
				whole := testing.AllocsPerRun(20, func() {
					_, err := r.optimizer.Step(obj)
					require.NoError(t, err)
				})
				t.Logf("allocations per step: %g, of which gorgonia's %g", whole, graphs)
				assert.LessOrEqual(t, whole, graphs)
			})
		}
	}
}

// barePasses runs what o's step runs if everything is due.
func barePasses(t *testing.T, o *Optimizer, obj graph.Objective) {
	visit := func(*graph.CurvaturePass) error { return nil }
	passes := 1
	if o.cfg.Structure == EKFAC {
		passes = 2
	}
	for range passes {
		_, err := obj.Curvature(o.cfg.Estimator, visit)
		require.NoError(t, err)
	}
	examples := leading(o.cfg.ProductFraction, obj.Taps()[0].Examples)
	if o.cfg.Mode == Fixed {
		_, err := obj.Products(examples, o.last)
		require.NoError(t, err)
	} else {
		for range 4 { // three γ, and the step
			_, err := obj.Products(examples, o.proposal, o.last)
			require.NoError(t, err)
		}
	}
	_, err := obj.Loss()
	require.NoError(t, err)
}

package kfac

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
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
				// Steps 8 to 18: the curvature along the gradient is measured at the 20th.
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

// productCount counts what a step asks for.
type productCount struct {
	miniBatch
	products int
}

func (c *productCount) Products(n int, dirs ...graph.Direction) (*mat.SymDense, error) {
	c.products++
	return c.miniBatch.Products(n, dirs...)
}

// TestRepeatedStepAllocations: nor has a step on mini-batches that are all the
// same others, with its search for γ.
func TestRepeatedStepAllocations(t *testing.T) {
	for name, cfg := range configs() {
		if cfg.Mode == Fixed {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cfg.FactorUpdateSteps, cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps, cfg.WeightDecay = 1, 1, 1, 1, 0
			r := newRun(t, cfg, graph.Float64, 1, 3).steps(0, 8)
			o, obj := r.optimizer, &productCount{miniBatch: r.batch(0)}
			const runs = 20
			taken := 0
			whole := testing.AllocsPerRun(runs, func() {
				if taken++; taken == 2 { // after a run that does not count
					obj.products = 0
				}
				adaptiveOf(o).repeats = repetition{verdict: deterministic, expected: math.NaN(), scale: 1}
				_, err := o.Step(obj)
				require.NoError(t, err)
				require.True(t, adaptiveOf(o).deterministic())
			})
			product := testing.AllocsPerRun(runs, func() {
				_, err := obj.miniBatch.Products(leading(o.cfg.ProductFraction, 6), o.u, lastOf(o))
				require.NoError(t, err)
			})
			products := float64(obj.products) / runs
			graphs := testing.AllocsPerRun(runs, func() { barePasses(t, o, obj.miniBatch, o.u, lastOf(o)) }) + (products-1)*product
			t.Logf("allocations per step: %g, of which gorgonia's %g, %g products", whole, graphs, products)
			assert.LessOrEqual(t, whole, graphs)
		})
	}
}

// barePasses runs what o's step runs if everything is due, with products along dirs, or
// along those of fixed mode, or of a search for γ and the step that it leads to.
func barePasses(t *testing.T, o *Optimizer, obj miniBatch, dirs ...graph.Direction) {
	visit := func(*graph.CurvaturePass) error { return nil }
	passes := 1
	if o.cfg.Structure == EKFAC {
		passes = 2
	}
	for range passes {
		_, err := obj.Curvature(o.cfg.Estimator, visit)
		require.NoError(t, err)
	}
	examples := leading(o.cfg.ProductFraction, obj.Examples())
	if dirs == nil {
		if dirs = make([]graph.Direction, 0, 4); o.cfg.Mode == Adaptive {
			dirs = append(dirs, o.u, o.u, o.u)
		}
		dirs = append(dirs, lastOf(o))
	}
	_, err := obj.Products(examples, dirs...)
	require.NoError(t, err)
	_, err = obj.Loss()
	require.NoError(t, err)
}

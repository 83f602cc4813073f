package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
)

// TestStepAllocations: after warm-up a step's only allocations are those of
// gorgonia's tape machine, which are the same for a bare pass over the graph.
func TestStepAllocations(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	m := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	cfg := kfac.Config{FactorUpdateSteps: 1, InverseUpdateSteps: 1, DampingUpdateSteps: 1}
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	for range 5 {
		step(t, m, o, x, y)
	}
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	check := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	visit := func([]*graph.Tap) error { return nil }
	graphs := testing.AllocsPerRun(50, func() {
		_, err := obj.Curvature(graph.MC, visit)
		check(err)
		_, err = obj.Loss()
		check(err)
	})
	whole := testing.AllocsPerRun(50, func() {
		_, err := o.Step(obj)
		check(err)
	})
	t.Logf("allocations per step: %g, of which gorgonia's %g", whole, graphs)
	assert.LessOrEqual(t, whole, graphs)
}

package kfac

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/eigen"
)

// TestStepContext: a context that has ended leaves the parameters as they are,
// one that has not changes no bit and allocates nothing, and the optimizer goes
// on afterwards.
func TestStepContext(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			cfg.FactorUpdateSteps, cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps = 1, 1, 1, 1
			plain, watched := newRun(t, cfg, graph.Float32, 1, 3).steps(0, 4), newRun(t, cfg, graph.Float32, 1, 3)
			for i := range 4 {
				_, err := watched.optimizer.StepContext(running, watched.batch(i))
				require.NoError(t, err)
			}
			require.NotEmpty(t, plain.optimizer.theta)
			for i, p := range plain.optimizer.theta {
				require.Equal(t, p.Float32s(), watched.optimizer.theta[i].Float32s())
			}
			_, err := watched.optimizer.StepContext(ended, watched.batch(4))
			assert.ErrorIs(t, err, context.Canceled)
			for i, p := range plain.optimizer.theta {
				require.Equal(t, p.Float32s(), watched.optimizer.theta[i].Float32s())
			}
			_, err = watched.optimizer.Step(watched.batch(5))
			assert.NoError(t, err)
			obj := watched.batch(6)
			bare := testing.AllocsPerRun(5, func() { _, _ = watched.optimizer.Step(obj) })
			assert.LessOrEqual(t, testing.AllocsPerRun(5, func() { _, _ = watched.optimizer.StepContext(running, obj) }), bare)
		})
	}
}

// TestLargeDecompositionsStop: what would take seconds ends within one block.
func TestLargeDecompositionsStop(t *testing.T) {
	const n = 1500
	m := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			m[i*n+j] = 1 / float64(1+i+j)
		}
		m[i*n+i] += 1
	}
	done := make(chan struct{})
	c, w := cholesky.Inverter[float64]{Done: done}, eigen.Workspace{Done: done}
	c.Resize(n)
	copy(c.L, m)
	time.AfterFunc(20*time.Millisecond, func() { close(done) })
	assert.False(t, w.Decompose(n, m, make([]float64, n)))
	assert.False(t, c.Invert())
}

package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// sameRun fails unless groups of these sizes make the run that one process makes: losses and
// parameters within tolerance, and the same bits in all members.
func sameRun(t *testing.T, r trial, tolerance float64, sizes ...int) {
	t.Helper()
	want, err := r.alone()
	require.NoError(t, err)
	for _, size := range sizes {
		all, err := r.together(size)
		require.NoError(t, err, "%d members", size)
		for k := range want.path {
			near(t, want.losses[:k+1], all[0].losses[:k+1], tolerance, size, " members, losses to step ", k)
			near(t, want.path[k], all[0].path[k], tolerance, size, " members, step ", k)
		}
		for rank, c := range all {
			require.Equal(t, all[0].path, c.path, "member %d of %d", rank, size)
			assert.Equal(t, all[0].losses, c.losses)
			assert.Equal(t, all[0].stats.Damping, c.stats.Damping)
			assert.Equal(t, all[0].stats.Gamma, c.stats.Gamma)
			assert.Equal(t, all[0].stats.Condition, c.stats.Condition)
			assert.Equal(t, all[0].stats.FailedInverses, c.stats.FailedInverses)
		}
		if want.stats.Damping > 0 {
			assert.InEpsilon(t, want.stats.Damping, all[0].stats.Damping, tolerance*1e3)
			assert.InEpsilon(t, want.stats.Gamma, all[0].stats.Gamma, tolerance*1e3)
		}
	}
}

// of is a run of steps on mini-batches of so many examples.
func (n net) trial(t *testing.T, cfg kfac.Config, examples int) trial {
	theta := n.theta(1)
	return trial{
		model:     func() (*trainer.Model, error) { return n.model(t, theta), nil },
		optimizer: func() (stepper, error) { return sharing(cfg) },
		data:      func(k int) (x, y *tensor.Dense) { return n.data(uint64(k+2), examples).tensors(n.loss) },
		steps:     6,
	}
}

// sharing is an optimizer that shares the decompositions of all matrices out, and not only of
// great ones.
func sharing(cfg kfac.Config) (*kfac.Optimizer, error) {
	o, err := kfac.New(cfg)
	if err == nil {
		o.Preconditioner().ShareFrom(1)
	}
	return o, err
}

// busy renews everything often, and searches for γ.
func busy(mode kfac.Mode, structure kfac.Structure, est graph.FisherEstimator) kfac.Config {
	return kfac.Config{
		Mode: mode, Structure: structure, Estimator: est, Damping: 0.3, MinDamping: 0.25,
		FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 2,
	}
}

// TestGroupMakesTheRun: a group makes the run of one process, whatever its size: shares of
// different sizes, and members without any. With loose parameters, in every mode and
// structure.
func TestGroupMakesTheRun(t *testing.T) {
	nets := tinyNets()
	for name, n := range looseNets() {
		nets["loose "+name] = n
	}
	for name, n := range nets {
		n.l2 = 0.1
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				for _, est := range []graph.FisherEstimator{graph.Exact, graph.Empirical} {
					t.Run(fmt.Sprint(name, " ", structure, " ", mode, " ", est), func(t *testing.T) {
						for _, examples := range []int{9, 3} {
							r := n.trial(t, busy(mode, structure, est), examples)
							sameRun(t, r, partTolerance, 2, 3, 4)
							r.cut = 2
							sameRun(t, r, partTolerance, 2, 4)
						}
					})
				}
			}
		}
	}
}

// TestInverseHolders: the run is the same whoever holds the inverses. Where processes hold some
// of them, the others take no memory.
func TestInverseHolders(t *testing.T) {
	for name, n := range map[string]net{"deep": tinyNets()["softmax 2-2-2-2-3"], "loose": looseNets()["tied"]} {
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				t.Run(fmt.Sprint(name, " ", structure, " ", mode), func(t *testing.T) {
					for _, part := range []float64{0.5, kfac.None} {
						cfg := busy(mode, structure, graph.Exact)
						cfg.InverseHolders = part
						sameRun(t, n.trial(t, cfg, 9), partTolerance, 2, 3, 4)
					}
				})
			}
		}
	}
}

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
// different sizes, members without any, and shares in parts. With loose parameters, in every
// mode and structure.
func TestGroupMakesTheRun(t *testing.T) {
	nets := looseNets()
	nets["bernoulli"], nets["gaussian"] = tinyNets()["bernoulli 2-3-2-3"], tinyNets()["gaussian 3-4-3-2"]
	for name, n := range nets {
		n.l2 = 0.1
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				t.Run(fmt.Sprint(name, " ", structure, " ", mode), func(t *testing.T) {
					r := n.trial(t, busy(mode, structure, graph.Exact), 9)
					sameRun(t, r, partTolerance, 2, 4)
					r = n.trial(t, busy(mode, structure, graph.Empirical), 7)
					r.cut = 2
					sameRun(t, r, partTolerance, 3)
					sameRun(t, n.trial(t, busy(mode, structure, graph.Exact), 2), partTolerance, 4)
				})
			}
		}
	}
}

// TestGroupOfSampledTargets: with the same draws in all processes, statistics of loose
// parameters are those of the gradient of all examples.
func TestGroupOfSampledTargets(t *testing.T) {
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
				r := looseNets()["gains"].trial(t, busy(mode, structure, est), 7)
				r.draws = true
				sameRun(t, r, partTolerance, 2, 4)
			}
		}
	}
}

// TestGroupSearches: where λ is not given, all members find the first one that one process finds.
func TestGroupSearches(t *testing.T) {
	found := map[float64]bool{}
	for _, n := range tinyNets() {
		for _, structure := range kfac.Structures() {
			r := n.trial(t, kfac.Config{Mode: kfac.Adaptive, Structure: structure, Estimator: graph.Exact}, 9)
			sameRun(t, r, partTolerance, 2, 4)
			one, err := r.alone()
			require.NoError(t, err)
			found[one.stats.Damping] = true
		}
	}
	assert.Greater(t, len(found), 3, "a search finds different λ for different networks")
}

// TestGroupMeasuresAPart: the leading examples (τ1, τ2) are those of all members' together.
func TestGroupMeasuresAPart(t *testing.T) {
	n := looseNets()["tied"]
	for _, structure := range kfac.Structures() {
		for _, fraction := range []float64{0.2, 0.7} {
			cfg := busy(kfac.Adaptive, structure, graph.Exact)
			cfg.FactorFraction, cfg.ProductFraction = fraction, 0.9-fraction
			r := n.trial(t, cfg, 9)
			sameRun(t, r, partTolerance, 2, 4)
			r.cut = 2
			sameRun(t, r, partTolerance, 3)
		}
	}
}

// TestGroupBehindWrappers: the group is found through a bound on the gradient's norm, and
// serves a preconditioner in front of another rule.
func TestGroupBehindWrappers(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	for _, structure := range kfac.Structures() {
		r := n.trial(t, busy(kfac.Adaptive, structure, graph.Exact), 7)
		r.wrap = func(obj graph.Objective) graph.Objective { return trainer.ClipNorm(obj, 0.05) }
		sameRun(t, r, partTolerance, 3)

		r = n.trial(t, kfac.Config{}, 7)
		r.optimizer = func() (stepper, error) {
			adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.05})
			if err != nil {
				return nil, err
			}
			o, err := kfac.NewPreconditioned(adam, kfac.PreconditionedConfig{
				Preconditioner: kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact, InverseHolders: kfac.None}, KLClip: 1e-3, InverseUpdateSteps: 2,
			})
			if err == nil {
				o.Preconditioner().ShareFrom(1)
			}
			return o, err
		}
		sameRun(t, r, partTolerance, 3)
	}
}

// TestGroupRefusesTogether: statistics that are not finite in one process are refused by all,
// in the same step, and nothing of them is left.
func TestGroupRefusesTogether(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	for _, structure := range kfac.Structures()[:5] { // Full squares gradients, which are finite
		for _, mode := range kfac.Modes() {
			cfg := busy(mode, structure, graph.Exact)
			cfg.FactorUpdateSteps = 1
			r := n.trial(t, cfg, 7)
			r.refuses = true
			data := r.data
			r.data = func(k int) (x, y *tensor.Dense) {
				x, y = data(k)
				if k == 2 {
					x.Float64s()[4*3] = 1e170 // saturates the layer: its gradient is finite, its square is not
				}
				return x, y
			}
			for _, size := range []int{1, 2, 3} {
				all, err := r.together(size)
				require.NoError(t, err)
				for _, c := range all {
					assert.Equal(t, []int{2}, c.refused, "%s %s, %d members", structure, mode, size)
				}
			}
			sameRun(t, r, partTolerance, 2, 3)
		}
	}
}

// TestGroupOfARegisteredBlock: a block of a user's own needs to know nothing of processes.
func TestGroupOfARegisteredBlock(t *testing.T) {
	n := looseNets()["gains"]
	theta := n.theta(1)
	for _, part := range []float64{1, kfac.None} {
		cfg := busy(kfac.Adaptive, kfac.BlockDiagonal, graph.Exact)
		cfg.InverseHolders, cfg.FactorFraction = part, 0.4
		r := n.trial(t, cfg, 7)
		r.model = func() (*trainer.Model, error) { return tappedGains(t, n, theta), nil }
		r.optimizer = func() (stepper, error) {
			o, err := sharing(cfg)
			if err != nil {
				return nil, err
			}
			return o, o.Preconditioner().Register("gain", newGainBlock)
		}
		sameRun(t, r, partTolerance, 2)
		r.data = func(k int) (x, y *tensor.Dense) { return n.data(uint64(k+2), 2).tensors(n.loss) }
		sameRun(t, r, partTolerance, 3)
	}
}

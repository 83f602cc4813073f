package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// undamped is a damping λ that the numbers of these tests hardly see. BlockTridiagonal
// needs some: the 1 of one layer's inputs is fully known from that of the next, and without
// damping rounding decides whether anything of it is left.
const undamped = 1e-28

// preconditioned is U, the direction of package kfac for a mini-batch, with the exact
// Fisher factors and √λ = γ.
func preconditioned(t testing.TB, obj graph.CurvatureObjective, structure kfac.Structure, gamma float64) []float64 {
	t.Helper()
	p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact})
	require.NoError(t, err)
	_, err = p.Measure(obj, true)
	require.NoError(t, err)
	require.NoError(t, p.Invert(obj, gamma))
	u := graph.NewDirection(obj.Params())
	p.Apply(u)
	return flat(u)
}

// plain are settings for which one step is θ − rate·U, with everything measured anew in
// each step.
func plain(structure kfac.Structure, estimator graph.FisherEstimator, damping, rate float64) kfac.Config {
	return kfac.Config{
		Mode: kfac.Fixed, Structure: structure, Estimator: estimator, LearningRate: rate, Momentum: kfac.None,
		Damping: damping, MinDamping: damping, DampingUpdateSteps: kfac.None, FactorUpdateSteps: 1, InverseUpdateSteps: 1, FactorDecay: kfac.None,
	}
}

func newKFAC(t testing.TB, cfg kfac.Config) *kfac.Optimizer {
	t.Helper()
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	return o
}

func newSGD(t testing.TB, rate float64) *trainer.SGD {
	t.Helper()
	o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: rate})
	require.NoError(t, err)
	return o
}

func newAdam(t testing.TB, rate float64) *trainer.Adam {
	t.Helper()
	o, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: rate})
	require.NoError(t, err)
	return o
}

// rule is an optimizer of the library.
type rule interface {
	Step(obj graph.Objective) (float64, error)
}

func step(t testing.TB, o rule, obj graph.Objective) float64 {
	t.Helper()
	h, err := o.Step(obj)
	require.NoError(t, err)
	return h
}

package policy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/trainer"
)

func cartPole() control.Environment { return control.NewCartPole() }

// TestRunIsOver: a run that is over before it begins has the record of the last update.
func TestRunIsOver(t *testing.T) {
	a, err := New(clocks(), gradientMethod(t, 0.1), Config{Environments: 2, Steps: 10, Hidden: []int{4}})
	require.NoError(t, err)
	last, err := a.Update()
	require.NoError(t, err)
	result, err := a.Run(context.Background(), Limits{Steps: 1})
	require.NoError(t, err)
	assert.Equal(t, last, result.Record)
}

func TestRunEnds(t *testing.T) {
	agent := func() *Agent {
		a, err := New(cartPole, gradientMethod(t, 0.1), Config{Environments: 2, Steps: 8, Hidden: []int{4}})
		require.NoError(t, err)
		return a
	}
	calls := 0
	result, err := agent().Run(context.Background(), Limits{Steps: 100, Each: func(r Record) error {
		calls++
		assert.Equal(t, calls, r.Update)
		assert.Equal(t, 16*calls, r.Steps)
		return nil
	}})
	require.NoError(t, err)
	assert.Equal(t, 7, calls)
	assert.Equal(t, 112, result.Steps)
	assert.False(t, result.Reached)

	stop := errors.New("stop")
	_, err = agent().Run(context.Background(), Limits{Steps: 100, Each: func(Record) error { return stop }})
	assert.Equal(t, stop, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = agent().Run(ctx, Limits{Steps: 100})
	assert.Equal(t, context.Canceled, err)
	_, err = agent().Run(context.Background(), Limits{})
	assert.EqualError(t, err, "policy: a run of 0 environment steps: want 1 or more")

	result, err = agent().Run(context.Background(), Limits{Steps: 1_000_000, Target: 5})
	require.NoError(t, err)
	assert.True(t, result.Reached)
	assert.Less(t, result.Learned, result.Solved)
	assert.LessOrEqual(t, result.Solved, result.Steps)
	assert.Equal(t, 100, min(result.Count, 100))
}

// TestGradientStep: one update is a step of the learning rate along the gradient of the
// mean of log π·A, which is differentiated by hand for a policy without hidden layers:
// Σ x(e_a − p)ᵀA/N.
func TestGradientStep(t *testing.T) {
	a, err := New(cartPole, gradientMethod(t, 0.5), Config{Environments: 2, Steps: 20, Hidden: []int{}, Seed: 4})
	require.NoError(t, err)
	params := a.policy.Model.Params()
	require.Len(t, params, 2)
	before := graph.NewDirection(params)
	before.Copy(graph.Values(params))
	_, err = a.Update()
	require.NoError(t, err)
	b := a.batch
	weight, bias := make([]float64, 8), make([]float64, 2)
	score := make([]float64, 2)
	for i := range b.Rows() {
		Categorical{2}.Score(score, b.Outputs.Float64s()[2*i:2*i+2], b.Actions.Float64s()[i:i+1])
		for k, s := range score {
			s *= b.Advantages.Float64s()[i] / float64(b.Rows()) * 0.5
			bias[k] += s
			for j, x := range b.Observations.Float64s()[4*i : 4*i+4] {
				weight[2*j+k] += x * s
			}
		}
	}
	for i, v := range params[0].Value.Float64s() {
		assert.InDelta(t, before[0].Float64s()[i]+weight[i], v, 1e-14)
	}
	for i, v := range params[1].Value.Float64s() {
		assert.InDelta(t, before[1].Float64s()[i]+bias[i], v, 1e-14)
	}
}

// TestPPOStops: a target KL ends the epochs early, the entropy bonus keeps entropy up, and
// short gradients move nothing.
func TestPPOStops(t *testing.T) {
	run := func(cfg PPOConfig) (steps int, last Record) {
		cfg.LearningRate = 0.01
		m, err := NewPPO(cfg)
		require.NoError(t, err)
		a, err := New(cartPole, m, Config{Environments: 4, Steps: 64, Seed: 1})
		require.NoError(t, err)
		for range 8 {
			last, err = a.Update()
			require.NoError(t, err)
			steps += last.Step.Steps
		}
		return steps, last
	}
	all, plain := run(PPOConfig{})
	assert.Equal(t, 8*10*4, all)
	few, _ := run(PPOConfig{TargetKL: 0.005})
	assert.Less(t, few, all)
	assert.GreaterOrEqual(t, few, 8*4)
	free, _ := run(PPOConfig{TargetKL: 1e3})
	assert.Equal(t, all, free)
	single, _ := run(PPOConfig{TargetKL: 1e-300})
	assert.Equal(t, 8*4, single)
	_, spread := run(PPOConfig{Entropy: 1})
	assert.Greater(t, spread.Entropy, plain.Entropy)
	_, still := run(PPOConfig{ClipNorm: 1e-10}) // far below Adam's ε
	assert.Less(t, still.KL, 1e-6*plain.KL)
	m, err := NewPPO(PPOConfig{ClipNorm: graph.None})
	require.NoError(t, err)
	assert.Equal(t, float64(graph.None), m.Config().ClipNorm)
	again, err := NewPPO(m.Config())
	require.NoError(t, err)
	assert.Equal(t, m.cfg, again.cfg)
}

func TestAct(t *testing.T) {
	a, err := New(func() control.Environment { return control.NewPendulum() }, gradientMethod(t, 0.1), Config{Environments: 2, Steps: 8})
	require.NoError(t, err)
	action := make([]float64, 1)
	require.NoError(t, a.Act(action, []float64{1, 0, 0.5}))
	assert.LessOrEqual(t, math.Abs(action[0]), 2.0)
	params := a.policy.Model.Params()
	bias := params[len(params)-2].Value.Float64s()
	require.Len(t, bias, 1, "of the mean")
	bias[0] = 50
	require.NoError(t, a.Act(action, []float64{1, 0, 0.5}))
	assert.Equal(t, 2.0, action[0])
	bias[0] = 0
	assert.EqualError(t, a.Act(action, []float64{1}), "policy: an observation of 1 numbers and an action of 1: want 3 and 1")
	assert.ErrorContains(t, a.Act(action, []float64{1, 0, math.NaN()}), "want finite numbers")
	env := control.NewPendulum()
	e, err := a.Play(env, rand.New(rand.NewPCG(1, 1)))
	require.NoError(t, err)
	same, err := a.Play(env, rand.New(rand.NewPCG(1, 1)))
	require.NoError(t, err)
	assert.Equal(t, e, same)
	assert.Equal(t, 200, e.Length)
	_, err = a.Play(nil, nil)
	assert.Error(t, err)
	_, err = a.Play(control.NewCartPole(), rand.New(rand.NewPCG(1, 1)))
	assert.ErrorContains(t, err, "want 3 and 1")
}

// TestUpdateAllocates nothing to speak of: what learns does so in memory that is there.
func TestUpdateAllocates(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("gonum's matrix products allocate")
	}
	for _, k := range Methods() {
		m, err := k.New()
		require.NoError(t, err)
		cfg := k.Config
		cfg.Environments, cfg.Steps = 4, 128
		a, err := New(func() control.Environment { return control.NewPendulum() }, m, cfg)
		require.NoError(t, err)
		for range 3 {
			_, err := a.Update()
			require.NoError(t, err)
		}
		n := testing.AllocsPerRun(4, func() { _, _ = a.Update() })
		assert.Zero(t, n, k.Name)
	}
}

// TestSeedsAreIndependent: no two networks of agents with nearby seeds begin with the same
// weights, neither the policies nor the values.
func TestSeedsAreIndependent(t *testing.T) {
	seen := map[float64]string{}
	for seed := range uint64(6) {
		a, err := New(cartPole, gradientMethod(t, 0.1), Config{Environments: 1, Steps: 2, Hidden: []int{4}, Seed: seed})
		require.NoError(t, err)
		for name, m := range map[string]*trainer.Model{"policy": a.policy.Model, "value": a.value.model} {
			w := m.Params()[0].Value.Float64s()[0]
			assert.Empty(t, seen[w], "%s of seed %d", name, seed)
			seen[w] = fmt.Sprintf("%s of seed %d", name, seed)
		}
	}
}

// TestConfig: the settings in force make the same agent.
func TestConfig(t *testing.T) {
	run := func(cfg Config) (Config, Record) {
		a, err := New(cartPole, gradientMethod(t, 0.1), cfg)
		require.NoError(t, err)
		for range 2 {
			_, err = a.Update()
			require.NoError(t, err)
		}
		r, err := a.Update()
		require.NoError(t, err)
		return a.Config(), r
	}
	cfg, first := run(Config{Environments: 4, Steps: 64, Discount: 1, Lambda: graph.None, Raw: true, Seed: 3})
	assert.Equal(t, float64(graph.None), cfg.Lambda)
	_, again := run(cfg)
	assert.Equal(t, first, again)

	single, _ := run(Config{Environments: 4, Steps: 64, DType: graph.Float32, Seed: 3})
	assert.Equal(t, graph.Float32, single.DType)
}

// TestRaw: networks see observations as they are.
func TestRaw(t *testing.T) {
	a, err := New(clocks(), gradientMethod(t, 0.1), Config{Environments: 3, Steps: 30, Raw: true})
	require.NoError(t, err)
	for range 3 {
		_, err := a.Update()
		require.NoError(t, err)
		assert.Equal(t, a.batch.raw, a.batch.Observations.Float64s())
	}
}

// TestSecondAgent: a method is of one agent, and says so.
func TestSecondAgent(t *testing.T) {
	m, err := NewPPO(PPOConfig{})
	require.NoError(t, err)
	for i, env := range []func() control.Environment{cartPole, func() control.Environment { return control.NewAcrobot() }} {
		a, err := New(env, m, Config{Environments: 2, Steps: 80 - 40*i})
		require.NoError(t, err)
		_, err = a.Update()
		if i == 0 {
			require.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, "an optimizer serves one model")
		}
	}
}

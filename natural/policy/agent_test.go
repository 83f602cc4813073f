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
	"github.com/gokfac/gokfac/internal/vector"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/trainer"
)

func cartPole() control.Environment { return control.NewCartPole() }

func TestErrors(t *testing.T) {
	m := gradientMethod(t, 0.1)
	for _, c := range []struct {
		name   string
		env    func() control.Environment
		method Method
		cfg    Config
		want   string
	}{
		{"no environment", nil, m, Config{}, "policy: an agent needs an environment and a method"},
		{"no method", cartPole, nil, Config{}, "policy: an agent needs an environment and a method"},
		{"nil", func() control.Environment { return nil }, m, Config{}, "policy: the function that makes environments returned none"},
		{"environments", cartPole, m, Config{Environments: -2}, "policy: environments -2: want a whole number from 1 on"},
		{"steps", cartPole, m, Config{Steps: -1}, "policy: steps -1: None does not apply: want a whole number from 1 on"},
		{"discount", cartPole, m, Config{Discount: 1.5}, "policy: discount 1.5: want a number from 0 to 1"},
		{"lambda", cartPole, m, Config{Lambda: math.NaN()}, "policy: lambda NaN: want a number from 0 to 1"},
		{"hidden", cartPole, m, Config{Hidden: []int{0}}, "0 units"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := New(c.env, c.method, c.cfg)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, a)
		})
	}
	_, err := Find("sac")
	assert.ErrorContains(t, err, `policy: no method "sac": want pg, `)
	_, err = NewPPO(PPOConfig{Clip: -3})
	assert.EqualError(t, err, "policy: PPO: clip -3: want a finite number above 0")
}

// TestBadEnvironments: what is no number is an error that names the environment.
func TestBadEnvironments(t *testing.T) {
	for want, env := range map[string]*clock{
		"policy: environment 0: reward NaN: want a finite number":            {length: 9, reward: math.NaN()},
		"policy: environment 0: observation [0 1 +Inf]: want finite numbers": {length: 9, observe: math.Inf(1)}, // from the start
	} {
		a, err := New(func() control.Environment { c := *env; return &c }, gradientMethod(t, 0.1), Config{Steps: 5})
		for range 2 {
			if a != nil {
				_, err = a.Update()
			}
			assert.EqualError(t, err, want)
		}
	}
}

// TestHugeNumbers: numbers whose squares overflow are named, and not taken for a method's
// steps that are too large.
func TestHugeNumbers(t *testing.T) {
	update := func(env clock, cfg Config) error {
		cfg.Steps = 5
		a, err := New(func() control.Environment { c := env; return &c }, gradientMethod(t, 0.1), cfg)
		for range 3 {
			if err == nil {
				_, err = a.Update()
			}
		}
		return err
	}
	const rewards = "policy: rewards of a size up to 1e+300 make returns or advantages above 1e+140: scale the rewards down"
	assert.EqualError(t, update(clock{length: 9, reward: 1e300}, Config{}), rewards)
	assert.EqualError(t, update(clock{length: 9, reward: -1e300}, Config{}), rewards)
	assert.ErrorContains(t, update(clock{length: 9, reward: math.MaxFloat64}, Config{}), "scale the rewards down") // +Inf and NaN
	assert.EqualError(t, update(clock{length: 9, observe: -1e300}, Config{}),
		"policy: environment 0: observation [0 1 -1e+300]: want numbers of a size up to 1e+140: scale the observations down")
	assert.ErrorContains(t, update(clock{length: 9, observe: 1e16}, Config{Raw: true, DType: graph.Float32}), "of a size up to 1e+15")
	for _, c := range []Config{{}, {Raw: true}, {DType: graph.Float32}} {
		assert.NoError(t, update(clock{length: 9, observe: 1e139, reward: 1e138}, c))
	}
	assert.NoError(t, update(clock{length: 9, observe: 1e14, reward: 1e138}, Config{Raw: true, DType: graph.Float32}))
}

// TestValueDiverges: what is wrong with the value network is not said of the policy's method.
func TestValueDiverges(t *testing.T) {
	a, err := New(cartPole, gradientMethod(t, 0.1), Config{Steps: 16})
	require.NoError(t, err)
	_, err = a.Update()
	require.NoError(t, err)
	a.value.last[1].Value.Float64s()[0] = math.Inf(1)
	_, err = a.Update()
	assert.EqualError(t, err, "policy: the value network's outputs are not finite: the steps of its optimizer are too large")
}

// TestUnequalEnvironments: all of an agent's environments are alike.
func TestUnequalEnvironments(t *testing.T) {
	calls := 0
	_, err := New(func() control.Environment {
		if calls++; calls > 3 {
			return control.NewPendulum()
		}
		return cartPole()
	}, gradientMethod(t, 0.1), Config{})
	assert.EqualError(t, err, "policy: environment 2 has 3 observations and a box from [-2] to [2], and environment 0 4 and 2 actions: want the same of all")
	for _, spaces := range [][2]control.Space{
		{control.Discrete(2), control.Discrete(3)},
		{control.Box([]float64{-1}, []float64{1}), control.Box([]float64{-1}, []float64{9})},
		{control.Box([]float64{-1}, []float64{1}), control.Box([]float64{-9}, []float64{1})},
		{control.Discrete(2), control.Box([]float64{0}, []float64{1})},
	} {
		calls = 0
		_, err := New(func() control.Environment {
			calls++
			return &bandit{space: spaces[calls/3]}
		}, gradientMethod(t, 0.1), Config{Environments: 2})
		assert.ErrorContains(t, err, "policy: environment 1 has 1 observations and "+spaces[1].String()+", and environment 0")
	}
}

// bandit is an environment of episodes of one step, which end by themselves and by the clock.
type bandit struct{ space control.Space }

func (*bandit) Observations() int        { return 1 }
func (b *bandit) Actions() control.Space { return b.space }
func (*bandit) Reset(*rand.Rand)         {}
func (*bandit) Observe(dst []float64)    { dst[0] = 1 }
func (*bandit) Step([]float64) (control.Outcome, error) {
	return control.Outcome{Reward: 1, Terminated: true, Truncated: true}, nil
}

// TestBothEnds: an episode that ended by itself has nothing after it, whatever the clock says.
func TestBothEnds(t *testing.T) {
	a, err := New(func() control.Environment { return &bandit{control.Discrete(2)} }, gradientMethod(t, 0.1), Config{Environments: 2, Steps: 3, Hidden: []int{4}})
	require.NoError(t, err)
	_, err = a.Update()
	require.NoError(t, err)
	assert.Equal(t, make([]float64, 6), a.batch.Next)
	assert.Equal(t, make([]bool, 6), a.batch.Truncated)
	assert.InDeltaSlice(t, []float64{1, 1, 1, 1, 1, 1}, a.batch.Returns, 1e-12)
}

// TestRewardsOfAnySize: a factor on all rewards changes nothing that is learned, but for
// what is added to deviations.
func TestRewardsOfAnySize(t *testing.T) {
	run := func(factor float64) Record {
		a, err := New(func() control.Environment { return &paid{factor: factor} }, gradientMethod(t, 0.1), Config{Environments: 4, Steps: 64, Hidden: []int{8}, Seed: 1})
		require.NoError(t, err)
		var last Record
		for range 5 {
			last, err = a.Update()
			require.NoError(t, err)
		}
		return last
	}
	one := run(1)
	assert.Greater(t, one.KL, 1e-6)
	for _, factor := range []float64{0x1p-60, 0x1p-30, 0x1p-14, 0x1p30} {
		r := run(factor)
		assert.InEpsilon(t, one.KL, r.KL, 0.02, factor)
		assert.InEpsilon(t, one.Explained, r.Explained, 0.02, factor)
		assert.InEpsilon(t, one.ValueLoss, r.ValueLoss, 0.02, factor)
	}
}

// paid is CartPole with rewards times a factor.
type paid struct {
	control.CartPole
	factor float64
}

func (p *paid) Step(action []float64) (control.Outcome, error) {
	o, err := p.CartPole.Step(action)
	o.Reward *= p.factor
	return o, err
}

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

// TestDivergence: steps that are far too large end in an error, or in a policy that takes
// one action for ever, and not in NaN.
func TestDivergence(t *testing.T) {
	for _, env := range []func() control.Environment{cartPole, func() control.Environment { return control.NewPendulum() }} {
		a, err := New(env, gradientMethod(t, 1e200), Config{Steps: 16})
		require.NoError(t, err)
		result, err := a.Run(context.Background(), Limits{Steps: 3000})
		t.Log(result, err)
		if err == nil {
			assert.True(t, vector.Finite(a.batch.Outputs.Float64s()))
			assert.Zero(t, result.Entropy)
		}
	}
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

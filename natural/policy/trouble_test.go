package policy

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
	"github.com/gokfac/gokfac/natural/control"
)

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

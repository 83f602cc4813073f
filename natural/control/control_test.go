package control_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/natural/control"
)

// play takes random actions and returns the episode's rewards and last outcome, and the
// observations.
func play(t *testing.T, env control.Environment, seed uint64) (rewards, observations []float64, last control.Outcome) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	env.Reset(r)
	space := env.Actions()
	for !last.Ended() {
		action := make([]float64, space.Size())
		for i := range action {
			if space.Discrete() {
				action[i] = float64(r.IntN(space.N))
			} else {
				action[i] = space.Low[i] + r.Float64()*(space.High[i]-space.Low[i])
			}
		}
		seen := make([]float64, env.Observations())
		env.Observe(seen)
		observations = append(observations, seen...)
		var err error
		last, err = env.Step(action)
		require.NoError(t, err)
		rewards = append(rewards, last.Reward)
	}
	return rewards, observations, last
}

func TestEpisodes(t *testing.T) {
	for _, k := range control.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			env := k.New()
			rewards, observations, last := play(t, env, 3)
			assert.LessOrEqual(t, len(rewards), k.Limit)
			assert.Equal(t, len(rewards) == k.Limit && !last.Terminated, last.Truncated)
			again, same, _ := play(t, k.New(), 3)
			assert.Equal(t, rewards, again, "one seed, one episode")
			assert.Equal(t, observations, same)
			other, _, _ := play(t, env, 4)
			assert.False(t, len(other) == len(rewards) && other[len(other)-1] == rewards[len(rewards)-1] && k.Name == "pendulum", "another seed, another episode")
			_, err := env.Step(make([]float64, env.Actions().Size()))
			assert.EqualError(t, err, "control: no episode is running: call Reset first")
			_, err = k.New().Step(make([]float64, env.Actions().Size()))
			assert.Error(t, err, "not Reset yet")
		})
	}
}

// balance is a controller that keeps CartPole's pole up: a push to the side that it falls to.
func balance(seen []float64) float64 {
	if 0.05*seen[0]+0.2*seen[1]+2*seen[2]+seen[3] > 0 {
		return 1
	}
	return 0
}

// TestLimits: an episode that does not end by itself is truncated at its limit, and one that
// ends by itself terminates.
func TestLimits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, act := range map[string]func(seen []float64) float64{
		"cartpole": balance,
		"acrobot":  func([]float64) float64 { return 1 },
		"pendulum": func([]float64) float64 { return 0 },
	} {
		k, err := control.Find(name)
		require.NoError(t, err)
		env := k.New()
		env.Reset(r)
		seen := make([]float64, env.Observations())
		var total float64
		for step := 1; ; step++ {
			env.Observe(seen)
			o, err := env.Step([]float64{act(seen)})
			require.NoError(t, err)
			total += o.Reward
			require.False(t, o.Terminated, "%s, step %d", name, step)
			if o.Truncated {
				assert.Equal(t, k.Limit, step, name)
				break
			}
		}
		switch name {
		case "cartpole":
			assert.Equal(t, 500.0, total)
		case "acrobot":
			assert.Equal(t, -500.0, total)
		}
	}
	// Termination at the last step is termination.
	c := control.NewCartPole()
	c.Reset(r)
	for step := 1; step < 500; step++ {
		c.State = [4]float64{}
		_, err := c.Step([]float64{1})
		require.NoError(t, err)
	}
	c.State = [4]float64{2.4, 5, 0, 0}
	o, err := c.Step([]float64{1})
	require.NoError(t, err)
	assert.Equal(t, control.Outcome{Reward: 1, Terminated: true}, o)
}

func TestBadActions(t *testing.T) {
	for _, c := range []struct {
		name   string
		action []float64
		want   string
	}{
		{"cartpole", []float64{2}, "control: action 2: want a whole number from 0 to 1"},
		{"cartpole", []float64{-1}, "control: action -1: want a whole number from 0 to 1"},
		{"cartpole", []float64{0.5}, "control: action 0.5: want a whole number from 0 to 1"},
		{"cartpole", nil, "control: an action of 0 elements: want 1"},
		{"acrobot", []float64{math.NaN()}, "control: action NaN: want a whole number from 0 to 2"},
		{"acrobot", []float64{0, 1}, "control: an action of 2 elements: want 1"},
		{"pendulum", []float64{2.5}, "control: element 0 of the action is 2.5: want a number from -2 to 2"},
		{"pendulum", []float64{math.NaN()}, "control: element 0 of the action is NaN: want a number from -2 to 2"},
	} {
		k, err := control.Find(c.name)
		require.NoError(t, err)
		env := k.New()
		env.Reset(rand.New(rand.NewPCG(1, 1)))
		before, after := make([]float64, env.Observations()), make([]float64, env.Observations())
		env.Observe(before)
		_, err = env.Step(c.action)
		assert.EqualError(t, err, c.want)
		env.Observe(after)
		assert.Equal(t, before, after, "nothing has happened")
	}
	_, err := control.Find("mountain")
	assert.EqualError(t, err, `control: no environment "mountain": want cartpole, acrobot, pendulum`)
}

// TestStarts: the first states fill their ranges.
func TestStarts(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	c, a, p := control.NewCartPole(), control.NewAcrobot(), control.NewPendulum()
	var most [3]float64
	var turn float64
	for range 2000 {
		c.Reset(r)
		a.Reset(r)
		p.Reset(r)
		for _, v := range c.State {
			most[0] = max(most[0], math.Abs(v))
		}
		for _, v := range a.State {
			most[1] = max(most[1], math.Abs(v))
		}
		most[2], turn = max(most[2], math.Abs(p.State[1])), max(turn, math.Abs(p.State[0]))
	}
	for i, want := range []float64{0.05, 0.1, 1} {
		assert.LessOrEqual(t, most[i], want)
		assert.InEpsilon(t, want, most[i], 0.01)
	}
	assert.LessOrEqual(t, turn, math.Pi)
	assert.InEpsilon(t, math.Pi, turn, 0.01)
}

// TestObservations: angles are seen as points of a circle.
func TestObservations(t *testing.T) {
	a := &control.Acrobot{State: [4]float64{0.3, -2, 4, 5}}
	seen := make([]float64, 6)
	a.Observe(seen)
	assert.Equal(t, []float64{math.Cos(0.3), math.Sin(0.3), math.Cos(-2), math.Sin(-2), 4, 5}, seen)
	p := &control.Pendulum{State: [2]float64{2, -7}}
	p.Observe(seen[:3])
	assert.Equal(t, []float64{math.Cos(2), math.Sin(2), -7}, seen[:3])
}

func TestClip(t *testing.T) {
	dst := make([]float64, 2)
	control.Box([]float64{-1, 0}, []float64{1, 2}).Clip(dst, []float64{-3, 1.5})
	assert.Equal(t, []float64{-1, 1.5}, dst)
	control.Discrete(4).Clip(dst[:1], []float64{3})
	assert.Equal(t, 3.0, dst[0])
}

// TestAllocations: a step needs no memory.
func TestAllocations(t *testing.T) {
	for _, k := range control.Kinds() {
		env, r, action := k.New(), rand.New(rand.NewPCG(1, 1)), []float64{0}
		seen := make([]float64, env.Observations())
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			env.Reset(r)
			_, _ = env.Step(action)
			env.Observe(seen)
		}), k.Name)
	}
}

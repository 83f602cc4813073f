package policy

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/trainer"
)

// clock is an environment that shows its number and how many steps it has taken. Episodes
// end after length steps, in turns by termination and by truncation. A reward is the
// number of its step, from 1.
type clock struct {
	number, length  float64
	step, episode   float64
	reward, observe float64 // added
	resets          int
}

func (c *clock) Observations() int      { return 3 }
func (c *clock) Actions() control.Space { return control.Discrete(2) }
func (c *clock) Reset(*rand.Rand)       { c.step = 0; c.episode++; c.resets++ }
func (c *clock) Observe(dst []float64) {
	copy(dst, []float64{c.number, c.episode, c.step + c.observe})
}

func (c *clock) Step([]float64) (control.Outcome, error) {
	c.step++
	o := control.Outcome{Reward: c.step + c.reward}
	if c.step == c.length {
		o.Terminated = int(c.episode)%2 == 0
		o.Truncated = !o.Terminated
	}
	return o, nil
}

func clocks() func() control.Environment {
	n := -1
	return func() control.Environment {
		n++ // the first is asked for its spaces
		return &clock{number: float64(n), length: float64(3 + n)}
	}
}

func gradientMethod(t *testing.T, rate float64) Method {
	t.Helper()
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: rate})
	require.NoError(t, err)
	return &Gradient{sgd}
}

// TestRollout: rows are in their places over two batches, values are of the right states,
// and what follows a step is 0 after a termination, the last state's value after a
// truncation, and otherwise the next row's.
func TestRollout(t *testing.T) {
	const e, steps = 3, 10
	a, err := New(clocks(), gradientMethod(t, 0.1), Config{Environments: e, Steps: steps, Hidden: []int{4}, Seed: 1})
	require.NoError(t, err)
	valueOf := func(observation ...float64) float64 {
		x := graph.NewDense(graph.Float64, 1, 3)
		a.rollout.scale.scale(x.Float64s(), observation)
		v := make([]float64, 1)
		require.NoError(t, a.value.of(v, x))
		return v[0]
	}
	returns := map[float64]float64{4: 10, 5: 15, 6: 21}
	count, played := 0, 0
	for update := range 2 {
		b := a.batch
		require.NoError(t, a.rollout.fill(b, a.policy, a.value))
		for env := range e {
			number, length := float64(env+1), float64(env+4)
			for s := range steps {
				i, total := env*steps+s, update*steps+s
				episode, step := math.Floor(float64(total)/length)+1, math.Mod(float64(total), length)
				require.Equal(t, []float64{number, episode, step}, b.raw[i*3:i*3+3], "environment %d, step %d", env, s)
				assert.Equal(t, step+1, b.Rewards[i])
				last := step == length-1
				assert.Equal(t, last && int(episode)%2 == 0, b.Terminated[i])
				assert.Equal(t, last && int(episode)%2 == 1, b.Truncated[i])
				assert.InDelta(t, valueOf(number, episode, step), b.Values[i], 1e-12)
				want := 0.0
				if !b.Terminated[i] {
					want = valueOf(number, episode, step+1) // the state before the Reset
				}
				assert.InDelta(t, want, b.Next[i], 1e-12)
				z := b.Outputs.Float64s()[2*i : 2*i+2]
				assert.InDelta(t, Categorical{2}.LogProbability(z, b.Actions.Float64s()[i:i+1]), b.LogOld.Float64s()[i], 1e-15)
			}
		}
		before := played
		played += e * steps
		assert.Equal(t, played, a.rollout.steps)
		last := before
		for _, episode := range a.rollout.episodes {
			assert.Equal(t, returns[float64(episode.Length)], episode.Return)
			assert.GreaterOrEqual(t, episode.Steps, last)
			last = episode.Steps
			count++
		}
		// The policy changes and so do the scales; the outputs were of the policy before.
		_, err := a.method.Update(a.policy, b, a.random)
		require.NoError(t, err)
		_, err = a.value.learn(b, a.random)
		require.NoError(t, err)
		a.rollout.scale.add(b.raw)
	}
	assert.Equal(t, 20/4+20/5+20/6, count)
}

// TestOutputs: a row's outputs are those of the policy for its observation.
func TestOutputs(t *testing.T) {
	a, err := New(clocks(), gradientMethod(t, 0.1), Config{Environments: 3, Steps: 10, Hidden: []int{4}, Seed: 1})
	require.NoError(t, err)
	b := a.batch
	require.NoError(t, a.rollout.fill(b, a.policy, a.value))
	m, err := b.Measure(a.policy)
	require.NoError(t, err)
	assert.InDelta(t, 0, m.KL, 1e-15)
	assert.InDelta(t, math.Log(2), m.Entropy, 1e-3, "the first policy takes all actions alike")
	assert.InDeltaSlice(t, b.Outputs.Float64s(), b.now.Float64s(), 1e-14)
}

// TestDeterminism: a seed is a run, whatever the number of workers.
func TestDeterminism(t *testing.T) {
	run := func(name string, seed uint64, workers int) []Record {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		k, err := Find(name)
		require.NoError(t, err)
		m, err := k.New()
		require.NoError(t, err)
		cfg := k.Config
		cfg.Seed, cfg.Environments, cfg.Steps = seed, 4, 64
		a, err := New(func() control.Environment { return control.NewPendulum() }, m, cfg)
		require.NoError(t, err)
		var records []Record
		for range 4 {
			r, err := a.Update()
			require.NoError(t, err)
			r.Episodes = append([]Episode{}, r.Episodes...)
			if r.Count == 0 {
				r.Average = 0 // not NaN, which differs from itself
			}
			records = append(records, r)
		}
		return records
	}
	for _, k := range Methods() {
		t.Run(k.Name, func(t *testing.T) {
			first := run(k.Name, 1, 1)
			assert.Equal(t, first, run(k.Name, 1, 1))
			assert.Equal(t, first, run(k.Name, 1, 4))
			assert.NotEqual(t, first, run(k.Name, 2, 1))
		})
	}
}

func TestMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([]float64, 2*300)
	for i := range rows {
		rows[i] = 1000 + r.NormFloat64()*float64(1+i%2)
	}
	whole, parts := newMoments(2), newMoments(2)
	whole.add(rows)
	for i := 0; i < len(rows); i += 60 {
		parts.add(rows[i : i+60])
	}
	assert.InDeltaSlice(t, whole.mean, parts.mean, 1e-10)
	assert.InDeltaSlice(t, whole.variance, parts.variance, 1e-10)
	scaled := make([]float64, len(rows))
	whole.scale(scaled, rows)
	check := newMoments(2)
	check.add(scaled)
	assert.InDeltaSlice(t, []float64{0, 0}, check.mean, 1e-10)
	assert.InDeltaSlice(t, []float64{1, 1}, check.variance, 1e-7)
	whole.scale(scaled[:2], []float64{1e9, -1e9})
	assert.Equal(t, []float64{10, -10}, scaled[:2])
	parts.add(nil)
	fresh := newMoments(2)
	fresh.scale(scaled[:2], []float64{0.5, -3})
	assert.InDeltaSlice(t, []float64{0.5, -3}, scaled[:2], 1e-7, "nothing is scaled before there are numbers")
}

// TestRescale: V stays what it was when the scale of returns changes.
func TestRescale(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
		cfg, err := Config{DType: dtype, Hidden: []int{5}}.resolved()
		require.NoError(t, err)
		v, err := newValue(cfg, 2, 10)
		require.NoError(t, err)
		x := graph.NewDense(graph.Float64, 3, 2)
		copy(x.Float64s(), []float64{1, -1, 0.5, 2, -0.3, 0})
		before, after := make([]float64, 3), make([]float64, 3)
		require.NoError(t, v.of(after, x))
		assert.Equal(t, make([]float64, 3), after, "nothing is known of the returns' size")
		v.rescale([]float64{-1200, -900, 30, 4})
		require.NoError(t, v.of(before, x))
		out, err := v.model.Predict(x)
		require.NoError(t, err)
		for i, got := range before { // Σ(x − mean)² of the returns is 1,183,827
			assert.InDelta(t, -516.5+math.Sqrt(1183827.0/4)*element(out, i), got, 1e-3, "V starts at the mean")
		}
		for _, returns := range [][]float64{{5, 5}, {1e4, -1e4}} {
			v.rescale(returns)
			require.NoError(t, v.of(after, x))
			tolerance := 1e-9
			if dtype == graph.Float32 {
				tolerance = 1e-2 // of 1e4: the bias has seven digits
			}
			assert.InDeltaSlice(t, before, after, tolerance)
		}
	}
}

// TestValue: Adam and K-FAC fit a value network to returns of any size.
func TestValue(t *testing.T) {
	for name, c := range map[string]struct {
		batches   int
		optimizer func() (trainer.Optimizer, error)
	}{
		"adam":  {20, func() (trainer.Optimizer, error) { return trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01}) }},
		"k-fac": {10, func() (trainer.Optimizer, error) { return kfac.New(kfac.Config{}) }},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := Config{Hidden: []int{16}, Value: ValueConfig{New: c.optimizer, Epochs: 20, Batch: 40}}.resolved()
			require.NoError(t, err)
			b := randomBatch(t, 3, 8, 50)
			v, err := newValue(cfg, 3, b.Rows())
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range b.Returns {
				x := b.Observations.Float64s()[3*i : 3*i+3]
				copy(x, randomRow(r, 3))
				b.Returns[i] = -1000 + 300*x[0] - 100*x[1]*x[1]
			}
			for range c.batches {
				_, err := v.learn(b, r)
				require.NoError(t, err)
			}
			assert.False(t, slices.IsSorted(v.rows.order), "mini-batches are drawn")
			require.NoError(t, v.of(b.Values, b.Observations))
			assert.Greater(t, explained(b), 0.98)
			assert.InDelta(t, -1100, b.Values[0]-300*b.Observations.Float64s()[0]+100*(b.Observations.Float64s()[1]*b.Observations.Float64s()[1]-1), 150)
		})
	}
}

func TestMinibatches(t *testing.T) {
	m := newMinibatches(10, 3, []int{2}, nil)
	x, y := graph.NewDense(graph.Float64, 10, 2), graph.NewDense(graph.Float64, 10)
	for i := range 10 {
		x.Float64s()[2*i], x.Float64s()[2*i+1], y.Float64s()[i] = float64(i), float64(-i), float64(i)
	}
	r := rand.New(rand.NewPCG(1, 1))
	left, first := map[float64]int{}, map[float64]int{}
	for range 200 {
		m.shuffle(r)
		seen := map[float64]bool{}
		require.Equal(t, 3, m.count)
		for k := range m.count {
			rows := m.take(k, x, y)
			for i, v := range rows[1].Float64s() {
				assert.Equal(t, []float64{v, -v}, rows[0].Float64s()[2*i:2*i+2])
				seen[v] = true
			}
			if k == 0 {
				first[rows[1].Float64s()[0]]++
			}
		}
		require.Len(t, seen, 9)
		for i := range 10 {
			if !seen[float64(i)] {
				left[float64(i)]++
			}
		}
	}
	for i := range 10 { // 20 of 200 on average, with a deviation of 4.2
		assert.InDelta(t, 20, left[float64(i)], 17, "row %d sits out in its turn", i)
		assert.InDelta(t, 20, first[float64(i)], 17, "row %d is the first in its turn", i)
	}
	assert.Equal(t, 1, newMinibatches(10, 64, nil).count, "a small batch is one mini-batch")
}

func TestRecordAverages(t *testing.T) {
	var r record
	var to Record
	r.add(&to, nil)
	assert.True(t, math.IsNaN(to.Average))
	var episodes []Episode
	for i := range 250 {
		episodes = append(episodes, Episode{Steps: 10 * (i + 1), Return: float64(i)})
	}
	r.add(&to, episodes[:40])
	assert.Equal(t, 19.5, to.Average)
	assert.Equal(t, -1, r.reached(10), "100 episodes are needed")
	r.add(&to, episodes[40:])
	assert.Equal(t, 250, to.Count)
	assert.Equal(t, 199.5, to.Average)
	i := r.reached(100)
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, 150.0, to.Episodes[i].Return, "returns 51…150 average 100.5, and 50…149 99.5")
	assert.Equal(t, 520, r.firsts[i], "the end of episode 51")
}

func TestHundredEpisodes(t *testing.T) {
	var r record
	var to Record
	episodes := make([]Episode, 100)
	for i := range episodes {
		episodes[i] = Episode{Steps: i + 1, Return: 7}
	}
	r.add(&to, episodes[:99])
	assert.Equal(t, -1, r.reached(7))
	r.add(&to, episodes[99:])
	require.Equal(t, 0, r.reached(7))
	assert.Equal(t, 1, r.firsts[0])
}

// TestScales: a batch is seen over the deviations of the batches before it, and its
// advantages have mean 0 and deviation 1.
func TestScales(t *testing.T) {
	a, err := New(cartPole, gradientMethod(t, 0.1), Config{Environments: 2, Steps: 40})
	require.NoError(t, err)
	assert.NotEqual(t, a.rollout.seen[:4], a.rollout.seen[4:], "environments draw their own starts")
	want := newMoments(4)
	scaled := make([]float64, 80*4)
	for range 3 {
		_, err := a.Update()
		require.NoError(t, err)
		want.scale(scaled, a.batch.raw)
		assert.Equal(t, scaled, a.batch.Observations.Float64s())
		want.add(a.batch.raw)
		m := newMoments(1)
		m.add(a.batch.Advantages.Float64s())
		assert.InDelta(t, 0, m.mean[0], 1e-12)
		assert.InDelta(t, 1, m.variance[0], 1e-6)
	}
	assert.Equal(t, want.mean, a.rollout.scale.mean)
}

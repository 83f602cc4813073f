package kfac

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// run is a model in training: dropout, mini-batches of two sizes, maps with a
// bias and without, and one that is used twice.
type run struct {
	t         *testing.T
	model     *trainer.Model
	optimizer *Optimizer
	history   []string
}

func newRun(t *testing.T, cfg Config, dtype tensor.Dtype, seed uint64, classes int) *run {
	t.Helper()
	twice := &layers.Dense{Units: 5}
	m, err := trainer.NewModel(
		layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dropout{Rate: 0.2}, twice, layers.Tanh(), twice, &layers.Dense{Units: 4, NoBias: true}, &layers.Dense{Units: classes}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{6}, DType: dtype, Seed: seed, L2: 1e-3})
	require.NoError(t, err)
	return &run{t: t, model: m, optimizer: newOptimizer(t, cfg)}
}

// batch is the mini-batch of a step.
func (r *run) batch(step int) miniBatch {
	r.t.Helper()
	rng, n := random(uint64(step)), 6-2*(step%2)
	x, y := graph.NewDense(graph.Float64, n, 6), make([]int32, n)
	copy(x.Float64s(), randomSlice(rng, 6*n))
	for i := range y {
		y[i] = int32(rng.IntN(3))
	}
	obj, err := r.model.Batch(x, tensor.New(tensor.WithShape(n), tensor.WithBacking(y)))
	require.NoError(r.t, err)
	return obj
}

// steps takes the steps from…to, and notes all that can be seen of each.
func (r *run) steps(from, to int) *run {
	r.t.Helper()
	for k := from; k < to; k++ {
		_, err := r.optimizer.Step(r.batch(k))
		require.NoError(r.t, err)
		s := r.optimizer.Stats()
		s.GradientTime, s.InverseTime, s.ProductTime, s.UpdateTime, s.DampingTime = 0, 0, 0, 0, 0
		r.history = append(r.history, fmt.Sprintf("%d %+v %v", k, s, r.parameters()))
	}
	return r
}

func (r *run) parameters() string {
	var all string
	note := func() error {
		for _, p := range r.model.Params() {
			all += fmt.Sprintln(p.Value.Data())
		}
		return nil
	}
	_ = note()
	require.NoError(r.t, r.optimizer.Averaged(note))
	return all
}

func (r *run) save() (model, optimizer []byte) {
	r.t.Helper()
	m, err := r.model.MarshalBinary()
	require.NoError(r.t, err)
	o, err := r.optimizer.MarshalBinary()
	require.NoError(r.t, err)
	return m, o
}

func (r *run) load(model, optimizer []byte) *run {
	r.t.Helper()
	require.NoError(r.t, r.model.UnmarshalBinary(model))
	require.NoError(r.t, r.optimizer.UnmarshalBinary(optimizer))
	return r
}

// configs are all structures in both modes, everything on.
func configs() map[string]Config {
	all := map[string]Config{}
	for _, s := range Structures() {
		for _, m := range Modes() {
			c := Config{Structure: s, Mode: m, Damping: 0.5, MinDamping: 1e-3, FactorUpdateSteps: 2, InverseUpdateSteps: 8, DampingUpdateSteps: 3,
				GammaUpdateSteps: 7, ProductUpdateSteps: 4, FactorFraction: 0.7, ProductFraction: 0.6, Polyak: 0.9, WeightDecay: 0.01}
			if m == Fixed {
				c.KLClip, c.LearningRate = 0.01, 0.3
			}
			all[fmt.Sprintf("%s, %s", m, s)] = c
		}
	}
	return all
}

// saved is a step at which the inverses are older than the averages, and γ is
// older than λ.
const saved, end = 11, 19

// TestResume: a run that is continued from a saved state is the run that was
// never stopped, to the bit, whether the optimizer has stepped before or not.
func TestResume(t *testing.T) {
	for name, cfg := range configs() {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(name, dtype), func(t *testing.T) {
				whole := newRun(t, cfg, dtype, 1, 3).steps(0, saved)
				whole.optimizer.SetLearningRate(0.2)
				m, o := whole.save()
				require.Positive(t, whole.optimizer.Stats().InverseAge)
				whole.steps(saved, end)

				fresh := newRun(t, cfg, dtype, 2, 3).load(m, o)
				_, again := fresh.save()
				assert.Equal(t, o, again, "saved before the first step: what was restored")
				assert.Equal(t, whole.history[saved:], fresh.steps(saved, end).history)

				used := newRun(t, cfg, dtype, 3, 3).steps(0, 4).load(m, o)
				_, again = used.save()
				assert.Equal(t, o, again)
				assert.Equal(t, whole.history[saved:], used.steps(saved, end).history[4:])
			})
		}
	}
}

// TestEmptyState: before the first step there is the learning rate to save, and
// to restore it is to begin.
func TestEmptyState(t *testing.T) {
	cfg := Config{}
	begin := newRun(t, cfg, graph.Float64, 1, 3)
	begin.optimizer.SetLearningRate(0.25)
	m, o := begin.save()
	fresh := newRun(t, cfg, graph.Float64, 2, 3).load(m, o)
	assert.Equal(t, 0.25, fresh.optimizer.LearningRate(), "at once")
	assert.Equal(t, begin.steps(0, 3).history, fresh.steps(0, 3).history)
}

// TestRefusedStates: a state of something else, or a part of one, changes
// nothing. What takes the model to tell is found out at the first step.
func TestRefusedStates(t *testing.T) {
	cfg := Config{Mode: Fixed, Damping: 0.5}
	_, good := newRun(t, cfg, graph.Float64, 1, 3).steps(0, 2).save()
	state := func(dtype tensor.Dtype, classes int, change func(*Config)) []byte {
		c := cfg
		change(&c)
		_, o := newRun(t, c, dtype, 1, classes).steps(0, 2).save()
		return o
	}
	for name, data := range map[string][]byte{
		"structure": state(graph.Float64, 3, func(c *Config) { c.Structure = EKFAC }),
		"mode":      state(graph.Float64, 3, func(c *Config) { c.Mode = Adaptive }),
		"average":   state(graph.Float64, 3, func(c *Config) { c.Polyak = 0.9 }),
		"model":     state(graph.Float64, 4, func(*Config) {}),
		"type":      state(graph.Float32, 3, func(*Config) {}),
		"truncated": good[:len(good)-1],
		"a byte":    append(append([]byte{}, good[:100]...), append([]byte{good[100] ^ 1}, good[101:]...)...),
		"noise":     []byte("noise"),
	} {
		used := newRun(t, cfg, graph.Float64, 2, 3).steps(0, 2)
		_, before := used.save()
		assert.ErrorContains(t, used.optimizer.UnmarshalBinary(data), "kfac: restoring the state: ", name)
		_, after := used.save()
		assert.Equal(t, before, after, name)
		want := newRun(t, cfg, graph.Float64, 2, 3).steps(0, 5).history
		assert.Equal(t, want, used.steps(2, 5).history, name)

		fresh := newRun(t, cfg, graph.Float64, 2, 3)
		_, empty := fresh.save()
		theta := fresh.parameters()
		late := map[string]bool{"average": true, "model": true, "type": true}[name]
		err := fresh.optimizer.UnmarshalBinary(data)
		if late {
			require.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, "kfac: restoring the state: ", name)
		}
		for range 2 {
			if !late {
				break
			}
			_, err := fresh.optimizer.Step(fresh.batch(0))
			assert.ErrorContains(t, err, "kfac: restoring the state: ", name)
			assert.Equal(t, theta, fresh.parameters())
		}
		require.NoError(t, fresh.optimizer.UnmarshalBinary(empty))
		assert.Equal(t, want, fresh.steps(0, 5).history, "%s: then it begins after all", name)
	}
}

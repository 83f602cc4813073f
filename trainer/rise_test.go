package trainer

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// ending is an objective whose loss with the parameters at the end is known.
type ending struct {
	MiniBatch
	loss float64
	err  error
}

func (e ending) Loss() (float64, error) { return e.loss, e.err }

// repeated are n losses.
func repeated(v float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// TestRise is the rule, by the losses of a run.
func TestRise(t *testing.T) {
	nan, ln3 := math.NaN(), math.Log(3)
	r := rand.New(rand.NewPCG(7, 7))
	heavy := []float64{1e-5} // a model that is good already, on single examples: a tenth of them is wrong
	for range 300 {
		v := 1e-4 * r.ExpFloat64()
		if r.IntN(10) == 0 {
			v = 12 * r.ExpFloat64()
		}
		heavy = append(heavy, v)
	}
	for _, c := range []struct {
		name     string
		losses   []float64 // before each step
		now      float64   // after the last
		test     float64   // NaN: no evaluation
		targets  []float32 // of the Gaussian loss; nil: three classes
		batch    int
		diverged bool
		rises    []string
	}{
		{name: "learns", losses: []float64{1.1, 0.9, 0.5, 0.3}, now: 0.2, test: 0.4},
		{name: "ekfac's ascent", losses: []float64{1.1, 3, 80, 4e4, 5e7, 3e11}, now: 4e11, test: 4e11, diverged: true},
		{name: "without an evaluation", losses: []float64{1.1, 3, 80, 4e4, 5e7, 3e11}, now: 4e11, test: nan, diverged: true},
		{name: "not a number at the end", losses: []float64{1.1, 3, 80, 4e4, 5e7, 3e11}, now: nan, test: nan, diverged: true},
		{name: "one step too far", losses: []float64{1.1}, now: 900, test: 900, diverged: true},
		{name: "the last step too far", losses: []float64{1.1, 1, .9, .8, .7, .6}, now: 40, test: 40, diverged: true},
		{name: "small mini-batches, the last a good one", losses: append([]float64{1.1}, repeated(1500, 40)...), now: 1, test: 450, diverged: true},
		{name: "one step", losses: []float64{1.1}, now: 1.09, test: 1.12},
		{name: "a plateau above", losses: append([]float64{1.1}, repeated(30, 40)...), now: 30, test: 30, diverged: true},
		{name: "came down again", losses: append([]float64{1.1, 1, 0.8}, 500, 400, 300), now: 0.9, test: 1, rises: []string{"train_loss"}},
		{name: "one bad mini-batch at the end", losses: append(repeated(0.1, 40), 60), now: 0.1, test: 0.1, rises: []string{"train_loss"}},
		{name: "averages hold", losses: append([]float64{1.1}, repeated(30, 40)...), now: 30, test: 0.3, rises: []string{"train_loss"}},
		{name: "worse than at the beginning", losses: append([]float64{1.1}, repeated(4, 40)...), now: 4, test: 4, rises: []string{"train_loss", "test_loss"}},
		{name: "fits the training data alone", losses: append([]float64{1.1}, repeated(0.01, 40)...), now: 0.01, test: 25, rises: []string{"test_loss"}},
		{name: "noise", losses: []float64{1.1, 1.2, 1, 1.15, 1.05, 1.2, 1.1, 1.12, 1.11, 1.2}, now: 1.2, test: 1.13},
		{name: "a good model, tuned further", losses: append([]float64{1e-7}, repeated(1e-3, 40)...), now: 1e-3, test: 0.1, rises: []string{"train_loss"}},
		{name: "single examples of a good model", losses: heavy, now: 30, test: nan, batch: 1},
		{name: "a good model, lost", losses: append([]float64{1e-7}, repeated(400, 40)...), now: 400, test: 400, diverged: true},
		{name: "an L2 penalty that falls", losses: []float64{500, 400, 300, 200}, now: 100, test: 1.2},
		{name: "values, fitted to rounding", losses: append([]float64{1e-14}, repeated(1e-11, 40)...), now: 1e-11, test: 1e-11, targets: []float32{1, -1}},
		{name: "values of 0, fitted to rounding", losses: append([]float64{1e-14}, repeated(1e-9, 40)...), now: 1e-9, test: 1e-9, targets: []float32{0, 0}},
		{name: "values, lost", losses: append([]float64{0.5}, repeated(20, 40)...), now: 20, test: 20, targets: []float32{1, -1}, diverged: true},
		{name: "losses below 0", losses: append([]float64{-5}, repeated(-1, 40)...), now: -1, test: -1, targets: []float32{0, 0}, rises: []string{"train_loss"}},
		{name: "losses below 0, lost", losses: append([]float64{-5}, repeated(60, 40)...), now: 60, test: 60, targets: []float32{0, 0}, diverged: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var loss losses.Loss = losses.SoftmaxCrossEntropy{}
			y := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 2}))
			units := 3
			if c.targets != nil {
				loss, units = losses.SquaredError{}, 1
				y = tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(c.targets))
			}
			if c.batch == 1 {
				y = tensor.New(tensor.WithShape(1), tensor.WithBacking([]int32{1}))
			}
			m, err := NewModel(layers.Sequential{&layers.Dense{Units: units}}, loss, ModelConfig{Input: []int{4}})
			require.NoError(t, err)
			run := trend{model: m}
			for _, h := range c.losses {
				run.step(ending{loss: c.now}, y, y.Shape()[0], h)
			}
			if !math.IsNaN(c.test) {
				run.evaluation("test_loss", 1e9)
				run.evaluation("test_loss", c.test)
			}
			rises, diverged := run.judge(math.NaN(), 0)
			assert.Equal(t, c.diverged, diverged != nil, "%v", diverged)
			var names []string
			for _, r := range rises {
				names = append(names, r.Score)
				assert.Equal(t, c.losses[0], r.Began)
				assert.Greater(t, r.Ended, r.Began)
			}
			assert.Equal(t, c.rises, names)
			if c.targets == nil {
				assert.InDelta(t, ln3, m.blankLoss(run.targets, run.rows), 1e-6)
			}
		})
	}
	run := trend{}
	rises, diverged := run.judge(math.NaN(), 0)
	assert.Nil(t, rises)
	assert.NoError(t, diverged, "no step, no rise")
}

// TestBlankLoss: the loss of outputs that are all 0, whatever the loss.
func TestBlankLoss(t *testing.T) {
	for _, c := range []struct {
		loss   losses.Loss
		units  int
		y      *tensor.Dense
		want   float64
		passes int
	}{
		{losses.SoftmaxCrossEntropy{}, 5, tensor.New(tensor.WithShape(3), tensor.WithBacking([]int32{0, 4, 2})), math.Log(5), 1},
		{losses.SquaredError{}, 2, tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 3, 4})), 7.5, 40},
		{losses.SigmoidCrossEntropy{}, 3, tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{0, 1, 0.5})), 3 * math.Ln2, 1},
		{losses.SquaredError{}, 2, tensor.New(tensor.WithShape(100, 2), tensor.WithBacking(repeated(1, 200))), 1, 1},
	} {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			m, err := NewModel(layers.Sequential{&layers.Dense{Units: c.units}}, c.loss, ModelConfig{Input: []int{4}, DType: dtype})
			require.NoError(t, err)
			run := trend{model: m}
			for range c.passes {
				run.collect(c.y)
			}
			assert.Equal(t, min(recentExamples, c.passes*c.y.Shape()[0]), run.rows)
			assert.InDelta(t, c.want, m.blankLoss(run.targets, run.rows), 1e-6)
		}
	}
}

// fitted is a run of SGD on values; the model begins at random.
func fitted(t *testing.T, rate float64, steps int, evaluate bool) (*Result, error) {
	t.Helper()
	m, err := NewModel(layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dropout{Rate: 0.1}, &layers.Dense{Units: 2}},
		losses.SquaredError{}, ModelConfig{Input: []int{4}, Seed: 1, L2: 1e-3})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 1))
	x, y := graph.NewDense(graph.Float32, 16, 4), graph.NewDense(graph.Float32, 16, 2)
	for i := range x.Float32s() {
		x.Float32s()[i] = float32(r.NormFloat64())
	}
	for i := range y.Float32s() {
		y.Float32s()[i] = float32(r.NormFloat64())
	}
	opt, err := NewSGD(SGDConfig{LearningRate: rate})
	require.NoError(t, err)
	run := &Trainer{Model: m, Optimizer: opt, MaxSteps: steps}
	if evaluate {
		run.Evaluations = []Evaluation{{Prefix: "test_", Source: &once{x: x, y: y}}}
	}
	return run.Fit(context.Background(), endless{x, y})
}

// once is one mini-batch an epoch.
type once struct {
	x, y *tensor.Dense
	over bool
}

func (o *once) Steps() int { return 1 }
func (o *once) Next() (x, y *tensor.Dense, ok bool) {
	o.over = !o.over
	return o.x, o.y, o.over
}

// TestFitGotWorse: Fit applies the rule.
func TestFitGotWorse(t *testing.T) {
	for _, evaluate := range []bool{false, true} {
		res, err := fitted(t, 0.05, 40, evaluate)
		require.NoError(t, err)
		assert.Empty(t, res.Rises)
		assert.False(t, res.Unmoved)

		res, err = fitted(t, 3, 12, evaluate)
		var diverged *DivergedError
		var rise *RiseError
		require.ErrorAs(t, err, &diverged)
		require.ErrorAs(t, err, &rise)
		assert.Equal(t, 12, diverged.Step)
		assert.Equal(t, 12, res.Steps)
		assert.Greater(t, rise.Ended, 10*rise.Began)
		assert.ErrorContains(t, err, "diverged at step 12: the train loss ended at ")

		res, err = fitted(t, 1e-30, 5, evaluate)
		require.NoError(t, err)
		assert.True(t, res.Unmoved)
	}
	_, err := fitted(t, 1e6, 1, true)
	assert.Error(t, err, "the only step is too far")
}

// A callback's stop does not make a good ending of a bad one, and an error of
// its own stays what it is.
func TestFitGotWorseAndStopped(t *testing.T) {
	broken := errors.New("disk full")
	for _, stop := range []error{ErrStop, broken} {
		m, err := NewModel(layers.Sequential{&layers.Dense{Units: 1}}, losses.SquaredError{}, ModelConfig{Input: []int{1}, Seed: 1})
		require.NoError(t, err)
		x, y := graph.NewDense(graph.Float32, 2, 1), graph.NewDense(graph.Float32, 2, 1)
		x.Float32s()[0], y.Float32s()[1] = 2, 1
		opt, err := NewSGD(SGDConfig{LearningRate: 5})
		require.NoError(t, err)
		run := &Trainer{Model: m, Optimizer: opt, MaxSteps: 100, Callbacks: []Callback{func(e *Event) error {
			if e.Step == 9 {
				return stop
			}
			return nil
		}}}
		res, err := run.Fit(context.Background(), endless{x, y})
		assert.Equal(t, 9, res.Steps)
		var rise *RiseError
		assert.Equal(t, errors.Is(stop, ErrStop), errors.As(err, &rise), "%v", err)
	}
}

// TestRiseOverManySteps: losses of small mini-batches are too noisy for the last
// few to tell, but not the mean of an epoch, nor an evaluation.
func TestRiseOverManySteps(t *testing.T) {
	y := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 2}))
	for _, c := range []struct {
		interval float64
		steps    int
		test     float64
		diverged bool
		rises    []string
	}{
		{1.0, 300, 1.0, false, nil},
		{1.15, 300, 1.15, false, nil}, // a tenth above ln 3 is 1.21
		{2, 300, 1.0, false, []string{TrainLoss}},
		{2, 5, 1.0, false, nil},
		{1.0, 300, 1.3, false, []string{"test_loss"}},
		{2, 300, 3, false, []string{TrainLoss, "test_loss"}},
		{1.0, 300, 8, false, []string{"test_loss"}}, // fits the training data alone
		{2, 300, 8, true, nil},
		{math.NaN(), 0, 1.0, false, nil},
	} {
		m, err := NewModel(layers.Sequential{&layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{4}})
		require.NoError(t, err)
		run := trend{model: m}
		for i, h := range append([]float64{1.05}, repeated(0.1, 99)...) {
			if i%2 > 0 {
				h = 2.5
			}
			run.step(ending{loss: 0.1}, y, y.Shape()[0], h)
		}
		run.evaluation("test_loss", c.test)
		rises, diverged := run.judge(c.interval, c.steps)
		assert.Equal(t, c.diverged, diverged != nil, "%+v: %v", c, diverged)
		var names []string
		for _, r := range rises {
			names = append(names, r.Score)
		}
		assert.Equal(t, c.rises, names, "%+v", c)
	}
}

// TestUnmoved: a millionth of the parameters' length is the least that counts.
func TestUnmoved(t *testing.T) {
	state := func(v float64, n int) graph.Direction {
		return graph.Direction{tensor.New(tensor.WithShape(n), tensor.WithBacking(repeated(v, n)))}
	}
	before := state(2, 100)
	for relative, want := range map[float64]bool{0: true, 1e-7: true, 9e-7: true, 1.1e-6: false, 1: false} {
		assert.Equal(t, want, unmoved(before, state(2*(1+relative), 100)), "%g", relative)
	}
	assert.True(t, unmoved(state(0, 3), state(0, 3)), "all 0, as they began")
	assert.True(t, unmoved(state(0, 3), state(1e-9, 3)), "all 0, but for rounding")
	assert.False(t, unmoved(state(0, 3), state(1e-3, 3)), "all 0 at the beginning")

	// One parameter of 15000 counts, wherever it is.
	m, err := NewModel(layers.Sequential{&layers.Dense{Units: 3000}}, losses.SquaredError{}, ModelConfig{Input: []int{4}})
	require.NoError(t, err)
	start := copyOf(m.Params())
	assert.True(t, unmoved(start, graph.Values(m.Params())))
	m.Params()[0].Value.Float32s()[5] += 1
	assert.False(t, unmoved(start, graph.Values(m.Params())))
}

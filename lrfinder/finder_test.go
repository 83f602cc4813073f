package lrfinder_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/lrfinder"
	"github.com/gokfac/gokfac/trainer"
)

// optimizers are those that a test is made with.
var optimizers = map[string]func() (trainer.Optimizer, error){
	"SGD":          func() (trainer.Optimizer, error) { return trainer.NewSGD(trainer.SGDConfig{Momentum: 0.9}) },
	"Adam":         func() (trainer.Optimizer, error) { return trainer.NewAdam(trainer.AdamConfig{}) },
	"Muon":         func() (trainer.Optimizer, error) { return trainer.NewMuon(trainer.MuonConfig{}) },
	"Shampoo":      func() (trainer.Optimizer, error) { return trainer.NewShampoo(trainer.ShampooConfig{}) },
	"SOAP":         func() (trainer.Optimizer, error) { return trainer.NewSOAP(trainer.SOAPConfig{}) },
	"K-FAC":        func() (trainer.Optimizer, error) { return kfac.New(kfac.Config{}) },
	"K-FAC, fixed": func() (trainer.Optimizer, error) { return kfac.New(kfac.Config{Mode: kfac.Fixed}) },
}

// noisy is a classifier with dropout and L2, and a loader in random order with short mini-batches.
func noisy(t testing.TB, dtype tensor.Dtype) (*trainer.Model, *datasets.Loader) {
	t.Helper()
	model, err := trainer.NewModel(
		layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: 1, L2: 1e-3})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(8, 8))
	data := &datasets.Dataset{Name: "noise", Shape: []int{4}, Classes: 3}
	for range 22 {
		data.Train.Labels = append(data.Train.Labels, int32(rng.IntN(3)))
		for range 4 {
			data.Train.X = append(data.Train.X, float32(rng.NormFloat64()))
		}
	}
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 5, Shuffle: true, KeepLast: true, Seed: 1})
	require.NoError(t, err)
	return model, loader
}

func save(t testing.TB, states ...trainer.State) (all []string) {
	t.Helper()
	for _, s := range states {
		data, err := s.MarshalBinary()
		require.NoError(t, err)
		all = append(all, fmt.Sprintf("%x", data))
	}
	return all
}

// Training that goes on after a test, before the first step or in the middle of an epoch, has the losses, parameters
// and optimizer of training without: to the bit, also where the test ends early or with an error.
func TestLeavesNoTrace(t *testing.T) {
	for name, optimizer := range optimizers {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			for _, before := range []int{0, 3} {
				var want []string
				for _, test := range []string{"none", "whole", "diverges", "cancelled", "fails"} {
					what := fmt.Sprint(name, dtype, before, test)
					model, loader := noisy(t, dtype)
					opt, err := optimizer()
					require.NoError(t, err)
					var seen []string
					train := func(steps int) {
						run := trainer.Trainer{Model: model, Optimizer: opt, MaxSteps: steps, Callbacks: []trainer.Callback{func(e *trainer.Event) error {
							if e.Kind == trainer.StepDone {
								seen = append(seen, fmt.Sprint(e.Loss))
							}
							return nil
						}}}
						_, err := run.Fit(context.Background(), loader)
						require.NoError(t, err, what)
					}
					if before > 0 {
						train(before)
					}
					state := save(t, model, loader, opt.(trainer.State))
					if test != "none" {
						ctx, cancel := context.WithCancel(context.Background())
						f := &lrfinder.Finder{Model: model, Optimizer: optimizer, Steps: 30}
						switch test {
						case "diverges":
							f.Max = 1e30
						case "cancelled":
							f.Optimizer = func() (trainer.Optimizer, error) { return &interrupted{stop: cancel}, nil }
						case "fails":
							f.Optimizer = func() (trainer.Optimizer, error) {
								return &interrupted{stop: func() {}, err: errors.New("no more")}, nil
							}
						}
						res, err := f.Run(ctx, loader)
						cancel()
						switch test {
						case "cancelled":
							require.ErrorIs(t, err, context.Canceled)
							assert.Len(t, res.Points, 3)
						case "fails":
							require.ErrorContains(t, err, "lrfinder: step 3, at a rate of 3.04e-06: no more")
							assert.Len(t, res.Points, 2)
						default:
							require.NoError(t, err, what)
							assert.NotEmpty(t, res.Points)
						}
					}
					require.Equal(t, state, save(t, model, loader, opt.(trainer.State)), what)
					train(9)
					seen = append(seen, save(t, model, loader, opt.(trainer.State))...)
					if test == "none" {
						want = seen
					}
					require.Equal(t, want, seen, what)
				}
			}
		}
	}
}

// interrupted is an optimizer whose third step fails, or ends the test in another way.
type interrupted struct {
	steps int
	stop  func()
	err   error
}

func (*interrupted) LearningRate() float64   { return 1 }
func (*interrupted) SetLearningRate(float64) {}
func (o *interrupted) Step(obj graph.Objective) (float64, error) {
	if o.steps++; o.steps == 3 {
		o.stop()
		return 1, o.err
	}
	for _, p := range obj.Params() {
		p.Value.Zero()
	}
	return 1, nil
}

// parabola is the data of h(w) = ½(w − 3)² for the model y = w·x without a bias, for ever.
type parabola struct{ dealt int }

func (*parabola) Steps() int { return 1 }
func (p *parabola) Next() (x, y *tensor.Dense, ok bool) {
	p.dealt++
	return tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{1})), tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{3})), true
}
func (p *parabola) Rewind() func() {
	at := p.dealt
	return func() { p.dealt = at }
}

func slope(t testing.TB) *trainer.Model {
	t.Helper()
	model, err := trainer.NewModel(&layers.Dense{Units: 1, NoBias: true, Init: layers.Constant(0)}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	require.NoError(t, err)
	return model
}

func descent() (trainer.Optimizer, error) { return trainer.NewSGD(trainer.SGDConfig{}) }

// Gradient descent on a parabola is w − 3 ← (1 − α)(w − 3): each point is known, and so is where the test ends. It is
// stable below a rate of 2, and the suggestion is below that of one step to the minimum, 1.
func TestPointsOfAParabola(t *testing.T) {
	model, data := slope(t), &parabola{}
	f := lrfinder.Finder{Model: model, Optimizer: descent, Min: 1e-3, Max: 100, Steps: 60, Smoothing: 0.5, Stop: 3}
	res, err := f.Run(context.Background(), data)
	require.NoError(t, err)
	require.True(t, res.Stopped)
	off, best := -3.0, math.Inf(1)
	var h []float64
	for k, p := range res.Points {
		rate := 1e-3 * math.Pow(1e5, float64(k)/59)
		assert.InEpsilon(t, rate, p.Rate, 1e-13)
		assert.InDelta(t, off*off/2, p.Loss, 1e-12*math.Max(1, p.Loss))
		h = append(h, off*off/2)
		off *= 1 - rate
		sum, total := 0.0, 0.0 // the mean so far ends the test, and not before
		for j, v := range h {
			sum, total = sum+v*math.Pow(0.5, float64(k-j)), total+math.Pow(0.5, float64(k-j))
		}
		best = min(best, sum/total)
		require.Equal(t, k == len(res.Points)-1, sum/total > 3*best, "step %d of %d", k, len(res.Points))
	}
	assert.InEpsilon(t, 3*best, res.Bound, 1e-9)
	for k, p := range res.Points {
		sum, total := 0.0, 0.0
		for j, v := range h {
			weight := math.Pow(0.5, math.Abs(float64(k-j)))
			sum, total = sum+weight*math.Min(v, 3*best), total+weight
		}
		assert.InEpsilon(t, sum/total, p.Smoothed, 1e-9)
	}
	last := res.Points[len(res.Points)-1].Rate
	assert.Greater(t, last, 2.0)
	assert.Greater(t, res.Suggested, 0.02)
	assert.Less(t, res.Suggested, 1.0)
	assert.Equal(t, 0, data.dealt, "a Rewinder is put back")
	assert.Equal(t, 0.0, model.Params()[0].Value.Float64s()[0])
}

// The last step has the greatest rate, and the test needs not be stopped.
func TestWholeRange(t *testing.T) {
	f := lrfinder.Finder{Model: slope(t), Optimizer: descent, Min: 0.01, Max: 0.1, Steps: 40}
	res, err := f.Run(context.Background(), &parabola{})
	require.NoError(t, err)
	assert.False(t, res.Stopped)
	require.Len(t, res.Points, 40)
	assert.Equal(t, 0.1, res.Points[39].Rate)
	assert.Positive(t, res.Suggested)
}

// A loss that never falls has no suggestion: the model is at the minimum already.
func TestNoSuggestion(t *testing.T) {
	model := slope(t)
	model.Params()[0].Value.Float64s()[0] = 3
	f := lrfinder.Finder{Model: model, Optimizer: descent}
	res, err := f.Run(context.Background(), &parabola{})
	require.NoError(t, err)
	assert.Len(t, res.Points, 100)
	assert.Zero(t, res.Suggested)
}

// Losses that vary by chance alone have no suggestion, whatever the smoothing: the optimizer does not move.
func TestNoiseHasNoSuggestion(t *testing.T) {
	for seed := range uint64(40) {
		for _, smoothing := range []float64{lrfinder.None, 0.5, 0.9, 0.97} {
			rng := rand.New(rand.NewPCG(seed, 1))
			f := lrfinder.Finder{Model: slope(t), Smoothing: smoothing, Optimizer: func() (trainer.Optimizer, error) {
				return &chance{loss: func() float64 { return 2 + 0.3*rng.NormFloat64() }}, nil
			}}
			res, err := f.Run(context.Background(), &parabola{})
			require.NoError(t, err)
			assert.Zero(t, res.Suggested, "seed %d, smoothing %g", seed, smoothing)
		}
	}
}

// chance is an optimizer that moves nothing and has losses of its own.
type chance struct {
	interrupted
	loss func() float64
}

func (c *chance) Step(graph.Objective) (float64, error) { return c.loss(), nil }

// A curve that is symmetric about its steepest point, with noise and without, has its suggestion there.
func TestSuggestsTheSteepest(t *testing.T) {
	for _, noise := range []float64{0, 0.02} {
		rng, k := rand.New(rand.NewPCG(1, 1)), 0.0
		f := lrfinder.Finder{Model: slope(t), Min: 1e-5, Max: 1e5, Steps: 101, Optimizer: func() (trainer.Optimizer, error) {
			return &chance{loss: func() float64 {
				k++
				return 1 + 1/(1+math.Exp((k-51)/4)) + noise*rng.NormFloat64()
			}}, nil
		}}
		res, err := f.Run(context.Background(), &parabola{})
		require.NoError(t, err)
		assert.InDelta(t, 0, math.Log10(res.Suggested), 1e-9+20*noise, "the rate of the middle is 1")
	}
}

// Rates that overflow at once end the test without an error; a first loss that is not finite is one.
func TestNotFinite(t *testing.T) {
	model, loader := noisy(t, graph.Float32)
	f := lrfinder.Finder{Model: model, Optimizer: optimizers["SGD"], Min: 1e37, Max: 1e38}
	res, err := f.Run(context.Background(), loader)
	require.NoError(t, err)
	assert.True(t, res.Stopped)
	assert.Less(t, len(res.Points), 20)

	model.Params()[0].Value.Float32s()[0] = float32(math.NaN())
	_, err = f.Run(context.Background(), loader)
	var nonFinite *graph.NonFiniteError
	require.ErrorAs(t, err, &nonFinite)
	assert.ErrorContains(t, err, "lrfinder: step 1, at a rate of 1e+37: ")
}

// stuck is a source that cannot be put back.
type stuck struct{ p parabola }

func (*stuck) Steps() int                            { return 1 }
func (s *stuck) Next() (x, y *tensor.Dense, ok bool) { return s.p.Next() }

// empty is a source of nothing.
type empty struct{ parabola }

func (*empty) Next() (x, y *tensor.Dense, ok bool) { return nil, nil, false }

func TestRefuses(t *testing.T) {
	model := slope(t)
	for want, f := range map[string]lrfinder.Finder{
		"lrfinder: a test needs a model, and a function that makes an optimizer":     {Optimizer: descent},
		"lrfinder: rates from 1 to 0.5: want the second above the first":             {Model: model, Optimizer: descent, Min: 1, Max: 0.5},
		"lrfinder: 2 steps: want at least 3, for a curve that has a slope":           {Model: model, Optimizer: descent, Steps: 2},
		"lrfinder: smoothing 1: want at least 0 and below 1":                         {Model: model, Optimizer: descent, Smoothing: 1},
		"lrfinder: least rate -1: None does not apply: want a finite number above 0": {Model: model, Optimizer: descent, Min: -1},
		"lrfinder: a stop at 1 times the least loss: want more than 1":               {Model: model, Optimizer: descent, Stop: 1},
		"lrfinder: the optimizer: trainer: learning rate -2: want a finite number above 0": {Model: model, Optimizer: func() (trainer.Optimizer, error) {
			return trainer.NewSGD(trainer.SGDConfig{LearningRate: -2})
		}},
		"lrfinder: the optimizer: there is none": {Model: model, Optimizer: func() (trainer.Optimizer, error) { return nil, nil }},
	} {
		_, err := f.Run(context.Background(), &parabola{})
		assert.EqualError(t, err, want)
	}
	f := lrfinder.Finder{Model: model, Optimizer: descent}
	assert.NoError(t, f.Validate())
	_, err := f.Run(context.Background(), nil)
	assert.EqualError(t, err, "lrfinder: a test needs data")
	_, err = f.Run(context.Background(), &stuck{})
	assert.EqualError(t, err, "lrfinder: the data, a *lrfinder_test.stuck, cannot be put back after the test: give them MarshalBinary and UnmarshalBinary, or Rewind")
	_, err = f.Run(context.Background(), &empty{})
	assert.EqualError(t, err, "lrfinder: step 1, at a rate of 1e-06: the data give no mini-batch")
}

// digits is a small classifier of the built-in digits, in mini-batches of 64.
func digits(t testing.TB) (*trainer.Model, *datasets.Loader) {
	t.Helper()
	data := datasets.Digits(datasets.DigitsOptions{Train: 640, Test: 10})
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 64, Shuffle: true, Seed: 1})
	require.NoError(t, err)
	model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 32}, layers.ReLU(), &layers.Dense{Units: 10}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
	require.NoError(t, err)
	return model, loader
}

// On the built-in digits, every optimizer learns more in 30 steps at the suggested rate than at a hundredth of it, and
// does not diverge.
func TestSuggestionsTrain(t *testing.T) {
	for name, optimizer := range optimizers {
		model, loader := digits(t)
		f := lrfinder.Finder{Model: model, Optimizer: optimizer, Min: 1e-5, Max: 100}
		res, err := f.Run(context.Background(), loader)
		require.NoError(t, err, name)
		require.Positive(t, res.Suggested, name)
		begin := save(t, model, loader)
		after := func(rate float64) float64 {
			require.Equal(t, begin, save(t, model, loader))
			states := [][]byte{}
			for _, s := range []trainer.State{model, loader} {
				state, err := s.MarshalBinary()
				require.NoError(t, err)
				states = append(states, state)
			}
			opt, err := optimizer()
			require.NoError(t, err)
			opt.SetLearningRate(rate)
			_, err = (&trainer.Trainer{Model: model, Optimizer: opt, MaxSteps: 30}).Fit(context.Background(), loader)
			require.NoError(t, err, name)
			scores, err := model.Evaluate(context.Background(), loader)
			require.NoError(t, err)
			require.NoError(t, errors.Join(model.UnmarshalBinary(states[0]), loader.UnmarshalBinary(states[1])))
			return scores["loss"]
		}
		good, low := after(res.Suggested), after(res.Suggested/100)
		t.Logf("%s: %d points, stopped %t, suggested %.3g: loss %.3f; at a hundredth %.3f", name, len(res.Points), res.Stopped, res.Suggested, good, low)
		assert.Less(t, good, low, name)
	}
}

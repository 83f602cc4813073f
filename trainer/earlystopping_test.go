package trainer_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec/codectest"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// By hand: the step of the best score, and the evaluation that ends the run; −1: none does.
func TestEarlyStoppingCounts(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		higher        bool
		patience      int
		change        float64
		scores        []float64
		best, stopsAt int
	}{
		"falls":                {patience: 1, scores: []float64{3, 2, 1}, best: 2, stopsAt: -1},
		"patience 1":           {patience: 1, scores: []float64{3, 2, 2.5}, best: 1, stopsAt: 2},
		"patience 2":           {patience: 2, scores: []float64{3, 2, 2.5, 1, 1.5, 1.2}, best: 3, stopsAt: 5},
		"ties":                 {patience: 2, scores: []float64{3, 3, 3}, best: 0, stopsAt: 2},
		"NaN first":            {patience: 2, scores: []float64{nan, 3, 4}, best: 1, stopsAt: -1},
		"NaN is bad":           {patience: 2, scores: []float64{3, nan, nan}, best: 0, stopsAt: 2},
		"only NaN":             {patience: 2, scores: []float64{nan, nan}, best: -1, stopsAt: 1},
		"infinite":             {patience: 3, scores: []float64{math.Inf(1), 7, 8}, best: 1, stopsAt: -1},
		"higher":               {higher: true, patience: 2, scores: []float64{1, 2, 1.5, 2}, best: 1, stopsAt: 3},
		"below 0":              {higher: true, patience: 1, scores: []float64{-3, -2, -2.5}, best: 1, stopsAt: 2},
		"the default is 10":    {scores: []float64{1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, best: 0, stopsAt: 10},
		"without an end":       {patience: trainer.None, scores: []float64{1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, best: 0, stopsAt: -1},
		"small changes":        {patience: 2, change: 0.5, scores: []float64{3, 2.75, 2.5}, best: 2, stopsAt: 2}, // the best is kept all the same
		"small changes add up": {patience: 3, change: 0.5, scores: []float64{3, 2.75, 2.5, 2.25, 2, 1.75}, best: 5, stopsAt: -1},
		"change, higher":       {higher: true, patience: 1, change: 0.5, scores: []float64{1, 1.75, 2.25}, best: 2, stopsAt: 2},
	} {
		model := lineModel()
		s := &trainer.EarlyStopping{Metric: "score", Patience: c.patience, MinChange: c.change, Model: model, Optimizer: descent(1)}
		_, _, ok := s.Best()
		assert.False(t, ok)
		stopped := -1
		for k, v := range c.scores {
			set(model.Params(), float64(k))
			if err := s.Callback(scored(k, v, c.higher)); err != nil {
				require.ErrorIs(t, err, trainer.ErrStop)
				stopped = k
				break
			}
		}
		assert.Equal(t, c.stopsAt, stopped, name)
		assert.Equal(t, stopped >= 0, s.Stopped(), name)
		set(model.Params(), -7)
		require.NoError(t, s.Callback(&trainer.Event{Kind: trainer.Ended}))
		best, step, ok := s.Best()
		require.Equal(t, c.best >= 0, ok, name)
		assert.Equal(t, ok, s.Restored())
		if ok {
			assert.Equal(t, c.best, step, name)
			assert.Equal(t, c.scores[c.best], best, name)
			assert.Equal(t, []float64{float64(c.best), float64(c.best)}, snapshot(model.Params(), false), name)
		} else {
			assert.Equal(t, []float64{-7, -7}, snapshot(model.Params(), false), "nothing to restore")
		}
	}
}

func TestEarlyStoppingRefuses(t *testing.T) {
	model, opt := lineModel(), descent(1)
	for want, s := range map[string]*trainer.EarlyStopping{
		"trainer: early stopping: name the metric that is watched":             {Model: model, Optimizer: opt},
		"trainer: early stopping needs the run's model and optimizer":          {Metric: "score", Optimizer: opt},
		"trainer: early stopping: patience -2: want a whole number from 1 on":  {Metric: "score", Model: model, Optimizer: opt, Patience: -2},
		"trainer: early stopping: least change +Inf: want a finite number ≥ 0": {Metric: "score", Model: model, Optimizer: opt, MinChange: math.Inf(1)},
	} {
		assert.EqualError(t, s.Validate(), want)
		assert.EqualError(t, s.Callback(&trainer.Event{Kind: trainer.StepDone}), want, "at the first event")
		assert.EqualError(t, s.UnmarshalBinary(nil), want)
	}
	s := &trainer.EarlyStopping{Metric: "loss", Model: model, Optimizer: opt}
	assert.EqualError(t, s.Callback(scored(1, 1, true)), `trainer: early stopping: no metric "loss" is evaluated: want one of other, score`)
	unsaid := scored(1, 1, true)
	unsaid.Record.HigherIsBetter = nil
	s.Metric = "score"
	assert.EqualError(t, s.Callback(unsaid), `trainer: early stopping: nothing says whether a higher "score" is better`)
}

// stoppable is a run of 13 steps whose training accuracy falls at last: the rate grows. It has dropout, a layer with a
// buffer and a frozen parameter, and an average of the weights where it is asked for.
type stoppable struct {
	*wholeRun
	stopping *trainer.EarlyStopping
	test     *memory
}

func newStoppable(t testing.TB, average bool, seed uint64) *stoppable {
	t.Helper()
	s := &stoppable{wholeRun: newWhole(t, "SGD", seed)}
	model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &centring{}, &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, Seed: seed, Groups: []graph.Group{{Params: "dense1.bias", Frozen: true}}})
	require.NoError(t, err)
	s.model = model
	if average {
		ema, err := trainer.NewEMA(s.optimizer, trainer.EMAConfig{Decay: 0.5})
		require.NoError(t, err)
		s.optimizer = ema
	}
	s.test = &memory{n: 22}
	s.test.x, s.test.y = collected(newRig(t, "SGD", graph.Float32, 1).loader)
	s.stopping = &trainer.EarlyStopping{Metric: "test_loss", Patience: 3, Model: model, Optimizer: s.optimizer}
	tr := s.trainer
	tr.Model, tr.Optimizer, tr.MaxSteps, tr.EvalEvery, tr.ClipNorm = model, s.optimizer, 40, 1, 0
	tr.Schedule = func(step, _ int) float64 { return 5 * float64(1+step) }
	tr.Evaluations = []trainer.Evaluation{{Prefix: "test_", Source: s.test}}
	tr.Callbacks = append(tr.Callbacks, s.stopping.Callback)
	tr.Keep = append(tr.Keep, trainer.Kept{Name: "early stopping", State: s.stopping})
	return s
}

// collected is an epoch of the rig's data.
func collected(src trainer.Source) (x, y *tensor.Dense) {
	x, y = graph.NewDense(graph.Float64, 22, 4), graph.NewDense(graph.Float64, 22)
	for at := 0; at < 22; {
		bx, by, _ := src.Next()
		n := by.Shape()[0]
		copy(x.Float64s()[4*at:], rows(bx, 0, n).Float64s())
		for i, label := range by.Int32s() {
			y.Float64s()[at+i] = float64(label)
		}
		at += n
	}
	return x, y
}

func (s *stoppable) fit(t testing.TB) *trainer.Result {
	t.Helper()
	res, err := s.trainer.Fit(context.Background(), s.loader)
	require.NoError(t, err)
	return res
}

func (s *stoppable) loss(t testing.TB) float64 {
	t.Helper()
	scores, err := s.model.Evaluate(context.Background(), s.test)
	require.NoError(t, err)
	return scores["loss"]
}

// After a run the model has, to the bit, the score that was the best: with buffers, and of an average the averaged
// weights. KeepLast leaves the iterate, and Restore has the best ones still.
func TestEarlyStoppingRestoresWhatWasScored(t *testing.T) {
	for _, average := range []bool{false, true} {
		s := newStoppable(t, average, 1)
		var last []float64
		s.trainer.Callbacks = append(s.trainer.Callbacks, func(e *trainer.Event) error {
			if e.Kind == trainer.StepDone {
				last = snapshot(s.model.Params(), false)
			}
			return nil
		})
		res := s.fit(t)
		require.True(t, s.stopping.Stopped())
		best, step, ok := s.stopping.Best()
		require.True(t, ok)
		require.Greater(t, step, 1)
		assert.Equal(t, step+3, res.Steps)
		for _, r := range res.History {
			assert.GreaterOrEqual(t, r.Scores["test_loss"], best)
		}
		assert.Equal(t, best, s.loss(t))
		assert.NotEqual(t, last, snapshot(s.model.Params(), false))

		k := newStoppable(t, average, 1)
		k.stopping.KeepLast = true
		k.fit(t)
		assert.False(t, k.stopping.Restored())
		assert.Equal(t, last, snapshot(k.model.Params(), false))
		assert.True(t, k.stopping.Restore())
		assert.True(t, k.stopping.Restored())
		assert.Equal(t, best, k.loss(t))
	}
}

// A run that is cut off keeps its iterate.
func TestEarlyStoppingIsNotToldOfACancel(t *testing.T) {
	s := newStoppable(t, false, 1)
	ctx, cancel := context.WithCancel(context.Background())
	s.trainer.Callbacks = append(s.trainer.Callbacks, func(e *trainer.Event) error {
		if e.Step == 4 {
			cancel()
		}
		return nil
	})
	_, err := s.trainer.Fit(ctx, s.loader)
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, s.stopping.Restored())
	best, _, _ := s.stopping.Best()
	require.True(t, s.stopping.Restore())
	assert.Equal(t, best, s.loss(t))
}

// A run that is saved anywhere, its end included, goes on elsewhere with the same best weights and the same end.
func TestEarlyStoppingResumes(t *testing.T) {
	plain := newStoppable(t, false, 1)
	var saved [][]byte
	plain.trainer.Callbacks = append(plain.trainer.Callbacks, func(e *trainer.Event) error {
		if e.Kind == trainer.StepDone {
			return nil
		}
		state, err := plain.trainer.MarshalBinary()
		if errors.Is(err, trainer.ErrBetweenSteps) { // the run is stopped here, and saved at its end
			assert.True(t, plain.stopping.Stopped())
			return nil
		}
		require.NoError(t, err)
		saved = append(saved, state)
		return nil
	})
	want := plain.fit(t)
	for i, state := range saved {
		r := newStoppable(t, false, 7)
		require.NoError(t, r.trainer.UnmarshalBinary(state))
		got := r.fit(t)
		assert.Equal(t, history(want), history(got), i)
		assert.True(t, r.stopping.Stopped() && r.stopping.Restored())
		same(t, [][]byte{save(t, plain.model), save(t, plain.stopping), save(t, plain.optimizer)},
			[][]byte{save(t, r.model), save(t, r.stopping), save(t, r.optimizer)})
	}
}

// A run that was ended here, was saved after the best weights had been restored, and is to go on all the same, goes on
// from its last iterate: to the bit as one that had more patience.
func TestEarlyStoppingGoesOnFromTheIterate(t *testing.T) {
	patient := newStoppable(t, false, 1)
	patient.stopping.Patience, patient.trainer.MaxSteps = trainer.None, 20
	want := patient.fit(t)

	s := newStoppable(t, false, 1)
	s.trainer.MaxSteps = 20
	short := s.fit(t)
	require.Less(t, short.Steps, 20)
	require.True(t, s.stopping.Restored())
	state := save(t, s.trainer)

	r := newStoppable(t, false, 3)
	r.trainer.GoOn, r.stopping.Patience, r.trainer.MaxSteps = true, trainer.None, 20
	require.NoError(t, r.trainer.UnmarshalBinary(state))
	got := r.fit(t)
	assert.Equal(t, history(want), history(got))
	same(t, [][]byte{save(t, patient.model), save(t, patient.stopping)}, [][]byte{save(t, r.model), save(t, r.stopping)})
}

func TestEarlyStoppingStateRefused(t *testing.T) {
	s := newStoppable(t, false, 1)
	s.fit(t)
	state := save(t, s.stopping)
	model := save(t, s.model)
	small := &trainer.EarlyStopping{Metric: "test_loss", Model: lineModel(), Optimizer: descent(1)}
	assert.ErrorContains(t, small.UnmarshalBinary(state), "of other parameters: weights state: ")
	other := &trainer.EarlyStopping{Metric: "loss", Model: s.model, Optimizer: s.optimizer}
	assert.EqualError(t, other.UnmarshalBinary(state), `trainer: early stopping state: of the metric "test_loss", not of "loss"`)
	for want, data := range map[string][]byte{
		"no such state": nil, "cut short": state[:len(state)-1], `this is "model"`: model,
	} {
		assert.ErrorContains(t, s.stopping.UnmarshalBinary(data), want)
		same(t, [][]byte{state, model}, [][]byte{save(t, s.stopping), save(t, s.model)})
	}
}

// A refused state changes nothing, and what is taken is saved again, but for weights that are back in the model.
func FuzzEarlyStoppingState(f *testing.F) {
	build := func() *trainer.EarlyStopping {
		return &trainer.EarlyStopping{Metric: "score", Patience: 1, Model: lineModel(), Optimizer: descent(1)}
	}
	s := build()
	f.Add(save(f, s))
	require.NoError(f, s.Callback(scored(1, 1, false)))
	f.Add(save(f, s))
	require.NoError(f, s.Callback(&trainer.Event{Kind: trainer.Ended}))
	f.Add(save(f, s))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := build()
		before := [][]byte{save(t, s), save(t, s.Model)}
		data = codectest.Seal(data)
		if err := s.UnmarshalBinary(data); err != nil {
			require.NotContains(t, err.Error(), "\n")
			same(t, before, [][]byte{save(t, s), save(t, s.Model)})
		} else if saved := save(t, s); len(saved) == len(data) {
			same(t, [][]byte{data}, [][]byte{saved})
		}
		_ = s.Callback(scored(2, 2, true))
		require.NoError(t, s.Callback(&trainer.Event{Kind: trainer.Ended}))
	})
}

// Neither callback allocates in a step.
func TestCallbacksAllocateNothingInAStep(t *testing.T) {
	m, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, DType: tensor.Float32})
	require.NoError(t, err)
	s := &trainer.EarlyStopping{Metric: "score", Model: m, Optimizer: descent(1)}
	p := &trainer.Plateau{Metric: "score"}
	schedule := p.Schedule(nil)
	e := &trainer.Event{Kind: trainer.StepDone}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if s.Callback(e) != nil || p.Callback(e) != nil || schedule(1, 2) != 1 {
			t.Fatal("a step is an error")
		}
	}))
}

package trainer_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// groupRun is a run of 13 steps on one process of a group. Rank 0 alone has data to evaluate.
func groupRun(t *testing.T, g distributed.Group) *trainer.Trainer {
	t.Helper()
	o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.3, Momentum: 0.9})
	require.NoError(t, err)
	tr := &trainer.Trainer{
		Model: shareNet(t, graph.Float64), Optimizer: o, MaxSteps: 13, EvalEvery: 3, Schedule: trainer.Cosine(), ClipNorm: 0.5,
		Metrics: []trainer.Metric{trainer.Accuracy()}, Group: g,
	}
	if g.Rank() == 0 {
		tr.Evaluations = []trainer.Evaluation{{Prefix: "test_", Source: groupData(23)}}
	}
	return tr
}

// groupData is an epoch of five mini-batches, the last of them of one example.
func groupData(seed uint64) *kept {
	x, y := randomBatch(rand.New(rand.NewPCG(seed, 6)), losses.SoftmaxCrossEntropy{}, 33, 4, 3)
	return &kept{memory{x: x, y: y, n: 8}}
}

// kept is a memory that knows where it was.
type kept struct{ memory }

func (k *kept) MarshalBinary() ([]byte, error) { return []byte{byte(k.next)}, nil }

func (k *kept) UnmarshalBinary(data []byte) error {
	k.next = int(data[0])
	return nil
}

// unknownLength is data whose epochs end when they end.
type unknownLength struct{ *kept }

func (unknownLength) Steps() int { return -1 }

// runNumbers are what a run came to, as numbers.
func runNumbers(res *trainer.Result, m *trainer.Model) []float64 {
	list := []float64{float64(res.Steps), float64(res.Epochs), float64(len(res.Rises))}
	for _, rec := range res.History {
		list = append(list, float64(rec.Step), rec.TrainLoss, rec.Scores["test_loss"], rec.Scores["test_accuracy"])
		if rec.HigherIsBetter["test_accuracy"] {
			list = append(list, 1)
		}
	}
	for _, p := range m.Params() {
		list = append(list, p.Value.Float64s()...)
	}
	return list
}

// sameEverywhere returns an error unless all processes have the same numbers, to the bit.
func sameEverywhere(g distributed.Group, list []float64) error {
	sum := append([]float64{}, list...)
	if err := g.Sum64(sum); err != nil {
		return err
	}
	for i, v := range list {
		if g.Size()&(g.Size()-1) == 0 && sum[i] != v*float64(g.Size()) {
			return errors.New("the processes have different numbers")
		}
	}
	return nil
}

// TestGroupRun: the history and the parameters of a run are those of one process, on every
// process, with data of known and of unknown length.
func TestGroupRun(t *testing.T) {
	for _, known := range []bool{true, false} {
		results := onGroup(t, func(g distributed.Group) ([]float64, error) {
			tr := groupRun(t, g)
			var data trainer.Source = groupData(1)
			if !known {
				data, tr.Schedule = unknownLength{groupData(1)}, nil
			}
			events := 0
			tr.Callbacks = append(tr.Callbacks, func(e *trainer.Event) error {
				events++
				return nil
			})
			res, err := tr.Fit(context.Background(), data)
			if err != nil {
				return nil, err
			}
			list := append(runNumbers(res, tr.Model), float64(events))
			return list, sameEverywhere(g, list)
		}, 1, 2, 3, 4)
		for i, got := range results[1:] {
			assert.InDeltaSlice(t, results[0], got, 1e-10, "%d processes", i+2)
		}
		assert.Greater(t, len(results[0]), 40)
	}
}

// TestGroupEndsTogether: a stop or an error of one process's callback, or its context, ends
// the run of all at the same step.
func TestGroupEndsTogether(t *testing.T) {
	broken := errors.New("no room")
	for name, c := range map[string]struct {
		kind trainer.EventKind
		err  error // of the callback of process 1; nil: its context ends
	}{
		"stop":                  {trainer.StepDone, trainer.ErrStop},
		"stop at an evaluation": {trainer.Evaluated, trainer.ErrStop},
		"error":                 {trainer.StepDone, broken},
		"context":               {trainer.StepDone, nil},
		"context, evaluating":   {trainer.Evaluated, nil},
	} {
		require.NoError(t, distributed.Run(3, func(g distributed.Group) error {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			tr := groupRun(t, g)
			ended := 0
			tr.Callbacks = []trainer.Callback{func(e *trainer.Event) error {
				if e.Kind == trainer.Ended {
					ended++
				}
				if g.Rank() != 1 || e.Kind != c.kind || e.Step != 6 {
					return nil
				}
				if c.err == nil {
					cancel()
				}
				return c.err
			}}
			res, err := tr.Fit(ctx, groupData(1))
			assert.Equal(t, 6, res.Steps, name)
			switch {
			case c.err == trainer.ErrStop:
				assert.NoError(t, err, name)
				assert.Equal(t, 1, ended, name)
			case c.err == nil:
				assert.ErrorIs(t, err, context.Canceled, name)
				assert.Len(t, res.History, 3, "steps 3, 5 and 6: a step ends with its evaluation")
			case g.Rank() == 1:
				assert.ErrorIs(t, err, broken, name)
			default:
				assert.ErrorContains(t, err, "process 1: no room", name)
			}
			return nil
		}), name)
	}
}

// TestGroupResumes: a state that rank 0 saves, in a callback or after an interruption, goes on
// with any number of processes, those inverses included that were with other processes.
func TestGroupResumes(t *testing.T) {
	const at = 7 // K-FAC does not invert in the step after it
	for _, interrupt := range []bool{false, true} {
		for _, optimizer := range []string{"sgd", "kfac"} {
			begin := func(g distributed.Group) *trainer.Trainer {
				tr := groupRun(t, g)
				if optimizer == "kfac" {
					o, err := kfac.New(kfac.Config{Mode: kfac.Fixed, Structure: kfac.BlockDiagonal, Damping: 0.3, InverseUpdateSteps: 5})
					require.NoError(t, err)
					tr.Model, tr.Optimizer = wideNet(t), o
				}
				return tr
			}
			whole := onGroup(t, func(g distributed.Group) ([]float64, error) {
				tr := begin(g)
				res, err := tr.Fit(context.Background(), groupData(1))
				return runNumbers(res, tr.Model), err
			}, 2)[0]
			state := onGroup(t, func(g distributed.Group) (state []byte, err error) {
				tr := begin(g)
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				tr.Callbacks = []trainer.Callback{func(e *trainer.Event) (err error) {
					if e.Step != at || e.Kind != trainer.StepDone {
						return nil
					}
					if interrupt {
						cancel()
						return nil
					}
					if g.Rank() == 0 {
						state, err = tr.MarshalBinary()
					}
					return errors.Join(err, trainer.ErrStop)
				}}
				_, err = tr.Fit(ctx, groupData(1))
				if interrupt && g.Rank() == 0 {
					assert.ErrorIs(t, err, context.Canceled)
					return tr.MarshalBinary()
				}
				if interrupt {
					err = nil
				}
				return state, err
			}, 2)[0]
			require.NotEmpty(t, state)
			for i, got := range onGroup(t, func(g distributed.Group) ([]float64, error) {
				tr := begin(g)
				if err := tr.UnmarshalBinary(state); err != nil {
					return nil, err
				}
				res, err := tr.Fit(context.Background(), groupData(1))
				return runNumbers(res, tr.Model), err
			}, 1, 2, 4) {
				assert.InDeltaSlice(t, whole, got, 1e-9, "%s, interrupted %v: %d", optimizer, interrupt, i)
			}
		}
	}
}

// wideNet has factors of orders that one process inverts for the others.
func wideNet(t *testing.T) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 80}, layers.Tanh(), &layers.Dense{Units: 70}, layers.Tanh(), &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: graph.Float64, Seed: 4})
	require.NoError(t, err)
	return m
}

// TestGroupDrifts: processes whose parameters are not the same end with an error that names
// them.
func TestGroupDrifts(t *testing.T) {
	for step, found := range map[int]int{0: 0, 1: 1, 150: 200, 250: 290} {
		require.NoError(t, distributed.Run(3, func(g distributed.Group) error {
			tr := groupRun(t, g)
			tr.MaxSteps, tr.EvalEvery, tr.Evaluations, tr.Metrics = 290, 0, nil, nil
			spoil := func() { tr.Model.Params()[1].Value.Float64s()[2] += 1e-9 * float64(g.Rank()) }
			if step == 0 {
				spoil()
			}
			tr.Callbacks = []trainer.Callback{func(e *trainer.Event) error {
				if e.Kind == trainer.StepDone && e.Step == step {
					spoil()
				}
				return nil
			}}
			res, err := tr.Fit(context.Background(), groupData(1))
			var drift *trainer.DriftError
			if assert.ErrorAs(t, err, &drift) {
				assert.Equal(t, []int{1, 2}, drift.Ranks)
				assert.Equal(t, found, drift.Step)
				assert.Equal(t, res.Steps, drift.Step)
				assert.Contains(t, err.Error(), "processes 1, 2 have other parameters than process 0")
			}
			return nil
		}))
	}
}

// TestGroupOfOtherSettings: processes that are to make different runs say so before the first
// step.
func TestGroupOfOtherSettings(t *testing.T) {
	for name, change := range map[string]func(tr *trainer.Trainer){
		"12 steps after 0":         func(tr *trainer.Trainer) { tr.MaxSteps = 12 },
		"every 4 steps":            func(tr *trainer.Trainer) { tr.EvalEvery = 4 },
		"parts":                    func(tr *trainer.Trainer) { tr.Accumulate = 2 },
		"learning rate of 0.25":    func(tr *trainer.Trainer) { tr.Optimizer.SetLearningRate(0.25) },
		"clipping 0; ":             func(tr *trainer.Trainer) { tr.ClipNorm = 0 },
		"optimizer *trainer.Adam ": func(tr *trainer.Trainer) { tr.Optimizer, _ = trainer.NewAdam(trainer.AdamConfig{}) },
	} {
		require.NoError(t, distributed.Run(2, func(g distributed.Group) error {
			tr := groupRun(t, g)
			if g.Rank() == 1 {
				change(tr)
			}
			res, err := tr.Fit(context.Background(), groupData(1))
			assert.Zero(t, res.Steps, name)
			assert.ErrorContains(t, err, "process 1 is to make another run than process 0", name)
			assert.ErrorContains(t, err, name)
			return nil
		}))
	}
}

// TestGroupDiverges on all processes alike, where the loss, and where an evaluation is not
// finite.
func TestGroupDiverges(t *testing.T) {
	for _, where := range []string{"loss", "evaluation", "rise"} {
		require.NoError(t, distributed.Run(2, func(g distributed.Group) error {
			tr := groupRun(t, g)
			data := groupData(1)
			switch where {
			case "loss":
				data.x.Float64s()[4] = math.NaN() // of process 1
			case "evaluation":
				if g.Rank() == 0 {
					x, y := randomBatch(rand.New(rand.NewPCG(1, 6)), losses.SoftmaxCrossEntropy{}, 3, 4, 3)
					tr.Evaluations[0].Source = badSource{&memory{x: x, y: y, n: 3}}
				}
			case "rise":
				tr.ClipNorm, tr.Schedule = 0, nil
				o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 1e6})
				if err != nil {
					return err
				}
				tr.Optimizer = o
			}
			_, err := tr.Fit(context.Background(), data)
			var diverged *trainer.DivergedError
			assert.ErrorAs(t, err, &diverged, where)
			return nil
		}))
	}
}

// badSource has a NaN in each mini-batch.
type badSource struct{ trainer.Source }

func (b badSource) Next() (x, y *tensor.Dense, ok bool) {
	if x, y, ok = b.Source.Next(); ok {
		x.Float64s()[0] = math.NaN()
	}
	return x, y, ok
}

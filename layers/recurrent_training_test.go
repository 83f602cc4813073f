package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// firstOf makes n sequences of 20 numbers whose class is the sign of the first; what
// follows is noise, of a third of its size.
func firstOf(r *rand.Rand, n int) (x, y *tensor.Dense) {
	const times = 20
	x, y = graph.NewDense(graph.Float32, n, times), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(n))
	for i := range n {
		class := r.IntN(2)
		y.Int32s()[i] = int32(class)
		for t := range times {
			x.Float32s()[i*times+t] = float32(r.NormFloat64()) / 3
		}
		x.Float32s()[i*times] = float32(2*class - 1)
	}
	return x, y
}

// TestRecurrentRemembers: after training, unseen sequences are told apart by what they
// began with, 20 times before. Without the state there would be nothing to tell by: the
// last number says nothing.
func TestRecurrentRemembers(t *testing.T) {
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.005})
	require.NoError(t, err)
	natural, err := kfac.New(kfac.Config{})
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		opt   trainer.Optimizer
		steps int
	}{{"adam", adam, 200}, {"kfac", natural, 60}} {
		t.Run(c.name, func(t *testing.T) {
			model, err := trainer.NewModel(layers.Sequential{&layers.Recurrent{Units: 16}, &layers.Dense{Units: 2}},
				losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{20}, Seed: 1})
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(7, 7))
			accuracy := func() float64 {
				x, y := firstOf(rand.New(rand.NewPCG(8, 8)), 500)
				p, err := model.Predict(x)
				require.NoError(t, err)
				right := 0.0
				for i, class := range y.Int32s() {
					if (p.Float32s()[2*i+1] > 0.5) == (class == 1) {
						right++
					}
				}
				return right / 500
			}
			before := accuracy()
			for range c.steps {
				batch, err := model.Batch(firstOf(r, 64))
				require.NoError(t, err)
				_, err = c.opt.Step(batch)
				require.NoError(t, err)
			}
			after := accuracy()
			t.Logf("accuracy %.3f before, %.3f after %d steps", before, after, c.steps)
			assert.Less(t, before, 0.9)
			assert.Greater(t, after, 0.98)
		})
	}
}

// TestSequenceStepsAllocateNothing: Adam's steps, with all the layers of sequences.
func TestSequenceStepsAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	model, err := trainer.NewModel(layers.Sequential{
		&layers.Embedding{Rows: 5, Units: 6}, &layers.Recurrent{Units: 8, Sequences: true}, &layers.Dropout2D{Rate: 0.1},
		&layers.Residual{Body: &layers.Recurrent{Units: 8, Sequences: true}},
		&layers.Parallel{Branches: []layers.Layer{layers.GELU(), layers.ELU(1)}}, &layers.Permute{Axes: []int{2, 1}}, &layers.Reshape{Shape: []int{-1}}, &layers.Dense{Units: 2},
	}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{7}})
	require.NoError(t, err)
	adam, err := trainer.NewAdam(trainer.AdamConfig{})
	require.NoError(t, err)
	x, y := graph.NewDense(graph.Float32, 4, 7), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(4))
	step := func() {
		batch, err := model.Batch(x, y)
		if err == nil {
			_, err = adam.Step(batch)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	step()
	assert.Zero(t, testing.AllocsPerRun(20, step))
}

// TestRecurrentWithStructures: K-FAC takes the layer's tap in each of its structures, and
// learns by it.
func TestRecurrentWithStructures(t *testing.T) {
	for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.EKFAC, kfac.LowRank} {
		natural, err := kfac.New(kfac.Config{Structure: structure})
		require.NoError(t, err)
		model, err := trainer.NewModel(layers.Sequential{
			&layers.Recurrent{Units: 9, Sequences: true}, &layers.Recurrent{Units: 8}, &layers.Dense{Units: 6}, layers.Tanh(), &layers.Dense{Units: 2},
		}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{20}, Seed: 1})
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(7, 7))
		var first, last float64
		for i := range 30 {
			batch, err := model.Batch(firstOf(r, 64))
			require.NoError(t, err)
			loss, err := natural.Step(batch)
			require.NoError(t, err, structure)
			if i == 0 {
				first = loss
			}
			last = loss
		}
		t.Logf("%s: loss %.3f, then %.3f", structure, first, last)
		assert.Less(t, last, first/2, structure)
	}
}

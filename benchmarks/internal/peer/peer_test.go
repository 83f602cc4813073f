package peer

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

func TestTask(t *testing.T) {
	ours, err := workload.NewTraining(workload.Autoencoder(6, 3), 4, "adam")
	require.NoError(t, err)
	task, err := Of(workload.Autoencoder(6, 3), 4, ours)
	require.NoError(t, err)
	assert.Equal(t, workload.Rule{Name: "adam", Rate: task.Rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}, task.Rule)
	var activations []string
	for l := range task.Layers() {
		activations = append(activations, task.Activation(l))
	}
	assert.Equal(t, []string{"tanh", "", "tanh", ""}, activations)
	assert.Len(t, task.Start, 8)
	assert.Len(t, task.Start[0], 784*6)
	assert.Len(t, task.Start[1], 6)

	classifier := Task{Network: workload.MLP(5)}
	assert.Equal(t, "relu", classifier.Activation(0))
	assert.Equal(t, "", classifier.Activation(1))

	ours, err = workload.NewTraining(workload.MLP(5), 4, "kfac")
	require.NoError(t, err)
	_, err = Of(workload.MLP(5), 4, ours)
	assert.ErrorContains(t, err, "SGD with momentum and in Adam")
}

// The parameter (3, 4) moved by 5 from the origin; theirs went elsewhere by 1.
func TestMoves(t *testing.T) {
	moves, err := Moves([][]float32{{0, 0}, {0}}, [][]float32{{3, 4}, {2}}, [][]float32{{3, 5}, {2}})
	require.NoError(t, err)
	assert.Equal(t, 0.2, moves)
	_, err = Moves([][]float32{{0}}, [][]float32{{1}}, nil)
	assert.EqualError(t, err, "0 weights and biases, want 1")
	_, err = Moves([][]float32{{0}}, [][]float32{{1}}, [][]float32{{1, 2}})
	assert.EqualError(t, err, "parameter 0 has 2 values, want 1")
}

// twin is a second training of ours in a peer's place, with what may be wrong with a peer.
type twin struct {
	*workload.Training
	factor float64 // of the loss
	broken error
}

func (t twin) Step([]float32, []int32) (float64, error) {
	t.Load()
	if err := t.Training.Step(); err != nil {
		return 0, err
	}
	return t.factor * t.Loss(), t.broken
}

func (t twin) Parameters() ([][]float32, error) { return t.Training.Parameters(), t.broken }

func TestCompare(t *testing.T) {
	n := workload.MLP(5)
	training := func() *workload.Training {
		training, err := workload.NewTraining(n, 8, "sgd")
		require.NoError(t, err)
		return training
	}
	ours, theirs := training(), twin{Training: training(), factor: 1}
	task, err := Of(n, 8, ours)
	require.NoError(t, err)
	d, err := Compare(task, ours, theirs, 2)
	require.NoError(t, err)
	assert.Equal(t, Difference{}, d)

	theirs = twin{Training: training(), factor: 1.5}
	theirs.Optimizer.SetLearningRate(2 * task.Rate)
	d, err = Compare(task, training(), theirs, 1)
	require.NoError(t, err)
	assert.InDelta(t, 0.5, d.Loss, 1e-12)
	assert.InDelta(t, 1, d.Moves, 1e-3) // twice as far is as far again

	_, err = Compare(task, training(), twin{Training: training(), factor: 1, broken: errors.New("no")}, 1)
	assert.EqualError(t, err, "no")
}

package torch

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/python"
)

var small = Workload{Batch: 4, Optimizer: "adam", Rate: 0.001, Loss: "softmax", Widths: []int{784, 5, 10}}

func TestWorkload(t *testing.T) {
	assert.Equal(t, "4 adam 0.001 softmax 784,5,10", small.String())
	assert.Equal(t, "4 784,5,10", Prediction{Batch: 4, Widths: []int{784, 5, 10}}.String())
}

func TestEnvironments(t *testing.T) {
	assert.Len(t, environments("", 2), 4)
	assert.Equal(t, []string{Passive}, environments("", 2)[0]) // Open takes the first for the passive one
	list := environments("Haswell", 2)
	assert.Contains(t, list, []string{"OPENBLAS_CORETYPE=Haswell"})
	assert.Contains(t, list, []string{"OPENBLAS_CORETYPE=Haswell", "OMP_WAIT_POLICY=passive", "OMP_NUM_THREADS=2"})
	assert.Contains(t, list, []string{"OPENBLAS_CORETYPE=Haswell", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=2", "MKL_NUM_THREADS=2"})
}

func TestTorch(t *testing.T) {
	if testing.Short() {
		t.Skip("starting PyTorch takes seconds")
	}
	p, err := python.Find("../../torch_step.py")
	if err != nil {
		t.Skip(err)
	}
	defer p.Close()
	pool := &Pool{plain: p}
	for _, w := range []Workload{
		{Batch: 4, Optimizer: "adam", Rate: 0.001, Loss: "softmax", Widths: []int{784, 5, 10}},
		{Batch: 4, Optimizer: "sgd", Rate: 0.01, Loss: "sigmoid", Widths: []int{784, 6, 3, 6, 784}},
	} {
		tuned, err := pool.Tuned(w)
		require.NoError(t, err)
		assert.Same(t, p, tuned)
		ms, err := tuned.Run(w, 2)
		require.NoError(t, err)
		assert.Greater(t, ms, 0.0)
	}
}

func TestTorchPredict(t *testing.T) {
	if testing.Short() {
		t.Skip("starting PyTorch takes seconds")
	}
	p, err := python.Find("../../torch_predict.py")
	if err != nil {
		t.Skip(err)
	}
	defer p.Close()
	for _, w := range []Prediction{{Batch: 1, Widths: []int{7, 5, 3}}, {Batch: 1000, Widths: []int{7, 5, 3}}, {Batch: 2, Widths: []int{4, 2}}} {
		ms, err := p.Run(w, 2)
		require.NoError(t, err)
		assert.Greater(t, ms, 0.0)
	}
}

func TestSteps(t *testing.T) {
	assert.Equal(t, 25, Steps(2, 50))
	assert.Equal(t, 1, Steps(200, 50))
}

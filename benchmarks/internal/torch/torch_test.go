package torch

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var small = Workload{Batch: 4, Optimizer: "adam", Rate: 0.001, Loss: "softmax", Widths: []int{784, 5, 10}}

func TestWorkload(t *testing.T) {
	assert.Equal(t, "4 adam 0.001 softmax 784,5,10", small.String())
	assert.Equal(t, "4 784,5,10", Prediction{Batch: 4, Widths: []int{784, 5, 10}}.String())
}

func TestEnvironments(t *testing.T) {
	assert.Len(t, environments("", 2), 2)
	list := environments("Haswell", 2)
	assert.Contains(t, list, []string{"OPENBLAS_CORETYPE=Haswell"})
	assert.Contains(t, list, []string{"OPENBLAS_CORETYPE=Haswell", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=2", "MKL_NUM_THREADS=2"})
	assert.Equal(t, []string{"HOME=/", "PATH=x"}, plainEnvironment([]string{"HOME=/", "OMP_NUM_THREADS=9", "OPENBLAS_CORETYPE=a", "PATH=x"}))
}

// The protocol, with a shell in Python's place.
func TestProcess(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("echo 1.0 2\nwhile read line; do echo 2.5; done\n"), 0o600))
	p, err := Start("sh", script, "A=1")
	if err != nil {
		t.Skip(err)
	}
	assert.Equal(t, "1.0 2", p.Version)
	assert.Equal(t, "A=1", p.Describe())
	ms, err := p.Run(small, 1)
	require.NoError(t, err)
	assert.Equal(t, 2.5, ms)
	assert.NoError(t, p.Close())

	require.NoError(t, os.WriteFile(script, []byte("echo what >&2\necho why >&2\nexit 1\n"), 0o600))
	_, err = Start("sh", script)
	assert.ErrorContains(t, err, ": why")
}

func TestTorch(t *testing.T) {
	if testing.Short() {
		t.Skip("starting PyTorch takes seconds")
	}
	_, p, err := find("../../torch_step.py")
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
	_, p, err := find("../../torch_predict.py")
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

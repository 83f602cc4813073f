package logs

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// table is what CSV writes of records, worked by hand.
const table = "step,epoch,train_loss,accuracy,test_loss,train_seconds\n" +
	"10,1,0.3333333333333333,1,0.30000000000000004,0.25\n" +
	"20,1,5e-324,-inf,nan,1e+300\n" +
	"30,2,inf,1e-09,0,2.5\n"

// written is the file that a CSV makes of records.
func written(t testing.TB, path string) {
	c := &CSV{Path: path}
	for _, r := range records() {
		require.NoError(t, c.Callback(evaluated(r)))
	}
	require.NoError(t, c.Callback(&trainer.Event{Kind: trainer.Ended}))
}

func TestCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "metrics.csv")
	written(t, path)
	assert.Equal(t, table, content(t, path))
}

// TestCSVOfRun: a reader gets back what the run's history has, to the bit.
func TestCSVOfRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.csv")
	model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 2}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	require.NoError(t, err)
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.5})
	require.NoError(t, err)
	c := &CSV{Path: path}
	run := &trainer.Trainer{Model: model, Optimizer: sgd, Epochs: 7, Callbacks: []trainer.Callback{c.Callback},
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &memory{}}}, Metrics: []trainer.Metric{trainer.Accuracy()}}
	result, err := run.Fit(context.Background(), &memory{})
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(content(t, path))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 8)
	assert.Equal(t, []string{"step", "epoch", "train_loss", "test_accuracy", "test_loss", "train_seconds"}, rows[0])
	for i, r := range result.History {
		var got []float64
		for _, field := range rows[i+1] {
			v, err := strconv.ParseFloat(field, 64)
			require.NoError(t, err)
			got = append(got, v)
		}
		assert.Equal(t, []float64{float64(r.Step), float64(r.Epoch), r.TrainLoss, r.Scores["test_accuracy"], r.Scores["test_loss"], r.TrainSeconds}, got)
	}
	assert.Nil(t, c.out, "Ended has closed the file")
	assert.NoError(t, c.Close())
}

// TestPythonReadsCSV: nan and inf are numbers to Python.
func TestPythonReadsCSV(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not in PATH")
	}
	path := filepath.Join(t.TempDir(), "metrics.csv")
	written(t, path)
	out, err := exec.Command(python, "-c", `import csv, sys
for row in csv.DictReader(open(sys.argv[1])): print({k: float(v) for k, v in row.items()})`, path).CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, `{'step': 10.0, 'epoch': 1.0, 'train_loss': 0.3333333333333333, 'accuracy': 1.0, 'test_loss': 0.30000000000000004, 'train_seconds': 0.25}
{'step': 20.0, 'epoch': 1.0, 'train_loss': 5e-324, 'accuracy': -inf, 'test_loss': nan, 'train_seconds': 1e+300}
{'step': 30.0, 'epoch': 2.0, 'train_loss': inf, 'accuracy': 1e-09, 'test_loss': 0.0, 'train_seconds': 2.5}
`, strings.ReplaceAll(string(out), "\r\n", "\n"))
}

// TestCSVScores: columns as a caller chooses them.
func TestCSVScores(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "metrics.csv")
	first, missing := records()[0], records()[1]
	c := &CSV{Path: path, Scores: []string{"test_loss"}}
	require.NoError(t, c.Callback(evaluated(first)))
	missing.Scores = map[string]float64{"accuracy": 1}
	assert.EqualError(t, c.Callback(evaluated(missing)), "logs: "+path+`: the evaluation at step 20 has no score "test_loss", which is a column`)
	require.NoError(t, c.Close())
	assert.Equal(t, "step,epoch,train_loss,test_loss,train_seconds\n10,1,0.3333333333333333,0.30000000000000004,0.25\n", content(t, path))

	for i, bad := range [][]string{{"a\nb"}, {"step"}, {"x", "x"}, {"train_seconds"}} {
		c := &CSV{Path: filepath.Join(dir, fmt.Sprint(i)), Scores: bad}
		assert.Error(t, c.Callback(evaluated(first)), bad)
	}
	more := &CSV{Path: filepath.Join(dir, "more")}
	require.NoError(t, more.Callback(evaluated(first)))
	second := records()[1]
	second.Scores["new"] = 1
	assert.ErrorContains(t, more.Callback(evaluated(second)), `a score "new", which is no column`)

	quoted := &CSV{Path: filepath.Join(dir, "quoted"), Scores: []string{`top 5, "all"`}}
	second.Scores[`top 5, "all"`] = 0.5
	require.NoError(t, quoted.Callback(evaluated(second)))
	require.NoError(t, quoted.Close())
	resumed := &CSV{Path: quoted.Path, Scores: quoted.Scores}
	assert.NoError(t, resumed.Resume(20))
	assert.NoError(t, resumed.Close())
}

// TestCSVCreate: an existing file is never written over.
func TestCSVCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.csv")
	c := &CSV{Path: path}
	require.NoError(t, c.Create())
	assert.ErrorContains(t, c.Create(), "is open already")
	assert.ErrorContains(t, c.Resume(1), "is open already")
	require.NoError(t, c.Close())
	assert.ErrorContains(t, c.Callback(evaluated(records()[0])), "is closed")
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
	other := &CSV{Path: path}
	assert.EqualError(t, other.Create(), "logs: "+path+" exists: Resume goes on in it, or choose another path")
	assert.Error(t, other.Callback(evaluated(records()[0])))
	assert.Equal(t, "precious", content(t, path))
	assert.ErrorContains(t, (&CSV{Path: filepath.Join(path, "below")}).Create(), path)
}

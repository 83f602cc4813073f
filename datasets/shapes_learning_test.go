package datasets_test

import (
	"context"
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// learner is a model with an optimizer.
type learner struct {
	net       layers.Sequential
	optimizer trainer.Optimizer
	batch     int
	epochs    int
}

// accuracies are of the test split, after each epoch.
func (l learner) accuracies(t *testing.T, d *datasets.Dataset) (after []float64) {
	t.Helper()
	train, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: l.batch, Shuffle: true, Seed: 1})
	require.NoError(t, err)
	test, err := datasets.NewLoader(d, d.Test, datasets.LoaderOptions{BatchSize: 250, KeepLast: true})
	require.NoError(t, err)
	model, err := trainer.NewModel(l.net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: d.Shape, Seed: 1})
	require.NoError(t, err)
	result, err := (&trainer.Trainer{
		Model: model, Optimizer: l.optimizer, Epochs: l.epochs, Schedule: trainer.Linear(),
		Evaluations: []trainer.Evaluation{{Source: test}}, Metrics: []trainer.Metric{trainer.Accuracy()},
	}).Fit(context.Background(), train)
	require.NoError(t, err)
	for _, r := range result.History {
		if v, ok := r.Scores["accuracy"]; ok {
			after = append(after, v)
		}
	}
	return after
}

func mlp(units ...int) (net layers.Sequential) {
	net = layers.Sequential{&layers.Flatten{}}
	for _, n := range units {
		net = append(net, &layers.Dense{Units: n, Init: layers.HeNormal}, layers.ReLU())
	}
	return append(net, &layers.Dense{Units: 10})
}

// convnet has two convolutions of kernel 3×3. The strides are theirs.
func convnet(filters, strides [2]int, units int) layers.Sequential {
	net := layers.Sequential{}
	for i, n := range filters {
		net = append(net, &layers.Conv2D{
			Filters: n, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}, Stride: [2]int{strides[i], strides[i]}, Init: layers.HeNormal,
		}, layers.ReLU())
	}
	return append(append(net, &layers.Flatten{}), &layers.Dense{Units: units, Init: layers.HeNormal}, layers.ReLU(), &layers.Dense{Units: 10})
}

func adam(t *testing.T) trainer.Optimizer {
	t.Helper()
	a, err := trainer.NewAdam(trainer.AdamConfig{})
	require.NoError(t, err)
	return a
}

func kronecker(t *testing.T) trainer.Optimizer {
	t.Helper()
	k, err := kfac.New(kfac.Config{})
	require.NoError(t, err)
	return k
}

// TestConvnetsSeeShapes: what tells the shapes apart is local.
func TestConvnetsSeeShapes(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	d := datasets.Shapes(datasets.ShapesOptions{Train: 10000, Test: 1000}) // of the 20000, in half the time
	d.Standardize()
	conv := learner{convnet([2]int{32, 64}, [2]int{2, 2}, 128), adam(t), 64, 4}.accuracies(t, d)
	dense := learner{mlp(512, 512), adam(t), 64, 4}.accuracies(t, d)
	t.Logf("test accuracy after each epoch: convnet %.3f, MLP %.3f", conv, dense)
	assert.Greater(t, conv[len(conv)-1], dense[len(dense)-1]+0.2)
}

var figures = flag.String("shapes-figures", "", "which learner of TestShapesFigures trains: a row of its table, or all")

// TestShapesFigures makes the figures of Shapes' documentation:
//
//	go test ./datasets -run TestShapesFigures -v -timeout 1h -shapes-figures all
func TestShapesFigures(t *testing.T) {
	if *figures == "" {
		t.Skip("trains for minutes; -shapes-figures all runs it")
	}
	d := datasets.Shapes(datasets.ShapesOptions{})
	d.Standardize()
	grey := datasets.Shapes(datasets.ShapesOptions{})
	for _, s := range []datasets.Split{grey.Train, grey.Test} {
		for i := 0; i < len(s.X); i += 3 {
			p := s.X[i : i+3]
			y := 0.299*p[0] + 0.587*p[1] + 0.114*p[2]
			p[0], p[1], p[2] = y, y, y
		}
	}
	grey.Standardize()
	wide := func() layers.Sequential { return convnet([2]int{32, 64}, [2]int{1, 2}, 128) }
	for _, row := range []struct {
		name string
		data *datasets.Dataset
		learner
	}{
		{"strided-convnet-adam", d, learner{convnet([2]int{32, 64}, [2]int{2, 2}, 128), adam(t), 64, 3}},
		{"linear-adam", d, learner{mlp(), adam(t), 128, 5}},
		{"mlp-adam", d, learner{mlp(512, 512), adam(t), 64, 3}},
		{"mlp-kfac", d, learner{mlp(512, 512), kronecker(t), 128, 5}},
		{"convnet-adam", d, learner{wide(), adam(t), 64, 3}},
		{"convnet-kfac", d, learner{wide(), kronecker(t), 128, 5}},
		{"grey-convnet-adam", grey, learner{wide(), adam(t), 64, 3}},
	} {
		if *figures != "all" && *figures != row.name {
			continue
		}
		began := time.Now()
		t.Logf("%s: test accuracy after each epoch %.3f (%v)", row.name, row.accuracies(t, row.data), time.Since(began).Round(time.Second))
	}
}

package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// convnet is two convolutions, a pooling layer and two dense ones, over images of 28×28.
func convnet() layers.Sequential {
	three := [2]int{3, 3}
	return layers.Sequential{
		&layers.Conv2D{Filters: 32, Kernel: three, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Conv2D{Filters: 64, Kernel: three, Init: layers.HeNormal}, layers.ReLU(),
		&layers.MaxPool2D{Window: [2]int{2, 2}}, &layers.Flatten{},
		&layers.Dense{Units: 128, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: 10},
	}
}

// convnetStep returns a function that takes a training step of SGD on a batch of 128.
func convnetStep(t testing.TB) (step func(), model *trainer.Model) {
	t.Helper()
	const n = 128
	model, err := trainer.NewModel(convnet(), losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{28, 28}})
	require.NoError(t, err)
	optimizer, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.05, Momentum: 0.9})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 1))
	x, y := graph.NewDense(graph.Float32, n, 28, 28), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(n))
	for i := range x.Float32s() {
		x.Float32s()[i] = float32(r.NormFloat64())
	}
	for i := range n {
		y.Int32s()[i] = int32(r.IntN(10))
	}
	return func() {
		batch, err := model.Batch(x, y)
		if err == nil {
			_, err = optimizer.Step(batch)
		}
		if err != nil {
			t.Fatal(err)
		}
	}, model
}

func BenchmarkConvnetStep(b *testing.B) {
	step, _ := convnetStep(b)
	step()
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	b.ReportMetric(128*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
}

// A step of the convnet allocates nothing: every pass has its scratch.
func TestConvnetStepAllocatesNothing(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("products without assembly are gonum's, which start goroutines")
	}
	step, _ := convnetStep(t)
	step()
	require.Zero(t, testing.AllocsPerRun(5, step))
}

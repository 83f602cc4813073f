package trainer_test

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestSameBitsEverywhere: twenty steps in float32 end in the same parameters with AVX-512, AVX2 and NEON, so also on
// amd64 and arm64. Go may fuse products with sums on arm64: the scalars of an optimizer must not.
func TestSameBitsEverywhere(t *testing.T) {
	set := isa.Active()
	if isa.Products() != set || set != isa.AVX512 && set != isa.AVX2 && set != isa.NEON {
		t.Skipf("products by %s, vectors by %s have bits of their own", isa.Products(), set)
	}

	sgd := func() (trainer.Optimizer, error) {
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9, WeightDecay: 0.01})
	}
	adam := func() (trainer.Optimizer, error) {
		return trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01, WeightDecay: 0.01})
	}
	for _, c := range []struct {
		name   string
		net    layers.Sequential
		input  []int
		make   func() (trainer.Optimizer, error)
		digest uint32
	}{
		{"dense, SGD", denseNet(), []int{144}, sgd, 0x10d774f7},
		{"dense, Adam", denseNet(), []int{144}, adam, 0x1b0ca424},
		{"dense, K-FAC", denseNet(), []int{144}, func() (trainer.Optimizer, error) { return kfac.New(kfac.Config{Damping: 1}) }, 0xde944071},
		{"dense, fixed K-FAC", denseNet(), []int{144}, func() (trainer.Optimizer, error) { return kfac.New(kfac.Config{Mode: kfac.Fixed}) }, 0xe8725407},
		{"convolution, SGD", convolutionNet(), []int{12, 12, 1}, sgd, 0x08a995e5},
		{"convolution, Adam", convolutionNet(), []int{12, 12, 1}, adam, 0xa67a4bf8},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := trainer.NewModel(c.net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: c.input, DType: graph.Float32, Seed: 5, L2: 1e-3})
			require.NoError(t, err)
			optimizer, err := c.make()
			require.NoError(t, err)
			assert.Equal(t, c.digest, digestOfTraining(t, m, optimizer, c.input), "%s", set)
		})
	}
}

func denseNet() layers.Sequential {
	return layers.Sequential{&layers.Dense{Units: 33}, layers.Tanh(), &layers.Dense{Units: 16}, layers.ReLU(), &layers.Dense{Units: 5}}
}

func convolutionNet() layers.Sequential {
	return layers.Sequential{&layers.Conv2D{Filters: 8, Kernel: [2]int{3, 3}}, &layers.BatchNorm{}, layers.ReLU(),
		&layers.MaxPool2D{Window: [2]int{2, 2}}, &layers.Flatten{}, &layers.Dense{Units: 5}}
}

// digestOfTraining hashes the bits of the parameters after twenty mini-batches of 32 examples, with a class that a
// brighter element tells.
func digestOfTraining(t *testing.T, m *trainer.Model, optimizer trainer.Optimizer, input []int) uint32 {
	t.Helper()
	const steps, examples, size, classes = 20, 32, 144, 5
	r := rand.New(rand.NewPCG(3, 4))
	for range steps {
		x, y := graph.NewDense(graph.Float32, append([]int{examples}, input...)...), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(examples))
		for i := range x.Float32s() {
			x.Float32s()[i] = 2*r.Float32() - 1
		}
		for i := range y.Int32s() {
			y.Int32s()[i] = r.Int32N(classes)
			x.Float32s()[i*size+int(y.Int32s()[i])] += 2
		}
		batch, err := m.Batch(x, y)
		require.NoError(t, err)
		_, err = optimizer.Step(batch)
		require.NoError(t, err)
	}
	hash := fnv.New32a()
	for _, p := range m.Params() {
		for _, v := range p.Value.Float32s() {
			bits := math.Float32bits(v)
			hash.Write([]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)})
		}
	}
	return hash.Sum32()
}

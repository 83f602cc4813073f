package scale_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/scale"
)

// TestNetworksHaveTheirParameters: the counts that torchvision, and the usual
// implementations for CIFAR, give.
func TestNetworksHaveTheirParameters(t *testing.T) {
	assert.Equal(t, 25_557_032, scale.ResNet50().Parameters())
	assert.Equal(t, 14_728_266, scale.VGG16().Parameters())
	assert.Equal(t, 464_154, scale.ResNet32().Parameters())
	assert.Equal(t, 669_706, scale.MLP().Parameters())
	assert.Equal(t, 54, len(scale.ResNet50().Layers))
	assert.InEpsilon(t, 2*4.089e9, scale.ResNet50().ForwardFlops(), 1e-3, "torchvision: 4.09·10⁹ multiplications")
}

// TestNetworksAreThoseOfTheCommand: the MLP and the autoencoder are those of cmd/train.
func TestNetworksAreThoseOfTheCommand(t *testing.T) {
	digits := &datasets.Dataset{Shape: []int{28, 28}, Classes: 10}
	for name, network := range map[string]scale.Network{"mlp": scale.MLP(), "autoencoder": scale.Autoencoder()} {
		spec := job.NewSpec()
		spec.Model = name
		require.NoError(t, spec.Resolve(60000))
		maps := modelOf(t, name).Maps(spec, digits)
		require.Len(t, network.Layers, len(maps), name)
		for i, m := range maps {
			l := network.Layers[i]
			assert.Equal(t, [3]int{m.In, m.Out, m.Places}, [3]int{l.In, l.Out, l.Locations}, "%s, layer %d", name, i)
		}
	}
}

func modelOf(t *testing.T, name string) job.Model {
	for _, m := range job.Models() {
		if m.Name == name {
			return m
		}
	}
	require.Fail(t, "no model "+name)
	return job.Model{}
}

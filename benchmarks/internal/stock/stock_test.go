package stock

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

func TestStepsAreOurs(t *testing.T) {
	for _, n := range []workload.Network{workload.MLP(20, 15), workload.Autoencoder(30, 6)} {
		for _, optimizer := range []string{"sgd", "adam"} {
			t.Run(fmt.Sprint(n.Name, " ", optimizer), func(t *testing.T) {
				ours, err := workload.NewTraining(n, 64, optimizer)
				require.NoError(t, err)
				task, err := peer.Of(n, 64, ours)
				require.NoError(t, err)
				theirs, err := New(task)
				require.NoError(t, err)
				d, err := peer.Compare(task, ours, theirs, 3)
				require.NoError(t, err)
				t.Logf("%+v", d)
				assert.Less(t, d.Loss, peer.LossTolerance)
				assert.Less(t, d.Moves, peer.MovesTolerance)
				assert.NoError(t, theirs.Close())
			})
		}
	}
}

func TestUnsupported(t *testing.T) {
	_, err := New(peer.Task{Network: workload.MLP(5), Rule: workload.Rule{Name: "newton"}})
	assert.EqualError(t, err, "gorgonia: no newton of a network of kind mlp here")
}
